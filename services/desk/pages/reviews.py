"""Answers of districts and communes before the departments of their field (Đồng Nai 4)."""

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.web.forms import Form, problems_of, refused
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.oversight_inputs import Review
from services.desk.domain.people import Account
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.sent_forms import read_form


def review_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    desk = frame.desk

    async def page(
        request: Request, account: Account, *, status: int = 200, form: Form | None = None, opened: str = ""
    ) -> Response:
        seen = request.query_params.get("seen") == "yes"
        found = await desk.reviews.answers(account, seen=seen, after=request.query_params.get("after", ""))
        done = request.query_params.get("done", "")
        return frame.render(
            request, "reviews.html", account, status, found=found, seen=seen, done=done,
            form=form or Form(), opened=opened, fields=desk.reviews.fields(account),
        )  # fmt: skip

    @routes.get("/reviews")
    async def look(request: Request) -> Response:
        return await page(request, await frame.account(request))

    @routes.post("/reviews/{case_id}")
    async def review(request: Request, case_id: str) -> Response:
        account, sent = await frame.account(request), form_of(request)
        await desk.reviews.require(account, case_id)
        try:
            await desk.commands.do(account, case_id, read_form(Review, sent, frame.zone))
        except ValidationError as error:
            form = Form(sent, problems_of(error))
            return await page(request, account, status=422, form=form, opened=case_id)
        except (NotAllowed, NotFound):
            raise
        except Refused as error:
            return await page(request, account, status=422, form=refused(sent, error), opened=case_id)
        return RedirectResponse("/reviews?done=yes", 303)

    return routes
