"""A case as its sender and, once published, everybody may see it; and how a sender proves it is theirs."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from libs.contracts.events import CaseOpened, Person
from libs.contracts.facts import Instant, Value
from libs.contracts.partners import partner_of, public_id

Status = Literal[
    "new", "triage", "arbiter", "routed", "received", "verifying", "promised",
    "answered_by_phone", "answered", "answered_at_desk", "published", "withheld", "rejected", "joined",
]  # fmt: skip

OPEN: frozenset[Status] = frozenset(
    {"new", "triage", "arbiter", "routed", "received", "verifying", "promised", "joined"}
)
"""Cases that still wait for an answer: their sender may add to them."""


ANSWERED: frozenset[Status] = frozenset(
    {"answered_by_phone", "answered", "answered_at_desk", "published", "withheld"}
)
"""Cases whose sender may say how good the answer was, or that it solved nothing."""


class Step(Value):
    """One thing the sender is told about; `what` is the fact's token, words are made when shown."""

    what: str
    at: Instant
    agency: str = ""
    text: str = ""
    until: Instant | None = None


class PublicCase(Value):
    """A case without the person: what the tracking page, and once published everybody, may read.

    `public_agency`: whose published answer it is, whoever has the case later. `followers`: cases that follow
    this one, each since the instant from which what is said here is meant for them too. `partner`: whose
    program sent it by Open311, `reference` what tells it from their others. `closed_at`: the last step of an
    answered case; `rated`: cycles that the sender rated; `unsolved`: how often they had it opened again.
    """

    case_id: str
    year: int
    code: str
    lookup: str = ""
    link: str = ""
    status: Status = "new"
    opened_at: Instant
    field: str = ""
    place: str | None = None
    slip: int = 0
    agency: str = ""
    agencies: tuple[str, ...] = ()
    asked: str = ""
    promised_at: Instant | None = None
    answer: str = ""
    missing: tuple[str, ...] = ()
    answered_at: Instant | None = None
    reason: str = ""
    reason_text: str = ""
    ground: str = ""
    public_question: str = ""
    public_answer: str = ""
    published_at: Instant | None = None
    public_agency: str | None = None
    steps: tuple[Step, ...] = ()
    follows: str = ""
    followers: Mapping[str, Instant] = {}
    partner: str = ""
    reference: str = ""
    cycle: int = 1
    closed_at: Instant | None = None
    rated: tuple[int, ...] = ()
    unsolved: int = 0


class PublishedAnswer(Value):
    """What everybody may read of a case, and nothing else of it."""

    id: str
    question: str
    answer: str
    field: str
    place: str | None
    agency: str
    opened_at: Instant
    answered_at: Instant
    published_at: Instant


@dataclass(frozen=True)
class Proof:
    """Turns what a sender knows into what we keep: neither can be turned back."""

    secret: bytes

    def of_code(self, code: str, digits: str) -> str:
        """HMAC of the look-up code and the last four digits of the phone; "" without four digits."""
        known = "".join(digit for digit in digits if digit.isascii() and digit.isdigit())[-4:]
        if len(known) < 4:
            return ""
        return hmac.new(self.secret, f"{code}:{known}".encode(), hashlib.sha256).hexdigest()

    @staticmethod
    def of_token(token: str) -> str:
        """Digest of the secret of a tracking link; "" without one."""
        return hashlib.sha256(token.encode()).hexdigest() if token else ""


OF_THE_MATTER = (
    "status", "slip", "agency", "agencies", "promised_at", "answer", "missing", "answered_at", "ground",
    "reason", "reason_text", "public_question", "public_answer", "published_at", "cycle", "closed_at",
    "unsolved",
)  # fmt: skip
"""What is the same for everybody who asked about one matter."""

BETWEEN_TWO = frozenset({"opened", "information-asked", "added", "rated"})
"""Steps that concern only one sender and the agency."""


def following(case: PublicCase, other: PublicCase) -> PublicCase:
    """The case as its sender sees it who follows another one: their own number, and how the matter stands.

    Words from before it was followed were meant for the other sender alone: of an answer from then only the
    public text is shown.
    """
    since = other.followers.get(case.case_id)

    def meant(at: datetime | None) -> bool:
        return bool(since and at and at >= since)

    shared = [
        step if meant(step.at) else step.model_copy(update={"text": ""})
        for step in other.steps
        if step.what not in BETWEEN_TWO
    ]
    steps = sorted((*case.steps, *shared), key=lambda step: step.at)
    changes = {name: getattr(other, name) for name in OF_THE_MATTER} | {"steps": tuple(steps)}
    if not meant(other.answered_at):
        changes["answer"] = other.public_answer
    return case.model_copy(update=changes)


def lasts(case: PublicCase, days: int, now: datetime) -> bool:
    """Whether its sender may still speak of the answer, so many days after the last step."""
    closed = case.closed_at if case.status in ANSWERED else None
    return closed is not None and now <= closed + timedelta(days=days)


def published_answer(case: PublicCase) -> PublishedAnswer | None:
    """The public part of a case; None while there is none."""
    if case.published_at is None:
        return None
    return PublishedAnswer(
        id=public_id(case.case_id),
        question=case.public_question,
        answer=case.public_answer,
        field=case.field,
        place=case.place,
        agency=case.agency if case.public_agency is None else case.public_agency,
        opened_at=case.opened_at,
        answered_at=case.answered_at or case.published_at,
        published_at=case.published_at,
    )


def open_case(fact: CaseOpened, year: int, proof: Proof) -> PublicCase:
    return PublicCase(
        case_id=fact.case_id,
        year=year,
        code=fact.code,
        lookup=proof.of_code(fact.code, phone_of(fact.person)),
        link=proof.of_token(fact.track_token),
        opened_at=fact.at,
        field=fact.field or "",
        partner=partner_of(fact),
        reference=fact.origin.thread if partner_of(fact) else "",
        steps=(Step(what=fact.stem(), at=fact.at),),
    )


def phone_of(person: Person) -> str:
    return person.phone or person.phone_raw
