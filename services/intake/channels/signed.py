"""A partner's program (an app, a smart-city portal, a robot) that signs what it posts with a secret.

`POST /hooks/<table>` with a JSON object (UTF-8) and the header `X-Signature: sha256=<hex>`: HMAC-SHA256 of
the body as it is sent, the `sha256=` may be left out. `id` is the partner's own, never used twice; the same
`id` again is the same message, however late. 200: it is on our disk. 403: the signature is wrong. 5xx or
nothing: send it again.

    {"id": "A-0001", "sender": "user-77", "text": "Đèn đường hỏng", "name": "…", "phone": "0912 345 678",
     "email": "…", "address": "…", "place": "…", "lat": 19.8, "long": 105.7, "language": "vi",
     "at": "2026-03-02T08:00:00+07:00", "reply_to": "A-0000", "code": "123456782",
     "files": [{"url": "https://…", "label": "…"}]}

Only `id` and `text` are required; `text` may be empty with a file or a place. `sender` is the person as the
partner knows them: their messages are gathered into one case. A list of such objects is taken, too.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from libs.contracts.casevalues import Spot
from services.intake.channels.rows import Row as AnyRow
from services.intake.channels.rows import read_secret
from services.intake.channels.shape import Delivery, Enclosed, Event, Plain, Said, SetAside, Unverified

SIGNATURE = "x-signature"


class Row(AnyRow):
    """`secret_file` holds the secret that the partner signs with."""

    secret_file: Path


ROW = Row


class File(BaseModel):
    """A photo or document at the partner's; fetched only from the hosts that the row allows."""

    model_config = ConfigDict(frozen=True)

    url: str = Field(max_length=2_000)
    label: str = ""


class Message(BaseModel):
    """One message; what is not listed is ignored, so a partner may say more than we understand."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    id: Annotated[str, Field(min_length=1, max_length=200)]
    text: str
    sender: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    place: str = ""
    lat: float | None = Field(None, ge=-90, le=90)
    long: float | None = Field(None, ge=-180, le=180)
    at: AwareDatetime | None = None
    reply_to: str = ""
    code: str = ""
    files: tuple[File, ...] = Field((), max_length=20)
    language: Literal["vi", "en"] = "vi"


_BODY: TypeAdapter[Message | list[Message]] = TypeAdapter(Message | list[Message])


@dataclass(frozen=True)
class Signed(Plain):
    """The partner's table: its secret, and the account under which its people are known."""

    secret: bytes = b""
    account: str = ""

    def verify(self, delivery: Delivery) -> None:
        """The signature over the bytes as they came; compared in constant time."""
        given = delivery.headers.get(SIGNATURE, "").strip().lower().removeprefix("sha256=")
        due = hmac.new(self.secret, delivery.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(given.encode(), due.encode()):
            raise Unverified

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        """One message, or a list of them."""
        try:
            found = _BODY.validate_json(delivery.body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part)[:32] for part in first["loc"])
            raise SetAside(f"{where}: {first['type']}") from None
        for message in found if isinstance(found, list) else [found]:
            yield self._said(message)

    def _said(self, message: Message) -> Said:
        known = message.lat is not None and message.long is not None
        return Said(
            key=message.id,
            account=self.account,
            thread=message.id,
            spot=Spot(lat=message.lat, long=message.long) if known else None,
            enclosed=tuple(Enclosed(url=file.url, label=file.label) for file in message.files),
            answers=(message.reply_to,) if message.reply_to else (),
            **message.model_dump(
                include={
                    "text", "name", "phone", "email", "address", "place", "at", "code", "language",
                }
            ),
            person=message.sender,
        )  # fmt: skip


def channel(row: Row) -> Signed:
    """The channel of one partner. Raises BadChannels without a secret."""
    return Signed(row.pack_code, secret=read_secret(row.secret_file).encode(), account=row.code)
