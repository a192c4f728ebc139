"""What every command is made of: its id, its token, and the kinds of inputs they share."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from libs.contracts.requests import Asked, Words

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
