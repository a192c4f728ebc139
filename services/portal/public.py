"""Pages for everybody: home, and questions with answers."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from libs.packs.questions import Question
from libs.places.answers import Hit
from libs.web.forms import Form
from services.portal.answers import FRESH, LONGEST, TOO_LONG
from services.portal.metrics import SEARCHED
from services.portal.portal import Portal
from services.portal.vain import in_vain, tell

HITS = 10
NEWEST = 6


def public_pages(portal: Portal) -> APIRouter:
    routes = APIRouter()

    @routes.get("/")
    async def home(request: Request) -> Response:
        newest = await asyncio.to_thread(portal.published.search, None, NEWEST)
        return portal.render(
            request,
            "home.html",
            headers=FRESH,
            answers=newest.answers,
            notices=portal.notices(),
            canonical="/",
        )

    @routes.get("/questions")
    async def questions(request: Request) -> Response:
        asked = {name: request.query_params.get(name, "").strip() for name in ("q", "field")}
        q, field = asked["q"], asked["field"][:32]
        form = Form(asked, (TOO_LONG,) if len(q) > LONGEST else ())
        q = "" if form.problems else q
        hits = await _hits(portal, q)
        shown = _entries(portal, hits, field) if q else _of_field(portal, field)
        if q:
            SEARCHED.labels("found" if shown else "nothing").inc()
            if in_vain(hits):
                await tell(portal, request, q)
        return portal.render(
            request,
            "questions.html",
            422 if form.problems else 200,
            FRESH,
            form=form,
            q=q,
            field=field,
            questions=shown,
            thanked=request.query_params.get("thanked", ""),
            canonical="" if q else f"/questions?field={field}" if shown else "/questions",
        )

    return routes


async def questions_about(portal: Portal, query: str) -> list[Question]:
    """The questions in force that fit the query, best first."""
    return _entries(portal, await _hits(portal, query), "")


async def _hits(portal: Portal, query: str) -> list[Hit]:
    if not query.strip():
        return []
    index = await portal.questions()
    return await asyncio.to_thread(index.search, query, HITS)


def _entries(portal: Portal, hits: list[Hit], field: str) -> list[Question]:
    found = {hit.entry.id for hit in hits if not field or hit.entry.field == field}
    by_id = {one.id: one for one in portal.pack.questions if one.id in found}
    return [by_id[hit.entry.id] for hit in hits if hit.entry.id in by_id]


def _of_field(portal: Portal, field: str) -> list[Question]:
    """Those of a field in their own order; one written without marks only helps to find its answer."""
    return [one for one in portal.entries() if one.field == field and not one.question.isascii()]
