"""The room of questions and answers, put together; and the entries as a reader sees them."""

import asyncio
from dataclasses import dataclass
from datetime import date

from nats.js.client import JetStreamContext
from sqlalchemy import Engine

from libs.packs.questions import Question
from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from libs.runtime.logs import log
from services.desk.domain.people import Account
from services.desk.domain.questions import old_since
from services.desk.domain.questions_rights import require_act
from services.desk.knowledge.notices import Notices
from services.desk.knowledge.proposals import Changes
from services.desk.knowledge.revising import Revising
from services.desk.knowledge.sought import Sought
from services.desk.knowledge.store import Proposals
from services.desk.knowledge.workbooks import Workbooks

TIDY = 3600.0


@dataclass(frozen=True)
class Shelf:
    """Entries of one look, and how many of those the reader may see are old."""

    entries: tuple[Question, ...]
    count: int
    old: int


class Knowledge:
    """The parts; pages ask for what they need."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock, js: JetStreamContext) -> None:
        self._directory = directory
        self.revising = Revising(directory, clock, js)
        self.changes = Changes(Proposals(engine), self.revising, clock)
        self.workbooks = Workbooks(engine, self.changes)
        self.notices = Notices(self.revising)
        self.sought = Sought(engine, clock)

    def shelf(self, account: Account, *, show: str, agency: str, start: int, size: int) -> Shelf:
        """`show`: "old" (last checked too long ago), "ended", else those in force."""
        require_act(account, "read")
        pack, day = self._directory.pack, self.revising.today()
        since = old_since(pack, day)
        mine = [one for one in pack.questions if not agency or one.agency == agency]
        now = [one for one in mine if one.in_force(day)]
        old = [one for one in now if is_old(one, since)]
        ended = [one for one in mine if one.valid_to and one.valid_to < day]
        chosen = {"old": sorted(old, key=_checked), "ended": ended}.get(show, now)
        return Shelf(tuple(chosen[start : start + size]), len(chosen), len(old))

    async def run(self) -> None:
        """Forget, hour by hour, what was kept for a while only; until cancelled."""
        while True:
            try:
                await self.sought.tidy()
                await self.workbooks.tidy()
            except Exception as error:
                log("knowledge_not_tidied", kind=type(error).__name__)
            await asyncio.sleep(TIDY)


def is_old(entry: Question, since: date) -> bool:
    """Whether its owner should read it over again; one never checked always."""
    return entry.checked is None or entry.checked < since


def _checked(entry: Question) -> date:
    return entry.checked or date.min
