"""Following one's own case: by code and four digits, or by the link; and saying more when asked."""

import asyncio
from uuid import uuid4

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.codes import parse_code
from libs.contracts.requests import MoreWords, Problem
from libs.web.forms import Form, problems_of
from libs.web.guard import Visit
from libs.web.uploads import sent_form
from services.portal.case import OPEN, PublicCase, following, lasts
from services.portal.form import placed
from services.portal.intake import Declined, OutOfReach, TooMuch
from services.portal.metrics import TRACKED
from services.portal.photos import Album
from services.portal.portal import Portal

SHOWN = "case"
SHOWN_SECONDS = 1800
CHOSEN = 50
"""Files read of one form; how many are taken is said in words."""

ONLY_PHOTOS = "Gửi thêm ảnh."
"""The words of somebody who sends photos and writes nothing."""

PRIVATE = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow", "cache-control": "no-store"}

NOT_FOUND = Problem(
    field="code",
    vi="Không tìm thấy yêu cầu nào có mã và 4 số cuối điện thoại này. Hãy kiểm tra lại cả hai.",
    en="No request has this code together with these 4 digits. Please check both.",
)
"""One reply for an unknown code and for wrong digits: it must not tell which codes exist."""


def track_pages(portal: Portal) -> APIRouter:
    routes = APIRouter()

    @routes.get("/track")
    async def ask(request: Request) -> Response:
        return portal.render(request, "track.html")

    @routes.post("/track")
    async def track(request: Request) -> Response:
        visit: Visit = request.state.visit
        form = visit.form
        if problems := _missing(form):
            return portal.render(request, "track.html", 422, form=Form(form, problems))
        code = parse_code(form.get("code", ""))
        await portal.hold(request, "track", 10, 15, code or "")
        digits = form.get("digits", "")
        case = await asyncio.to_thread(portal.store.by_code, code, digits) if code else None
        TRACKED.labels("code", "found" if case else "nothing").inc()
        if case is None:
            return portal.render(request, "track.html", 404, form=Form(form, (NOT_FOUND,)))
        answer = RedirectResponse("/case", 303)
        portal.keep(answer, SHOWN, case.case_id, SHOWN_SECONDS)
        return answer

    return routes


def case_pages(portal: Portal) -> APIRouter:
    routes = APIRouter()

    @routes.get("/case")
    async def case(request: Request) -> Response:
        found = await kept(portal, request)
        if found is None:
            return RedirectResponse("/track", 303)
        return await show(portal, request, found, "/case")

    @routes.post("/case")
    async def add_to_case(request: Request) -> Response:
        found = await kept(portal, request)
        if found is None:
            raise HTTPException(403)
        return await _add(portal, request, found, "/case")

    @routes.get("/t/{token}")
    async def by_link(request: Request, token: str) -> Response:
        return await show(portal, request, await linked(portal, request, token), f"/t/{token}")

    @routes.post("/t/{token}")
    async def add_tolinked(request: Request, token: str) -> Response:
        return await _add(portal, request, await linked(portal, request, token), f"/t/{token}")

    return routes


def _missing(form: dict[str, str]) -> tuple[Problem, ...]:
    digits = [letter for letter in form.get("digits", "") if letter.isdigit()]
    found = []
    if not form.get("code"):
        found.append(Problem(field="code", vi="Nhập mã tra cứu gồm 9 chữ số", en="Enter the 9-digit code"))
    if len(digits) < 4:
        vi, en = "Nhập 4 số cuối của số điện thoại đã để lại", "Enter the last 4 digits of your phone number"
        found.append(Problem(field="digits", vi=vi, en=en))
    return tuple(found)


async def kept(portal: Portal, request: Request) -> PublicCase | None:
    """The case that this browser has proved to be its own."""
    case_id = portal.kept(request, SHOWN)
    return await asyncio.to_thread(portal.store.by_id, case_id) if case_id else None


async def linked(portal: Portal, request: Request, token: str) -> PublicCase:
    """The case of this link. Raises the page for 404."""
    await portal.hold(request, "link", 60, 15)
    found = await asyncio.to_thread(portal.store.by_token, token)
    TRACKED.labels("link", "found" if found else "nothing").inc()
    if found is None:
        raise HTTPException(404)
    return found


async def show(
    portal: Portal,
    request: Request,
    case: PublicCase,
    address: str,
    status: int = 200,
    form: Form | None = None,
) -> Response:
    """The page of a case as its sender sees it."""
    root = await asyncio.to_thread(portal.store.root, case)
    shown = following(case, root) if root is not case else case
    due = (
        await asyncio.to_thread(portal.store.due, root.case_id, shown.slip) if shown.status in OPEN else None
    )
    form = form or Form()
    return portal.render(
        request,
        "case.html",
        status,
        PRIVATE,
        case=shown,
        due=due,
        address=address,
        form=form,
        key=form.value("key") or uuid4().hex,
        photos=_album(portal).read(form.value("photos")) or (),
        still_open=shown.status in OPEN,
        added="added" in request.query_params,
        told=request.query_params.get("told", ""),
        **_voices(portal, shown),
        out_of_reach=status == 503,
    )


def _voices(portal: Portal, case: PublicCase) -> dict[str, bool]:
    """What the sender may say of the answer; the desk has the last word."""
    pack, now = portal.pack, portal.pages.now()
    if not portal.desk.listens:
        return {"may_rate": False, "may_reopen": False}
    return {
        "may_rate": lasts(case, pack.rating_days, now) and case.cycle not in case.rated,
        "may_reopen": lasts(case, pack.reopening_days, now) and case.unsolved < pack.reopenings,
    }


def _album(portal: Portal) -> Album:
    return Album(portal.signer, portal.intake)


async def _add(portal: Portal, request: Request, case: PublicCase, address: str) -> Response:
    await portal.hold(request, "add", 10, 10, case.case_id)
    album = _album(portal)
    async with sent_form(request, files=CHOSEN) as (values, chosen):
        key = values.setdefault("key", uuid4().hex)
        photos, problems = await album.add(album.read(values.get("photos", "")) or (), chosen, key)
    values["photos"] = album.write(photos)
    if problems:
        return await show(portal, request, case, address, 422, Form(values, problems))
    text = values.get("text") or (ONLY_PHOTOS if photos else "")
    try:
        words = MoreWords(text=text, files=tuple(photo.id for photo in photos))
        await portal.intake.add(case.year, case.case_id, words, key)
    except ValidationError as error:
        return await show(portal, request, case, address, 422, Form(values, problems_of(error)))
    except Declined as declined:
        return await show(portal, request, case, address, 422, Form(values, placed(declined.problems)))
    except TooMuch as limit:
        answer = await show(portal, request, case, address, 429, Form(values, limit.problems))
        answer.headers["retry-after"] = str(60 * limit.minutes)
        return answer
    except OutOfReach:
        return await show(portal, request, case, address, 503, Form(values))
    return RedirectResponse(f"{address}?added=1", 303)
