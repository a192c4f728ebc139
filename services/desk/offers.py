"""What the portal may ask for a citizen: earlier matters of like words, at the same place, of one field."""

import asyncio
import hmac
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from libs.contracts.requests import Described, Offer
from libs.packs.knowledge import Knowledge, Reading
from libs.packs.model import UNROUTED_LABELS
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from services.desk import alike
from services.desk.domain.duplicates import Asked, matches
from services.desk.domain.state import TO_PUBLISH, CaseState
from services.desk.store import states

MOST = 3

ALIKE = frozenset({"place", "field", "words"})
"""All of it must agree: a telephone alone would tell what its owner reported."""


class Offers:
    """Reads place and field out of the words with the knowledge of the pack in force."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock, key: str) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock
        self._key = key
        self._known: tuple[str, date, Knowledge] | None = None
        self._making = asyncio.Lock()

    def admits(self, key: str) -> bool:
        """Whether this is the portal's key; nobody's when none was set."""
        return bool(self._key) and hmac.compare_digest(key.encode(), self._key.encode())

    async def like(self, described: Described) -> list[Offer]:
        """The likeliest first, at most three; none when place or field cannot be told."""
        knowledge = await self._knowledge()
        return await asyncio.to_thread(self._like, knowledge, described)

    def _like(self, knowledge: Knowledge, described: Described) -> list[Offer]:
        read = knowledge.read(described.text, described.address)
        asked = Asked(described.text, "", _place(read), described.field or _field(read))
        with reading(self._engine) as connection:
            return self._offers(connection, asked)

    def _offers(self, connection: Connection, asked: Asked) -> list[Offer]:
        earlier = alike.candidates(connection, asked, self._clock.now())
        best = [one.case_id for one in matches(asked, earlier, limit=10) if set(one.same) >= ALIKE]
        found = states(connection, best)
        shown = (found[case_id] for case_id in best if case_id in found)
        return [_offer(state) for state in shown if not (state.secret or state.suspicion)][:MOST]

    async def _knowledge(self) -> Knowledge:
        pack = self._directory.pack
        day = self._clock.now().astimezone(ZoneInfo(pack.zone)).date()
        async with self._making:
            if self._known is None or self._known[:2] != (pack.version, day):
                self._known = (pack.version, day, await asyncio.to_thread(Knowledge.of, pack, day))
        return self._known[2]


def _place(read: Reading) -> str:
    """As the router takes it: the words' place, else the address's; only one that is beyond doubt."""
    return next((found.place or "" for found in (read.places, read.home) if found.units), "")


def _field(read: Reading) -> str:
    best = read.ranked[0][0] if read.ranked else ""
    return "" if best in UNROUTED_LABELS else best


def _offer(state: CaseState) -> Offer:
    assert state.opened_at is not None, "a candidate was opened"
    answered = state.status in TO_PUBLISH | {"published", "withheld"}
    return Offer(
        case_id=state.case_id,
        field=state.field or "",
        place=state.place or "",
        opened_at=state.opened_at,
        answered=answered,
    )
