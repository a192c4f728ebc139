"""The log for auditors and administrators: looked through, and taken along as CSV."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from libs.contracts.errors import Refused
from libs.web.forms import Form, refused
from services.desk.auditing import KINDS, PAGE, Asked
from services.desk.domain.errors import NotAllowed
from services.desk.pages.frame import Frame, number_in
from services.desk.pages.routes import table


def audit_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    log = frame.desk.log

    @routes.get("/audit")
    async def look(request: Request) -> Response:
        account, asked = await frame.account(request), _asked(request)
        form, status = Form(dict(request.query_params)), 200
        try:
            lines = await log.lines(account, asked)
        except NotAllowed:
            raise
        except Refused as error:
            lines, form, status = (), refused(dict(request.query_params), error), 422
        kept = {name: value for name, value in vars(asked).items() if value and name != "after"}
        after = lines[-1].id if len(lines) == PAGE and asked.kind != "packs" else 0
        return frame.render(
            request,
            "audit.html",
            account,
            status,
            form=form,
            asked=asked,
            lines=lines,
            kinds=KINDS,
            query=urlencode(kept),
            next=urlencode({**kept, "after": after}) if after else "",
        )

    @routes.get("/audit.csv")
    async def export(request: Request) -> Response:
        account = await frame.account(request)
        return table("nhat-ky.csv", await log.exported(account, _asked(request)))

    return routes


def _asked(request: Request) -> Asked:
    given = {name: request.query_params.get(name, "")[:64] for name in ("person", "case", "first", "last")}
    after = number_in(request.query_params.get("after", ""))
    return Asked(kind=request.query_params.get("kind", "views"), after=after, **given)
