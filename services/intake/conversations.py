"""The bucket CONVERSATIONS: which case a person on a channel is talking about, changed by compare-and-set."""

import json
from datetime import datetime
from uuid import uuid4

from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from libs.contracts.subjects import CaseRef
from libs.runtime.publishing import PATIENCE, Occupied, publish
from services.intake.domain.said import Talk

BUCKET = "CONVERSATIONS"


class Conversations:
    """Reads an entry with its revision, and replaces it if nobody else did meanwhile."""

    def __init__(self, js: JetStreamContext, *, patience: float = PATIENCE) -> None:
        self._js = js
        self._patience = patience

    async def get(self, name: str) -> tuple[Talk | None, int]:
        """The entry and its revision, None and 0 without one; perhaps not the newest: `put` finds out."""
        try:
            found = await self._js.get_last_msg(f"KV_{BUCKET}", f"$KV.{BUCKET}.{name}", direct=True)
        except NotFoundError:
            return None, 0
        entry = json.loads(found.data or b"{}")
        if "case_id" not in entry:
            return None, found.seq or 0
        ref = CaseRef(int(entry["year"]), entry["case_id"])
        return Talk(ref, datetime.fromisoformat(entry["at"])), found.seq or 0

    async def put(self, name: str, talk: Talk, revision: int) -> bool:
        """False when the entry has changed since that revision. Raises OutcomeUnknown."""
        entry = {"case_id": talk.ref.case_id, "year": talk.ref.year, "at": talk.at.isoformat()}
        try:
            await publish(
                self._js,
                f"$KV.{BUCKET}.{name}",
                json.dumps(entry).encode(),
                message_id=uuid4().hex,
                expected=revision,
                patience=self._patience,
            )
        except Occupied:
            return False
        return True
