"""Commands of several hands: parts, the work of a commune, joined cases, a suspicion and its result."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from libs.contracts.facts import Instant
from libs.contracts.requests import Line, Words
from services.desk.domain.command import Code, Command, MaybeCode, Said


class Contribute(Command):
    """A co-lead or coordinating agency gives its part of the answer; a later one replaces it."""

    text: Said


class Delegate(Command):
    """Hand the work to a commune below the lead, which stays accountable (Đồng Nai 5)."""

    to: Code
    note: Words = ""


class Contact(Command):
    """Spoke to the citizen, or tried to (Đồng Nai 5); `contacted_at` defaults to now."""

    way: Literal["phone", "visit", "message"]
    result: Literal["reached", "not-reached"]
    contacted_at: Annotated[Instant | None, BeforeValidator(lambda value: value or None)] = None
    note: Words = ""


class Report(Command):
    """The commune says what it did; a contact must be on record (Đồng Nai 5)."""

    report: Said


class Confirm(Command):
    """The lead checked what was really done (Đồng Nai 5)."""

    note: Said


class Recall(Command):
    """The lead takes the work back."""

    reason: Said


class Join(Command):
    """The same matter as an older case, named by its id or look-up code; the citizen keeps their number.

    `take_back`: also from the agency that holds an open slip of this case.
    """

    to: Annotated[Line, Field(min_length=1)]
    take_back: bool = False


class SuspectFalse(Command):
    """The report may be false: seal the evidence and ask the police (Đồng Nai 2, 5).

    `police`: default the unit of the district, else of the province. `recording`: its name where calls are
    recorded.
    """

    ground: Said
    police: MaybeCode = None
    recording: Line = ""


class Conclude(Command):
    """The police unit's result."""

    result: Literal["true", "mistaken", "malicious"]
    note: Words = ""
