"""Files of a case and recordings of its calls, as answers a browser can do nothing else with."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.desk.attachments import Given
from services.desk.pages.frame import Frame

CLOSED = "default-src 'none'; sandbox"
"""Whatever a file holds, it can run nothing and load nothing."""


def file_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    attachments = frame.desk.attachments

    @routes.get("/cases/{case_id}/files/{number}")
    async def file(
        request: Request, case_id: str, number: int, small: bool = False, reason: str = ""
    ) -> Response:
        account = await frame.account(request)
        return _answer(await attachments.file(account, case_id, number, reason=reason, small=small))

    @routes.get("/cases/{case_id}/recordings/{number}")
    async def recording(request: Request, case_id: str, number: int, reason: str = "") -> Response:
        account = await frame.account(request)
        return _answer(await attachments.recording(account, case_id, number, reason=reason))

    return routes


def _answer(given: Given) -> Response:
    way = "inline" if given.inline else "attachment"
    headers = {
        "content-disposition": f'{way}; filename="{given.name}"',
        "content-security-policy": CLOSED,
        "cache-control": "private, no-store",
    }
    return Response(given.content, media_type=given.type, headers=headers)
