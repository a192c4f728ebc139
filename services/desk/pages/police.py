"""The police unit's pages: what it was asked to verify, and the sealed packet (Đồng Nai 2, 5)."""

import contextlib
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.desk.domain.values_of_hands import RESULT_NAMES
from services.desk.pages.frame import Frame
from services.desk.pages.lists import own_part

PIECES = {
    "words": "Nội dung",
    "added": "Nội dung bổ sung",
    "number": "Số điện thoại",
    "channel": "Kênh",
    "received": "Thời điểm tiếp nhận",
    "recording": "Bản ghi âm",
}
"""Kind of a piece of evidence → how it is called."""


def police_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()

    @routes.get("/suspicions")
    async def suspicions(request: Request, after: str = "") -> Response:
        account = await frame.account(request)
        listing = await frame.desk.queries.suspicions(account, after)
        return frame.render(
            request,
            "list.html",
            account,
            title="Tin cần xác minh",
            shelves=own_part(listing.rows, "Chờ kết luận", "Đã kết luận"),
            next=listing.next,
            left=listing.left,
            kind="suspicions",
        )

    @routes.get("/cases/{case_id}/packet")
    async def packet(request: Request, case_id: str) -> Response:
        account = await frame.account(request)
        view = await frame.desk.hands.packet(account, case_id)
        return frame.render(
            request,
            "packet.html",
            account,
            packet=view,
            pieces=[_piece(kind, value, frame) for kind, value in view.evidence],
            result_names=RESULT_NAMES,
        )

    return routes


def _piece(kind: str, value: str, frame: Frame) -> tuple[str, str | datetime]:
    """A piece as people read it; one that cannot be read stands as it was sealed."""
    name = PIECES.get(kind, kind)
    if kind == "channel":
        known = {one.code: one.name_vi for one in frame.desk.directory.pack.channels}
        return name, known.get(value, value)
    if kind == "received":
        with contextlib.suppress(ValueError):
            return name, datetime.fromisoformat(value)
    return name, value
