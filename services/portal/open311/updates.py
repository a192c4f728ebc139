"""Service request updates as FixMyStreet exchanges them: what happened to a partner's requests."""

import asyncio
import hashlib
from collections.abc import Iterator

from pydantic import ValidationError

from libs.contracts.partners import public_id
from libs.contracts.requests import MoreWords
from libs.web.forms import problems_of
from services.portal.case import PublicCase, Step
from services.portal.intake import Declined
from services.portal.open311.asking import Ask, Content, Interface
from services.portal.open311.inputs import Inputs
from services.portal.open311.partners import Partner
from services.portal.open311.problems import Wrong, bad, unknown
from services.portal.open311.rendering import Value
from services.portal.open311.requests import as_it_stands
from services.portal.open311.sending import of_problems, with_files, words_from
from services.portal.open311.spans import span_of
from services.portal.open311.words import STEPS, words_for_sender
from services.portal.register import MOST, Span

POSTED = frozenset(
    {
        "OPEN", "CLOSED", "FIXED", "IN_PROGRESS", "INVESTIGATING", "ACTION_SCHEDULED", "DUPLICATE",
        "NOT_COUNCILS_RESPONSIBILITY", "NO_FURTHER_ACTION", "INTERNAL_REFERRAL", "REOPEN",
    }
)  # fmt: skip
"""How a request may stand with a partner; it is told to the agency and changes nothing by itself."""

NO_NAME = "-"
"""What FixMyStreet sends for a last name that is missing."""


async def updates(api: Interface, ask: Ask) -> Content:
    """What happened to the partner's own requests in the span, the oldest `MOST` of it, the oldest first."""
    partner = ask.sender()
    if not partner.may_read_own:
        raise Wrong(403, "api_key: khóa này không được đọc / this key may not read")
    span = span_of(ask.inputs, api.clock.now(), api.zone)
    return Content("service_request_updates", await asyncio.to_thread(_happened, api, partner, span))


async def send_update(api: Interface, ask: Ask) -> Content:
    """More words to one of the partner's own requests, once for each of its update ids."""
    partner, inputs = ask.sender(), ask.inputs
    number, theirs = inputs.one("service_request_id"), inputs.one("update_id", "update_id_ext")
    for name, value in (("service_request_id", number), ("update_id", theirs)):
        if not value:
            raise bad(name, "bắt buộc phải có", "required")
    case = next(iter(await asyncio.to_thread(api.register.numbered, [number])), None)
    if case is None:
        raise unknown("service_request_id")
    if case.partner != partner.code:
        raise Wrong(403, "service_request_id: không phải của đối tác này / not this partner's")
    key = hashlib.sha256(f"{partner.code}\0{number}\0{theirs}".encode()).hexdigest()
    try:
        words = await with_files(api, _words(partner, inputs), inputs, key)
        await api.intake.add(case.year, case.case_id, words, key)
    except ValidationError as error:
        raise of_problems(problems_of(error)) from None
    except Declined as declined:
        raise of_problems(declined.problems) from None
    return Content("service_request_updates", [{"update_id": key[:16]}])


def _words(partner: Partner, inputs: Inputs) -> MoreWords:
    """What is added: the words, how the request stands with the partner, and who wrote."""
    status = inputs.one("status").upper()
    if status and status not in POSTED:
        raise bad("status", "không có trạng thái này", "no such status")
    named = (inputs.one("first_name"), inputs.one("last_name"))
    writer = " ".join(part for part in named if part not in {"", NO_NAME})
    stands = f"Trạng thái tại {partner.name}: {status}" if status not in {"", "OPEN"} else ""
    wrote = f"Người viết: {writer}" if writer else ""
    return MoreWords(text=words_from(inputs, stands, wrote))


def _happened(api: Interface, partner: Partner, span: Span) -> list[Value]:
    found: dict[str, tuple[Step, Value]] = {}
    for case in api.register.changed(partner.code, span):
        standing = as_it_stands(case, api.store.root(case))
        for step in standing.steps:
            if step.what in STEPS and span.start <= step.at <= span.end:
                update_id = _update_id(case, step)
                told = dict(_told(api, partner, standing, step))
                found[update_id] = (step, {"update_id": update_id, **told})
    oldest = sorted(found.values(), key=lambda pair: pair[0].at)
    return [row for _, row in oldest[:MOST]]


def _update_id(case: PublicCase, step: Step) -> str:
    said = f"{case.case_id} {step.what} {step.at.isoformat()}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _told(api: Interface, partner: Partner, case: PublicCase, step: Step) -> Iterator[tuple[str, str | None]]:
    """The parts of one update; what is empty is left out, since XML::Simple takes it for a structure."""
    extended, words = STEPS[step.what]
    basic = extended if extended in {"OPEN", "CLOSED"} else ("CLOSED" if step.what == "rejected" else "OPEN")
    said = [words.format(agency=api.labels.agency(step.agency))]
    if step.what == "published":
        said.append(case.public_answer)
    if partner.for_sender:
        said.append(words_for_sender(case, step))
    yield "service_request_id", public_id(case.case_id)
    yield "status", extended if partner.extended else basic
    yield "updated_datetime", api.wire(step.at)
    yield "description", "\n\n".join(one for one in said if one)
    yield "external_status_code", extended
