"""Gathering on a real server, and a process that dies at a chosen step of it."""

from datetime import UTC, datetime
from typing import Any

from nats.js.client import JetStreamContext

from libs.files.files import open_files
from libs.runtime.caselog import CaseLog
from libs.runtime.service import Runtime
from services.intake.channels.rows import Row
from services.intake.channels.shape import Said
from services.intake.conversations import Conversations
from services.intake.files import Enclosures
from services.intake.gathering import Gathering
from services.intake.messages import Messages

ARRIVED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ZALO = Row(code="zalo", kind="zalo", gather_hours=24)


class Died(Exception):
    """The process is gone."""


class Dying(JetStreamContext):
    """Dies at its n-th publish: before the server has it, or after, when nobody hears of it any more."""

    def __init__(self, js: JetStreamContext, *, at: int, heard: bool) -> None:
        self.__dict__.update(js.__dict__)
        self._left = at
        self._heard = heard

    async def publish(self, *args: Any, **kwargs: Any) -> Any:
        self._left -= 1
        if self._left == 0 and not self._heard:
            raise Died
        try:
            return await super().publish(*args, **kwargs)
        finally:
            if self._left == 0:
                raise Died


def gathering(rt: Runtime, js: JetStreamContext | None = None) -> Gathering:
    """What a replica has; `js` is the connection it works with."""
    js = js or rt.js
    return Gathering(
        CaseLog(js), Messages(js), Conversations(js), rt.directory, rt.clock, Enclosures(open_files(js))
    )


def words(key: str, text: str = "Đèn đường hỏng", **fields: Any) -> Said:
    """One message of one person on Zalo."""
    return Said(**{"key": key, "person": "8309", "account": "oa", "text": text, **fields})
