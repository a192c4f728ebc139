"""The routing table for administrators: looked at, changed, tried on past cases, put in force."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.packs import tables
from libs.packs.model import Route
from libs.packs.trial import CASES, Trial
from libs.packs.written import written
from libs.runtime.errors import PackChanged
from libs.web.forms import Form, refused
from services.desk.domain.people import Account
from services.desk.pages.administration import administrator
from services.desk.pages.frame import Frame, form_of
from services.desk.routes import RouteErrors

ROWS = 80
"""Rows of one page; a longer table is shown field by field (a form has at most 200 inputs)."""

SHOWN = 8
"""Places that are named of each gap."""


def route_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = RoutePage(frame)

    @routes.get("/routes")
    async def look(request: Request, field: str = "", done: str = "") -> Response:
        account = await administrator(frame, request)
        return page.show(request, account, Form(page.values(field)), field=field, done=done)

    @routes.post("/routes")
    async def change(request: Request) -> Response:
        account, sent = await administrator(frame, request), form_of(request)
        return await page.change(request, account, sent)

    @routes.get("/routes/cases.csv")
    async def cases(request: Request) -> Response:
        await administrator(frame, request)
        return table("cases.csv", written(CASES, await frame.desk.routes.past()))

    @routes.get("/routes/routes.csv")
    async def rows(request: Request) -> Response:
        """For the folder of the pack."""
        await administrator(frame, request)
        return table("routes.csv", written(tables.ROUTES, frame.desk.routes.table()))

    return routes


def table(name: str, text: str) -> Response:
    """A file that a spreadsheet opens with its letters right."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)


class RoutePage:
    """One form: "try" shows what the table would do, "save" puts it in force."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._routes = frame.desk.routes

    def values(self, field: str) -> dict[str, str]:
        """The inputs as the table in force would fill them."""
        cells = {"instead_of": self._frame.desk.directory.current}
        for row in self._rows(field):
            cells |= {f"lead.{row.id}": " ".join(row.lead), f"offer.{row.id}": " ".join(row.offer)}
        return cells

    async def change(self, request: Request, account: Account, sent: Mapping[str, str]) -> Response:
        field, instead_of = sent.get("field", ""), sent.get("instead_of", "")
        try:
            if sent.get("do") != "save":
                _, tried = await self._routes.tried(sent, instead_of)
                return self.show(request, account, Form(sent), field=field, tried=tried)
            saved = await self._routes.save(
                account,
                sent,
                document=sent.get("document", ""),
                note=sent.get("note", ""),
                instead_of=instead_of,
            )
        except RouteErrors as wrong:
            return self.show(request, account, refused(sent, wrong.problems), field=field, status=422)
        except PackChanged:
            raise Refused(
                "Gói dữ liệu vừa được người khác thay đổi; hãy mở lại trang và sửa lại",
                "another pack is in force meanwhile; open the page again",
                stale=True,
            ) from None
        except Refused as error:
            if not error.field:
                raise
            return self.show(request, account, refused(sent, error), field=field, status=422)
        return RedirectResponse(f"/routes?done={saved.version}", 303)

    def show(
        self,
        request: Request,
        account: Account,
        form: Form,
        *,
        field: str,
        status: int = 200,
        tried: Trial | None = None,
        done: str = "",
    ) -> Response:
        pack = self._frame.desk.directory.pack
        return self._frame.render(
            request,
            "routes.html",
            account,
            status,
            form=form,
            rows=self._rows(field),
            field=field,
            by_field=len(pack.routes) > ROWS,
            tried=tried,
            done=done if done == pack.version else "",
            agencies=[
                (one.code, one.name_vi) for one in pack.agencies if one.kind not in {"district", "commune"}
            ],
            shown=SHOWN,
        )

    def _rows(self, field: str) -> list[Route]:
        table = self._routes.table()
        if len(table) <= ROWS:
            return list(table)
        wanted = field or table[0].field
        return [row for row in table if row.field == wanted][:ROWS]
