"""Commands of those who watch over cases: the coordinator, and departments in their field."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from libs.contracts.facts import Instant
from libs.contracts.requests import Words
from services.desk.domain.command import Code, Command, MaybeCode, Said

LookUp = Annotated[str, Field(pattern=r"^[0-9]{9}$")]


class Remind(Command):
    """Ask for what is owed (Điều 13.1): of `agency`, by default the lead of the current slip.

    `beside`, `told_with`: one letter for several cases, as in `CaseReminded`.
    """

    agency: MaybeCode = None
    text: Words = ""
    beside: Annotated[tuple[LookUp, ...], Field(max_length=100)] = ()
    told_with: LookUp | None = None


class Instruct(Command):
    """Direct that an urgent matter goes to this agency at once (Điều 13.2)."""

    agency: Code
    text: Said
    answer_by: Annotated[Instant | None, BeforeValidator(lambda value: value or None)] = None


class Review(Command):
    """A department agrees with an answer in its field, or says what is wrong with it (Đồng Nai 4)."""

    agreed: bool
    text: Words = ""
