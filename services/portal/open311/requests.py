"""GET requests, requests/{id} and tokens/{id}: how requests stand, and what was published about them."""

import asyncio
from datetime import datetime

from libs.contracts.partners import public_id
from services.portal.case import OPEN, PublicCase, following, published_answer
from services.portal.open311.asking import Ask, Content, Interface
from services.portal.open311.problems import bad, unknown
from services.portal.open311.rendering import Value
from services.portal.open311.spans import span_of
from services.portal.open311.words import STATUS
from services.portal.register import Wanted


async def requests(api: Interface, ask: Ask) -> Content:
    """Published requests, and those of the partner whose key came with the call; the newest first."""
    if numbers := _listed(ask, "service_request_id"):
        return Content("service_requests", await asyncio.to_thread(_numbered, api, numbers))
    partner = ask.partner.code if ask.partner and ask.partner.may_read_own else ""
    wanted = Wanted(
        span_of(ask.inputs, api.clock.now(), api.zone),
        partner,
        _listed(ask, "service_code"),
        _closed(ask),
    )
    return Content("service_requests", await asyncio.to_thread(_wanted, api, wanted))


async def request(api: Interface, ask: Ask) -> Content:
    found = await asyncio.to_thread(_numbered, api, (ask.name,))
    if not found:
        raise unknown("service_request_id")
    return Content("service_requests", found)


async def token(api: Interface, ask: Ask) -> Content:
    """A request has its number at once, so that is its token, too."""
    if not await asyncio.to_thread(api.register.numbered, [ask.name]):
        raise unknown("token")
    return Content("service_requests", [{"service_request_id": ask.name, "token": ask.name}])


def as_it_stands(case: PublicCase, root: PublicCase) -> PublicCase:
    """The case, or as its sender sees it when it was joined to another one."""
    return case if root is case else following(case, root)


def _listed(ask: Ask, name: str) -> tuple[str, ...]:
    words = (word.strip() for word in ask.inputs.one(name).split(","))
    return tuple(word for word in words if word)


def _closed(ask: Ask) -> bool | None:
    wanted = set(_listed(ask, "status"))
    if not wanted <= {"open", "closed"}:
        raise bad("status", "phải là open hoặc closed", "open or closed")
    return None if len(wanted) != 1 else wanted == {"closed"}


def _numbered(api: Interface, numbers: tuple[str, ...]) -> list[Value]:
    return _shown(api, api.register.numbered(numbers), closed=None)


def _wanted(api: Interface, wanted: Wanted) -> list[Value]:
    return _shown(api, api.register.wanted(wanted), closed=wanted.closed)


def _shown(api: Interface, cases: list[PublicCase], *, closed: bool | None) -> list[Value]:
    roots = [api.store.root(case) for case in cases]
    dues = api.store.dues({root.case_id: root.slip for root in roots if root.status in OPEN})
    return [
        _row(api, as_it_stands(case, root), root.promised_at or dues.get(root.case_id))
        for case, root in zip(cases, roots, strict=True)
        if closed in {None, root.status not in OPEN}
    ]


def _row(api: Interface, case: PublicCase, due: datetime | None) -> Value:
    """One request, without a word of its sender: `description` is the question as it was published."""
    still_open = case.status in OPEN
    extended, words = STATUS[case.status]
    said = [words]
    if case.status == "rejected":
        said.append(api.labels.reason("reject", case.reason))
    answer = published_answer(case)
    if answer:
        said.append(answer.answer)
    return {
        "service_request_id": public_id(case.case_id),
        "status": "open" if still_open else "closed",
        "status_notes": f"{extended}: {'. '.join(said)}",
        "service_name": api.labels.field(case.field) if case.field else "",
        "service_code": case.field,
        "description": answer.question if answer else "",
        "agency_responsible": api.labels.agency(case.agency),
        "service_notice": "",
        "requested_datetime": api.wire(case.opened_at),
        "updated_datetime": api.wire(max(step.at for step in case.steps)),
        "expected_datetime": api.wire(due) if still_open else None,
        "address": api.labels.place(case.place),
        "address_id": case.place or "",
        "zipcode": "",
        "lat": None,
        "long": None,
        "media_url": "",
    }
