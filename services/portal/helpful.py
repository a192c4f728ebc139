"""“Did this answer help?”: yes or no by a plain button, counted by the desk without a person."""

import asyncio
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.requests import Helped
from libs.web.guard import Visit
from services.portal.metrics import HELPED
from services.portal.portal import Portal
from services.portal.texts import version

COOKIE = "helpful"
KEPT = 90 * 86_400
MOST = 100
"""Texts that a browser remembers to have judged."""


def helpful_pages(portal: Portal) -> APIRouter:
    routes = APIRouter()

    @routes.post("/helpful")
    async def helpful(request: Request) -> Response:
        visit: Visit = request.state.visit
        await portal.hold(request, "helpful", 30, 10)
        helped = "yes" in visit.form
        kind, _, rest = visit.form.get("yes" if helped else "no", "").partition(":")
        entry, _, shown = rest.partition(":")
        text = await _published(portal, kind, entry)
        if text is None:
            raise HTTPException(400)
        answer = RedirectResponse(_back(kind, entry, visit.form), 303)
        judged = (portal.kept(request, COOKIE) or "").split(",")
        mark = version(f"{kind}:{entry}:{shown}")
        if shown != version(text) or mark in judged:  # changed meanwhile, or judged by this browser before
            return answer
        told = await portal.desk.helped(Helped(kind=kind, entry=entry, version=shown, helped=helped))
        HELPED.labels(kind, "counted" if told else "lost").inc()
        if told:
            portal.keep(answer, COOKIE, ",".join([*judged, mark][-MOST:]), KEPT)
        return answer

    return routes


async def _published(portal: Portal, kind: str, entry: str) -> str | None:
    """The text that stands under this name now."""
    if kind == "question":
        return next((one.answer for one in portal.entries() if one.id == entry), None)
    found = await asyncio.to_thread(portal.published.one, entry) if kind == "answer" else None
    return found.answer if found else None


def _back(kind: str, entry: str, form: dict[str, str]) -> str:
    if kind == "answer":
        return f"/answers/{entry}?thanked=1"
    asked = {name: form[name][:200] for name in ("q", "field") if form.get(name)}
    return f"/questions?{urlencode({**asked, 'thanked': entry})}"
