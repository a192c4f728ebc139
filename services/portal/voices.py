"""What the sender says of an answered case: how good that was, or that it solved nothing."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.requests import Heard, NotSolved, Rating, Voice
from libs.web.forms import Form, problems_of
from libs.web.guard import Visit
from services.portal.case import PublicCase
from services.portal.intake import Declined, OutOfReach
from services.portal.metrics import VOICES
from services.portal.portal import Portal
from services.portal.track import kept, linked, show

SEEN_WITHIN = 2.0
"""Seconds in which the page waits until it shows the case open again."""

V = TypeVar("V", bound=Voice)


def voice_pages(portal: Portal) -> APIRouter:
    """The two forms on the page of a case, by code and four digits or by the link."""
    routes = APIRouter()

    @routes.post("/case/rating")
    async def rate(request: Request) -> Response:
        return await _rate(portal, request, await _kept(portal, request), "/case")

    @routes.post("/case/reopening")
    async def open_again(request: Request) -> Response:
        return await _open_again(portal, request, await _kept(portal, request), "/case")

    @routes.post("/t/{token}/rating")
    async def rate_linked(request: Request, token: str) -> Response:
        return await _rate(portal, request, await linked(portal, request, token), f"/t/{token}")

    @routes.post("/t/{token}/reopening")
    async def open_linked_again(request: Request, token: str) -> Response:
        return await _open_again(portal, request, await linked(portal, request, token), f"/t/{token}")

    return routes


async def _kept(portal: Portal, request: Request) -> PublicCase:
    found = await kept(portal, request)
    if found is None:
        raise HTTPException(403)
    return found


async def _rate(portal: Portal, request: Request, case: PublicCase, address: str) -> Response:
    await portal.hold(request, "voice", 10, 10, case.case_id)
    rating = _read(Rating, case, _form(request))
    if isinstance(rating, Form):
        return await show(portal, request, case, address, 422, rating)
    return await _tell(portal, request, (case, address), "rated", portal.desk.rate(rating))


async def _open_again(portal: Portal, request: Request, case: PublicCase, address: str) -> Response:
    await portal.hold(request, "voice", 10, 10, case.case_id)
    unsolved = _read(NotSolved, case, _form(request))
    if isinstance(unsolved, Form):
        return await show(portal, request, case, address, 422, unsolved)
    telling = portal.desk.open_again(unsolved)
    answer = await _tell(portal, request, (case, address), "reopened", telling)
    await _until_seen(portal, case, unsolved.cycle)
    return answer


def _read(model: type[V], case: PublicCase, form: dict[str, str]) -> V | Form:
    """What was said, or the form with what is wrong in it."""
    given = {name: value for name, value in form.items() if name in model.model_fields and value}
    envelope = {"command_id": form.get("key", ""), "case_id": case.case_id}
    try:
        return model.model_validate({**given, **envelope})
    except ValidationError as error:
        problems = problems_of(error)
    if any(one.field in Voice.model_fields for one in problems):
        raise HTTPException(400)
    return Form(form, problems)


async def _tell(
    portal: Portal, request: Request, place: tuple[PublicCase, str], what: str, telling: Awaitable[Heard]
) -> Response:
    """The desk decides; its refusal stands on the page, with what was typed."""
    case, address = place
    try:
        await telling
    except Declined as declined:
        VOICES.labels(what, "declined").inc()
        return await show(portal, request, case, address, 409, Form(_form(request), declined.problems))
    except OutOfReach:
        VOICES.labels(what, "out_of_reach").inc()
        return await show(portal, request, case, address, 503, Form(_form(request)))
    VOICES.labels(what, "told").inc()
    return RedirectResponse(f"{address}?told={what}", 303)


async def _until_seen(portal: Portal, case: PublicCase, cycle: int) -> None:
    """Without patience the page would still say “answered”."""
    for _ in range(int(SEEN_WITHIN / 0.05)):
        if (await asyncio.to_thread(portal.store.shown, case.case_id)).cycle > cycle:
            return
        await asyncio.sleep(0.05)


def _form(request: Request) -> dict[str, str]:
    visit: Visit = request.state.visit
    return visit.form
