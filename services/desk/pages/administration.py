"""Parked cases and reports, and who administers."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.pages.frame import Frame
from services.desk.reports import READERS


async def administrator(frame: Frame, request: Request) -> Account:
    """Who asks. Raises NotAllowed for everybody else."""
    account = await frame.account(request)
    if account.role != "administrator":
        raise NotAllowed("Chỉ quản trị viên xem được mục này", "administrators only")
    return account


def report_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    queries, reports = frame.desk.queries, frame.desk.reports

    @routes.get("/parked")
    async def parked(request: Request) -> Response:
        account = await administrator(frame, request)
        return frame.render(request, "parked.html", account, cases=await queries.parked(account))

    @routes.get("/reports")
    async def report_list(request: Request) -> Response:
        account = await frame.account(request)
        if account.role not in READERS:
            raise NotAllowed(
                "Tài khoản của bạn không xuất được báo cáo", "your account may not export reports"
            )
        month = frame.desk.clock.now().astimezone(frame.zone).strftime("%Y-%m")
        return frame.render(request, "reports.html", account, month=month)

    @routes.get("/reports/{name}")
    async def report(request: Request, name: str) -> Response:
        account = await frame.account(request)
        found = await reports.report(account, name, dict(request.query_params))
        headers = {"content-disposition": found.disposition, "cache-control": "no-store"}
        return Response(found.content, media_type=found.media_type, headers=headers)

    return routes
