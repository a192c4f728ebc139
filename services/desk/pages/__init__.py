"""The desk's HTML pages: what people see in a browser."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from services.desk.desk import Desk


def pages(desk: Desk) -> ASGIApp:
    """Everything but /api/v1 and /live, with its guard and headers around it (libs.web.app.civic)."""

    async def home(_: Request) -> Response:
        return PlainTextResponse(desk.directory.pack.name_vi)

    return Starlette(routes=[Route("/", home)])
