"""The stream RAW: what came in, byte for byte, on the disk before anybody hears that it was taken."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError, ObjectNotFoundError

from libs.files.expiry import DELIVERY
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.objects import read_object
from libs.runtime.publishing import AWAY, PATIENCE, Occupied, publish
from services.intake.channels.shape import Delivery

STREAM = "RAW"
FILES = "FILES"
LARGE = 512 * 1024
"""Bytes; a larger body lies in FILES, and the message names it."""

ABOUT = "Hotline-Delivery"
FORGED = "_unverified"
"""Stands for the table where a delivery was not genuine; no table can be called that."""

FETCH_WITHIN = 15
"""Seconds for a body from FILES."""


@dataclass(frozen=True)
class Kept:
    """A delivery as RAW holds it: of which table, and whether its signature was right."""

    code: str
    delivery: Delivery
    genuine: bool = True


class RawLog:
    """Writes deliveries, each once, and reads them back."""

    def __init__(self, js: JetStreamContext, *, patience: float = PATIENCE) -> None:
        self._js = js
        self._patience = patience

    async def keep(self, code: str, key: str, delivery: Delivery) -> bool:
        """True when it is stored now, False when it stood there already. Raises OutcomeUnknown."""
        return await self._keep(code, _token(key.encode(errors="backslashreplace")), Kept(code, delivery))

    async def keep_forged(self, code: str, delivery: Delivery) -> bool:
        """Store what was not genuine apart from all that is, so that it can never stand in its place."""
        token = _token(code.encode() + b"\0" + delivery.body)
        return await self._keep(FORGED, token, Kept(code, delivery, genuine=False))

    async def load(self, headers: Mapping[str, str] | None, data: bytes) -> Kept:
        """The delivery of a message of RAW. Raises ValueError when it is none, OutcomeUnknown for later."""
        about: dict[str, Any] = json.loads((headers or {}).get(ABOUT, "null")) or {}
        if about.keys() < {"table", "at"}:
            raise ValueError("not a delivery")
        body = await self._fetched(about["body"]) if about.get("body") else data
        names = ("method", "path", "query", "headers")
        delivery = Delivery(
            body=body,
            at=datetime.fromisoformat(about["at"]),
            **{name: about[name] for name in names},
            peer=about.get("peer", ""),
        )
        return Kept(about["table"], delivery, genuine=about["genuine"])

    async def newest(self, code: str) -> datetime | None:
        """When the last genuine delivery of a table came in; None when there is none."""
        try:
            message = await self._js.get_last_msg(STREAM, f"raw.{code}.*")
        except NotFoundError:
            return None
        about = json.loads((message.headers or {}).get(ABOUT, "{}"))
        return datetime.fromisoformat(about["at"]) if "at" in about else None

    async def _keep(self, where: str, token: str, kept: Kept) -> bool:
        large = len(kept.delivery.body) > LARGE
        stored = await self._put(kept.delivery.body) if large else ""
        body = b"" if large else kept.delivery.body
        subject = f"raw.{where}.{token}"
        try:
            ack = await publish(
                self._js,
                subject,
                body,
                message_id=subject,
                expected=0,
                patience=self._patience,
                also={ABOUT: _about(kept, stored), "content-type": "application/octet-stream"},
            )
        except Occupied:
            return False
        return not ack.duplicate

    async def _put(self, body: bytes) -> str:
        name = f"{DELIVERY}{_token(body)}"
        try:
            store = await self._js.object_store(FILES)
            try:
                await store.get_info(name)
            except ObjectNotFoundError:
                await store.put(name, body)
        except (*AWAY, NatsError) as error:
            raise OutcomeUnknown from error
        return name

    async def _fetched(self, name: str) -> bytes:
        try:
            return await read_object(self._js, FILES, name, within=FETCH_WITHIN)
        except ObjectNotFoundError as error:
            raise ValueError("its body is gone from FILES") from error
        except (*AWAY, NatsError) as error:
            raise OutcomeUnknown from error


def _token(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _about(kept: Kept, stored: str) -> str:
    """One header, ASCII: a NATS header must not hold a line break or anything of a stranger's bytes."""
    delivery = kept.delivery
    about = {
        "table": kept.code,
        "at": delivery.at.isoformat(),
        "genuine": kept.genuine,
        "method": delivery.method,
        "path": delivery.path,
        "query": delivery.query,
        "headers": dict(delivery.headers),
        "peer": delivery.peer,
        "body": stored,
    }
    return json.dumps(about, ensure_ascii=True)
