"""Pages for everybody: home, published answers, questions with answers, and what search engines ask for."""

import asyncio
from typing import Annotated
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from libs.packs.questions import Question
from libs.places.answers import Hit
from services.portal.metrics import SEARCHED
from services.portal.portal import Portal
from services.portal.vain import in_vain, tell

FRESH = {"cache-control": "private, no-cache"}
SITEMAP = 5_000
HITS = 10


def public_pages(portal: Portal) -> APIRouter:
    routes = APIRouter()

    @routes.get("/")
    async def home(request: Request) -> Response:
        newest = await asyncio.to_thread(portal.store.search)
        return portal.render(
            request, "home.html", headers=FRESH, answers=newest.answers[:6], notices=portal.notices()
        )

    @routes.get("/answers")
    async def answers(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        field: Annotated[str, Query(max_length=32)] = "",
        page: Annotated[int, Query(ge=1, le=1_000)] = 1,
    ) -> Response:
        found = await asyncio.to_thread(portal.store.search, q, field, page)
        chosen = {"q": q, "field": field}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return portal.render(
            request,
            "answers.html",
            headers=FRESH,
            found=found,
            page=page,
            q=q,
            field=field,
            query=query + "&" * bool(query),
        )

    @routes.get("/answers/{answer_id}")
    async def answer(request: Request, answer_id: str) -> Response:
        found = await asyncio.to_thread(portal.store.published, answer_id)
        if found is None:
            raise HTTPException(404)
        return portal.render(request, "answer.html", headers=FRESH, answer=found)

    @routes.get("/questions")
    async def questions(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        field: Annotated[str, Query(max_length=32)] = "",
    ) -> Response:
        hits = await _hits(portal, q)
        shown = _entries(portal, hits, field) if q.strip() else _of_field(portal, field)
        if q:
            SEARCHED.labels("found" if shown else "nothing").inc()
            if in_vain(hits):
                await tell(portal, request, q)
        return portal.render(request, "questions.html", headers=FRESH, q=q, field=field, questions=shown)

    _for_machines(routes, portal)
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


def _for_machines(routes: APIRouter, portal: Portal) -> None:
    @routes.get("/favicon.ico")
    async def favicon() -> Response:
        return RedirectResponse(portal.pages.static.url("favicon.svg"), 308)

    @routes.get("/robots.txt")
    async def robots() -> Response:
        lines = ["User-agent: *", "Disallow: /t/", "Disallow: /case", "Disallow: /sent", "Disallow: /track"]
        return PlainTextResponse("\n".join([*lines, f"Sitemap: {portal.public_url}/sitemap.xml", ""]))

    @routes.get("/sitemap.xml")
    async def sitemap() -> Response:
        newest = await asyncio.to_thread(portal.store.newest, SITEMAP)
        pages = [(path, "") for path in ("/", "/submit", "/answers", "/questions")]
        pages += [(f"/answers/{name}", f"<lastmod>{at:%Y-%m-%d}</lastmod>") for name, at in newest]
        urls = (f"<url><loc>{escape(portal.public_url + path)}</loc>{extra}</url>" for path, extra in pages)
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(urls)}</urlset>\n'
        )
        return Response(body, media_type="application/xml")
