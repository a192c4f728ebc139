"""What people may tell the desk to do: one frozen model a command, checked at the edge.

The token in the API's path and in `allowed` is derived from the class: `AnswerByPhone` → `answer-by-phone`.
Forms and JSON are read by the same models; an empty optional code means "none".
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from libs.contracts.facts import Instant, Token
from libs.contracts.requests import Line, Words
from services.desk.domain.command import Code, Codes, Command, MaybeCode, Said

# --- operators ------------------------------------------------------------------------------------


class Amend(Command):
    """Complete or correct the citizen's details, the field or the place (Điều 7.2).

    The person is given whole; field and place stay as they are when empty.
    """

    name: Line = ""
    phone: Line = ""
    address: Line = ""
    email: Line = ""
    field: MaybeCode = None
    place: MaybeCode = None


class SetUrgency(Command):
    """Urgent or no longer urgent (Điều 13.2)."""

    urgent: bool
    reason: Line = ""


class AnswerAtDesk(Command):
    """The operator's answer from the questions and answers (Điều 10.1)."""

    answer: Said
    question_ids: Codes = ()


class Reject(Command):
    """Not taken, on a coded reason of the pack (Điều 3.6, 9.2)."""

    reason: Code
    text: Words = ""


class Direct(Command):
    """Send the slip (Điều 10.1). Field and place default to those of the case."""

    lead: Code
    co_leads: Codes = ()
    coordinating: Codes = ()
    field: MaybeCode = None
    place: MaybeCode = None
    note: Words = ""


class Release(Command):
    """Let go of a typed call, so that the router may send its slip."""


class Succeed(Command):
    """Name who goes on with a slip whose agency ended, where the pack does not say it."""

    agency: Code
    to: Code


class Refer(Command):
    """Ask the arbiter whose matter it is (Điều 10.4)."""

    question: Words = ""


class TransferCall(Command):
    """Record a call put through by hand; `number` defaults to the agency's registered hotline (Điều 10.1)."""

    agency: Code
    number: Line = ""
    result: Literal["connected", "failed"]
    detail: Line = Field("", description="required when it failed: a call-failed code of the pack, or words")


# --- the arbiter ----------------------------------------------------------------------------------


class Determine(Command):
    """Name the competent agency (Điều 10.4)."""

    agency: Code
    opinion: Words = ""


# --- officers -------------------------------------------------------------------------------------


class Receive(Command):
    """Acknowledge the slip; no legal clock depends on it."""


class Return(Command):
    """Send the slip back as another authority's matter, on a coded ground of the pack."""

    ground: Code
    proposed_agency: MaybeCode = Field(None, description="required; the arbiter's code when really unknown")
    text: Words = ""


class AnswerByPhone(Command):
    """Answered on the telephone: what was said; publish within 4 working hours (Điều 10.3)."""

    summary: Said


class Verify(Command):
    """Needs checking: the citizen is told to wait until the 8 working hours end (Điều 10.3)."""

    note: Words = ""


class PromiseProgress(Command):
    """Progress so far and the instant of the next answer (Điều 10.3)."""

    progress: Said
    promised_at: Instant


class AskInformation(Command):
    """Ask the citizen for more (Điều 14.6); stops no clock."""

    question: Said


class Answer(Command):
    """The agency's answer (Điều 10.3), consolidated from the parts of those beside the lead.

    `partial`: signed although a part is missing, with the instant at which the rest is promised.
    """

    answer: Said
    partial: bool = False
    promised_at: Annotated[Instant | None, BeforeValidator(lambda value: value or None)] = None


# --- publication ----------------------------------------------------------------------------------


class Publish(Command):
    """The public text, without anybody's personal data (Điều 12.1, 12.2)."""

    question: Said
    answer: Said


class Withhold(Command):
    """Not published, on a coded ground of the pack."""

    ground: Code
    note: Words = ""


# --- clocks ---------------------------------------------------------------------------------------


class PauseClock(Command):
    """A policy clock rests until `until`, on a coded ground of its kind; those of the law never do."""

    clock: Token
    reason: Code
    until: Instant
    note: Words = ""


class ResumeClock(Command):
    """The pause of this clock ends now."""

    clock: Token


class Reopen(Command):
    """Not solved after all: a new numbered cycle begins; what was missed stays missed."""

    reason: Said
