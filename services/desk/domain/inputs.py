"""What people may tell the desk to do: one frozen model a command, checked at the edge.

The token in the API's path and in `allowed` is derived from the class: `AnswerByPhone` → `answer-by-phone`.
Forms and JSON are read by the same models; an empty optional code means "none".
"""

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from libs.contracts.facts import Instant
from libs.contracts.requests import Asked, Line, Words

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
MaybeCode = Annotated[Code | None, BeforeValidator(lambda value: value or None)]
Said = Annotated[Words, StringConstraints(min_length=1)]
"""Words that must not be empty."""


def _without_blanks(value: object) -> object:
    return tuple(one for one in value if one) if isinstance(value, list | tuple) else value


Codes = Annotated[tuple[Code, ...], BeforeValidator(_without_blanks), Field(max_length=20)]


class Command(Asked):
    """What every command carries.

    `command_id`: made when the form was rendered, so that a double click is one fact. `seen`:
    `CaseState.facts` at that moment; a form that is older than what it would change is refused as stale.
    """

    command_id: UUID
    seen: int | None = Field(None, ge=0)

    @classmethod
    def token(cls) -> str:
        """`AnswerByPhone` → `answer-by-phone`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


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
    proposed_agency: MaybeCode = None
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
    """The agency's answer (Điều 10.3)."""

    answer: Said


# --- publication ----------------------------------------------------------------------------------


class Publish(Command):
    """The public text, without anybody's personal data (Điều 12.1, 12.2)."""

    question: Said
    answer: Said


class Withhold(Command):
    """Not published, on a coded ground of the pack."""

    ground: Code
    note: Words = ""


COMMANDS: dict[str, type[Command]] = {cls.token(): cls for cls in Command.__subclasses__()}
"""Token → class of every command on a case."""
