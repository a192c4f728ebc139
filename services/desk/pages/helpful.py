"""What readers said of questions and answers, for administrators: numbers, the least helpful first."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.desk.pages.administration import administrator
from services.desk.pages.frame import Frame


def helpful_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()

    @routes.get("/helpful")
    async def helpful(request: Request) -> Response:
        account = await administrator(frame, request)
        questions = {one.id: one for one in frame.desk.directory.pack.questions}
        rows = await frame.desk.helpful.worst()
        return frame.render(request, "helpful.html", account, rows=rows, questions=questions)

    return routes
