"""Handing in a request, one thing per page, and the receipt for it."""

from collections.abc import Sequence
from uuid import uuid4

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.requests import Described, NewRequest, Offer, Problem
from libs.packs.model import Pack, Question
from libs.web.forms import Form, problems_of
from libs.web.guard import Visit
from libs.web.headers import HEADERS
from libs.web.uploads import sent_form
from services.portal import form as steps
from services.portal.intake import Declined, OutOfReach, TooMuch
from services.portal.metrics import SUBMITTED
from services.portal.photos import GONE, Album, Photo
from services.portal.portal import Portal
from services.portal.public import questions_about

RECEIPT = "sent"
RECEIPT_SECONDS = 3600
OFFER = "offer"
OFFER_SECONDS = 3600
KNOWN = 3
"""Questions with answers shown before the form while operators are overrun."""

CHOSEN = 50
"""Files read of one form; how many are taken is said in words."""

PAGE = {
    "cache-control": "private, no-cache",  # the browser's own "back" shows what was typed
    "permissions-policy": HEADERS["permissions-policy"].replace("geolocation=()", "geolocation=(self)"),
}


class Receipt(BaseModel):
    """What the confirmation page shows; kept by the browser, signed by us."""

    code: str
    token: str = ""


def submit_pages(portal: Portal) -> APIRouter:
    routes = APIRouter()

    @routes.get("/submit")
    async def blank(request: Request, q: str = "") -> Response:
        return _page(portal, request, "what", Form({"text": q[:200]}))

    @routes.get("/submit/{step}")
    async def from_the_start(step: str) -> Response:
        del step
        return RedirectResponse("/submit", 303)

    @routes.post("/submit")
    async def submit(request: Request) -> Response:
        visit: Visit = request.state.visit
        await portal.hold(request, "submit", 10, 10, visit.form.get("phone", ""))
        return await _submit(portal, request, visit.form)

    @routes.post("/submit/{step}")
    async def move(request: Request, step: str) -> Response:
        if step not in steps.STEPS:
            raise HTTPException(404)
        await portal.hold(request, "form", 120, 10)
        async with sent_form(request, files=CHOSEN) as (values, chosen):
            values.setdefault("key", uuid4().hex)
            problems = await _photos(portal, request, values, chosen)
        return await _move(portal, request, step, values, problems)

    @routes.get("/sent")
    async def sent(request: Request) -> Response:
        kept = portal.kept(request, RECEIPT)
        if kept is None:
            return RedirectResponse("/track", 303)
        return portal.render(
            request, "sent.html", receipt=Receipt.model_validate_json(kept), public_url=portal.public_url
        )

    return routes


async def _photos(
    portal: Portal, request: Request, values: dict[str, str], chosen: Sequence[UploadFile]
) -> tuple[Problem, ...]:
    """Hand in what was chosen, take out what is to go; the list in `values` is then right."""
    album = Album(portal.signer, portal.intake)
    photos, problems = album.read(values.get("photos", "")), tuple[Problem, ...]()
    if photos is None:
        photos, problems = (), (GONE,)
    if chosen:
        await portal.hold(request, "photos", 30, 10)
        photos, found = await album.add(photos, chosen, values["key"])
        problems += found
    if gone := values.pop("remove", ""):
        values["to"] = "photos"
    values["photos"] = album.write([photo for photo in photos if photo.id != gone])
    return problems


async def _move(
    portal: Portal, request: Request, step: str, values: dict[str, str], problems: tuple[Problem, ...]
) -> Response:
    """The next page, or the one that was asked for; forward only when nothing is wrong on this one."""
    to = values.pop("to", "")
    to = to if to in steps.STEPS else steps.after(step) if step != "check" else step
    if steps.ORDER.index(to) > steps.ORDER.index(step):
        problems += steps.wrong(values, step)
    if problems:
        return _page(portal, request, step, Form(values, problems), 422)
    if step == "what" and to == "where" and (known := await _known(portal, values)):
        return portal.render(request, "known.html", 200, PAGE, form=Form(values), known=known)
    return _page(portal, request, to, Form(values))


async def _known(portal: Portal, values: dict[str, str]) -> list[Question]:
    """What the citizen may read instead of waiting, once, while operators are overrun."""
    if "seen" in values or not portal.directory.surge.on:
        return []
    return (await questions_about(portal, values["text"]))[:KNOWN]


async def _submit(portal: Portal, request: Request, values: dict[str, str]) -> Response:
    """The last step, or all of them at once."""
    photos = Album(portal.signer, portal.intake).read(values.get("photos", ""))
    if photos is None:
        form = Form({**values, "photos": ""}, (GONE,))
        return _page(portal, request, "photos", form, 422)
    files = tuple(photo.id for photo in photos)
    try:
        wanted = steps.wanted(values, portal.pages.language(request), files)
    except ValidationError as error:
        return _corrected(portal, request, values, problems_of(error))
    if "asked" not in values and (offers := await _offers(portal, wanted)):
        return _ask(portal, request, values, offers)
    same = portal.signer.read(OFFER, values.get("same", ""))
    return await _send(portal, request, values, wanted.model_copy(update={"same_as": same}))


async def _send(portal: Portal, request: Request, values: dict[str, str], wanted: NewRequest) -> Response:
    """Hand it to intake; the receipt is the browser's."""
    try:
        accepted = await portal.intake.open(wanted, values.get("key") or uuid4().hex)
    except Declined as declined:
        return _corrected(portal, request, values, declined.problems)
    except TooMuch as limit:
        SUBMITTED.labels("too_much").inc()
        answer = _page(portal, request, "check", Form(values, limit.problems), 429)
        answer.headers["retry-after"] = str(60 * limit.minutes)
        return answer
    except OutOfReach:
        SUBMITTED.labels("out_of_reach").inc()
        return _page(portal, request, "check", Form(values), 503)
    SUBMITTED.labels("accepted").inc()
    receipt = Receipt(code=accepted.code, token=accepted.track_token).model_dump_json()
    answer = RedirectResponse("/sent", 303)
    portal.keep(answer, RECEIPT, receipt, RECEIPT_SECONDS)
    return answer


def _corrected(
    portal: Portal, request: Request, values: dict[str, str], problems: tuple[Problem, ...]
) -> Response:
    """The page on which the first problem is put right."""
    SUBMITTED.labels("corrected").inc()
    problems = steps.placed(problems)
    return _page(portal, request, steps.step_of(problems), Form(values, problems), 422)


def _page(portal: Portal, request: Request, step: str, form: Form, status: int = 200) -> Response:
    """One step; `key` is made when the form is shown first, so that sending it twice is one request."""
    photos: tuple[Photo, ...] = ()
    if step in {"photos", "check"}:
        photos = Album(portal.signer, portal.intake).read(form.value("photos")) or ()
    return portal.render(
        request,
        "submit.html",
        status,
        PAGE,
        step=step,
        number=steps.ORDER.index(step) + 1,
        total=len(steps.ORDER),
        before=steps.ORDER[steps.ORDER.index(step) - 1],
        form=form,
        key=form.value("key") or uuid4().hex,
        carried=steps.carried(form.values, step),
        photos=photos,
        spot=steps.spot(form.values),
        surge=portal.directory.surge.on,
        communes=lambda: _communes(portal.pack),
        out_of_reach=status == 503,
    )


def _communes(pack: Pack) -> list[str]:
    """Every commune with what it belongs to, to be chosen from while typing."""
    names = {unit.code: unit.name_vi for unit in pack.units if unit.level != "province"}
    listed = [unit for unit in pack.units if unit.level == "commune" and unit.merged_into is None]
    return [", ".join(filter(None, (unit.name_vi, names.get(unit.parent or "")))) for unit in listed]


async def _offers(portal: Portal, wanted: NewRequest) -> list[Offer]:
    """Earlier matters that may be the same."""
    where = wanted.place or wanted.address
    return await portal.desk.like(Described(text=wanted.text, field=wanted.field, address=where))


def _ask(portal: Portal, request: Request, values: dict[str, str], offers: list[Offer]) -> Response:
    """Whether it is one of these: the same form once more, with everything already in it."""
    SUBMITTED.labels("asked").inc()
    choices = [(portal.signer.sign(OFFER, offer.case_id, OFFER_SECONDS), offer) for offer in offers]
    kept = {name: values[name] for name in steps.INPUTS if values.get(name)}
    key = values.get("key") or uuid4().hex
    return portal.render(request, "similar.html", 200, PAGE, choices=choices, kept=kept, key=key)
