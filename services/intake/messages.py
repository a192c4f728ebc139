"""The bucket MESSAGES: which case holds a look-up code, and the year that case is filed under.

An entry is created once and never changed, so two replicas that race for one find the same answer.
"""

import json
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from nats.js.client import JetStreamContext

from libs.runtime.publishing import PATIENCE, Occupied, publish

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

    async def _create(self, key: str, value: dict[str, object]) -> dict[str, Any]:
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
