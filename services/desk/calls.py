"""The call or message an operator typed, as the form sends it."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from libs.contracts.facts import Instant, Token
from libs.contracts.requests import Asked, Line
from services.desk.domain.command import Code, MaybeCode, Said


class TypedCall(Asked):
    """A telephone call, or what came by another channel of Điều 4 (Điều 7.2, 9.1).

    `place` is where it happened, in words; `received_at` is when the citizen called or wrote, default now;
    `call` is the call in CALLS.
    """

    command_id: UUID
    channel: Code = "phone"
    text: Said
    name: Line = ""
    phone: Line = ""
    address: Line = ""
    email: Line = ""
    field: MaybeCode = None
    place: Line = ""
    received_at: Annotated[Instant | None, BeforeValidator(lambda value: value or None)] = None
    call: Annotated[Token | None, BeforeValidator(lambda value: value or None)] = None
    urgent: bool = False
    secret: bool = Field(False, description="the citizen asks that their name be kept secret")
