"""The bucket MESSAGES: which case holds a look-up code or a message, and the year it is filed under.

An entry is created once and never changed, so two replicas that race for one find the same answer.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from libs.contracts.subjects import CaseRef
from libs.runtime.publishing import PATIENCE, Occupied, publish
from services.intake.domain.said import Choice

BUCKET = "MESSAGES"


class Messages:
    """Creates entries, and reads those that somebody created first."""

    def __init__(self, js: JetStreamContext, *, patience: float = PATIENCE) -> None:
        self._js = js
        self._patience = patience

    async def reserve(self, case_id: str, year: int, candidates: Iterable[str]) -> tuple[int, str]:
        """The year proposed first, so a retry after New Year agrees, and the first candidate that is free
        or is this case's own already. Raises OutcomeUnknown when the server does not confirm.
        """
        for code in candidates:
            entry = await self._create(f"code.{code}", {"case_id": case_id, "year": year})
            if entry["case_id"] == case_id:
                return int(entry["year"]), code
        raise LookupError(case_id)

    async def case_of(self, key: str) -> Choice | None:
        """The case that the message with this key went to; one that came just now `bind` will find."""
        return await self._find(f"msg.{key}")

    async def holder(self, code: str) -> Choice | None:
        """The case that has this look-up code."""
        return await self._find(f"code.{code}")

    async def bind(self, key: str, choice: Choice) -> Choice:
        """The message goes to this case for ever, or to the one that it was bound to before."""
        value = {"case_id": choice.ref.case_id, "year": choice.ref.year, "same_as": choice.same_as}
        return _choice(await self._create(f"msg.{key}", value))

    async def _find(self, name: str) -> Choice | None:
        try:
            stored = await self._js.get_last_msg(f"KV_{BUCKET}", f"$KV.{BUCKET}.{name}", direct=True)
        except NotFoundError:
            return None
        return _choice(json.loads(stored.data)) if stored.data else None

    async def _create(self, key: str, value: Mapping[str, object]) -> dict[str, Any]:
        """What stands under the key now: this value, or the one that was there before."""
        subject = f"$KV.{BUCKET}.{key}"
        body = json.dumps(value).encode()
        try:
            await publish(
                self._js, subject, body, message_id=uuid4().hex, expected=0, patience=self._patience
            )
        except Occupied:
            stored = await self._js.get_last_msg(f"KV_{BUCKET}", subject)
            body = stored.data or b"{}"
        found: dict[str, Any] = json.loads(body)
        return found


def _choice(entry: Mapping[str, Any]) -> Choice:
    return Choice(CaseRef(int(entry["year"]), entry["case_id"]), entry.get("same_as"))
