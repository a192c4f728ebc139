"""Handing in a request, and the receipt for it."""

from uuid import uuid4

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.requests import Described, NewRequest, Offer, Problem
from libs.web.forms import Form, problems_of
from libs.web.guard import Visit
from services.portal.intake import Declined, OutOfReach
from services.portal.metrics import SUBMITTED
from services.portal.portal import Portal

RECEIPT = "sent"
RECEIPT_SECONDS = 3600
OFFER = "offer"
OFFER_SECONDS = 3600
_INPUTS = ("text", "field", "place", "name", "phone", "address", "email")


class Receipt(BaseModel):
    """What the confirmation page shows; kept by the browser, signed by us."""

    code: str
    token: str = ""


def submit_pages(portal: Portal) -> APIRouter:
    routes = APIRouter()

    @routes.get("/submit")
    async def blank(request: Request, q: str = "") -> Response:
        return _page(portal, request, Form({"text": q[:200]}))

    @routes.post("/submit")
    async def submit(request: Request) -> Response:
        visit: Visit = request.state.visit
        form = visit.form
        await portal.hold(request, "submit", 10, 10, form.get("phone", ""))
        try:
            wanted = _wanted(form, portal.pages.language(request))
        except ValidationError as error:
            SUBMITTED.labels("corrected").inc()
            return _page(portal, request, Form(form, problems_of(error)), 422)
        if "asked" not in form and (offers := await _offers(portal, wanted)):
            return _ask(portal, request, form, offers)
        same = portal.signer.read(OFFER, form.get("same", ""))
        return await _send(portal, request, form, wanted.model_copy(update={"same_as": same}))

    @routes.get("/sent")
    async def sent(request: Request) -> Response:
        kept = portal.kept(request, RECEIPT)
        if kept is None:
            return RedirectResponse("/track", 303)
        return portal.render(
            request, "sent.html", receipt=Receipt.model_validate_json(kept), public_url=portal.public_url
        )

    return routes


async def _send(portal: Portal, request: Request, form: dict[str, str], wanted: NewRequest) -> Response:
    """Hand it to intake; the receipt is the browser's."""
    try:
        accepted = await portal.intake.open(wanted, form.get("key") or uuid4().hex)
    except Declined as declined:
        SUBMITTED.labels("corrected").inc()
        return _page(portal, request, Form(form, _placed(declined.problems)), 422)
    except OutOfReach:
        SUBMITTED.labels("out_of_reach").inc()
        return _page(portal, request, Form(form), 503)
    SUBMITTED.labels("accepted").inc()
    receipt = Receipt(code=accepted.code, token=accepted.track_token).model_dump_json()
    answer = RedirectResponse("/sent", 303)
    portal.keep(answer, RECEIPT, receipt, RECEIPT_SECONDS)
    return answer


def _page(portal: Portal, request: Request, form: Form, status: int = 200) -> Response:
    """The form; `key` is made when it is shown first, so that sending it twice is one request."""
    key = form.value("key") or uuid4().hex
    return portal.render(request, "submit.html", status, form=form, key=key, out_of_reach=status == 503)


async def _offers(portal: Portal, wanted: NewRequest) -> list[Offer]:
    """Earlier matters that may be the same."""
    return await portal.desk.like(Described(text=wanted.text, field=wanted.field, address=wanted.address))


def _ask(portal: Portal, request: Request, form: dict[str, str], offers: list[Offer]) -> Response:
    """Whether it is one of these: the same form once more, with everything already in it."""
    SUBMITTED.labels("asked").inc()
    choices = [(portal.signer.sign(OFFER, offer.case_id, OFFER_SECONDS), offer) for offer in offers]
    kept = {name: form[name] for name in (*_INPUTS, "secret") if form.get(name)}
    return portal.render(
        request, "similar.html", choices=choices, kept=kept, key=form.get("key") or uuid4().hex
    )


def _wanted(form: dict[str, str], lang: str) -> NewRequest:
    """The request in a form. Where it happened is put before the words: the router reads it there."""
    place, text = form.get("place", ""), form.get("text", "")
    return NewRequest(
        text=f"{text}\n\nNơi xảy ra: {place}" if text and place else text,
        name=form.get("name", ""),
        phone=form.get("phone", ""),
        address=form.get("address", ""),
        email=form.get("email", ""),
        field=form.get("field") or None,
        secret=form.get("secret") == "yes",
        language="en" if lang == "en" else "vi",
    )


def _placed(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Problems of inputs that the form does not have belong to the form as a whole."""
    return tuple(
        problem if problem.field in _INPUTS else problem.model_copy(update={"field": ""})
        for problem in problems
    )
