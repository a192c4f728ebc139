"""Tells a case what became of the transfer of its call (Điều 10.1, 10.2): exactly once, whoever crashes."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row

from libs.contracts.events import CaseCallTransferred, CaseFact
from libs.contracts.facts import Actor, derived_id
from libs.packs.model import Pack
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from libs.runtime.logs import log
from services.desk import reads
from services.desk.domain.fold import fold
from services.desk.domain.phones import normal_phone
from services.desk.domain.state import CaseState
from services.desk.metrics import STRANGE_TRANSFERS
from services.desk.telephony import queries

KEPT = timedelta(days=7)
"""A case may still be typed so long after its call was transferred."""

DETAILS = {"failed": "line-error"}
"""How a transfer failed → the pack's code for it, where they differ."""

CLOCKS_DIFFER = 300
"""Seconds by which the telephone system's clock may go wrong."""

_SHORTEST = 7
"""Digits of a number that stands behind a prefix for the outside line."""


class Transfers:
    """The call's fact is the cause; from it alone everything follows, in whichever replica."""

    def __init__(self, engine: Engine, cases: CaseLog, directory: Directory, clock: Clock) -> None:
        self._engine = engine
        self._cases = cases
        self._directory = directory
        self._clock = clock
        self._known: set[tuple[str, str]] = set()

    async def sweep(self) -> int:
        """Tell the cases that do not know yet; the number of facts that were made."""
        made = 0
        for row in await asyncio.to_thread(self._untold):
            try:
                made += await self._tell(row)
            except Exception as error:  # one bad case keeps no other one waiting
                log("transfer_postponed", case_id=row.case_id, error=error)
        return made

    def _untold(self) -> list[Row[Any]]:
        since = int((self._clock.now() - KEPT).timestamp())
        with reading(self._engine) as connection:
            rows = queries.untold(connection, since)
        return [row for row in rows if (row.case_id, row.event_id) not in self._known]

    async def _tell(self, row: Row[Any]) -> int:
        agency = agency_of(self._directory.pack, row.number)
        if not agency:
            self._known.add((row.case_id, row.event_id))
            STRANGE_TRANSFERS.inc()
            log("transfer_to_nobody_known", case_id=row.case_id, cause=row.event_id)
            return 0
        found = await asyncio.to_thread(self._load, row.case_id)
        if found is None or found.parked:
            return 0

        def told(state: CaseState) -> CaseFact | None:
            fact = self._fact(row, agency)
            return None if recorded_by_hand(state, fact, row.began) else fact

        appended = await self._cases.append(found.ref, found.state, found.seq, decide=told, fold=fold)
        self._known.add((row.case_id, row.event_id))
        return int(appended is not None and not appended.repeated)

    def _fact(self, row: Row[Any], agency: str) -> CaseCallTransferred:
        cause = UUID(row.event_id)
        connected = row.result == "answered"
        return CaseCallTransferred(
            event_id=derived_id(cause, f"transferred.{row.case_id}"),
            case_id=row.case_id,
            at=self._clock.now(),
            by=Actor(service="desk"),
            cause=cause,
            pack_version=self._directory.current,
            agency=agency,
            number=row.number,
            result="connected" if connected else "failed",
            detail="" if connected else DETAILS.get(row.result, row.result),
        )

    def _load(self, case_id: str) -> reads.Loaded | None:
        with reading(self._engine) as connection:
            return reads.load(connection, case_id)


def recorded_by_hand(state: CaseState, fact: CaseCallTransferred, began: int | None) -> bool:
    """Whether an operator recorded this very result during or after the call; another one does not count."""
    return any(
        not one.followed
        and (one.agency, one.result) == (fact.agency, fact.result)
        and one.at.timestamp() >= (began or 0) - CLOCKS_DIFFER
        for one in state.transfers
    )


def agency_of(pack: Pack, number: str) -> str:
    """The agency whose hotline this is, also behind a prefix for the outside line; else empty."""
    dialled = _digits(number)
    hotlines = {one.code: _digits(one.hotline or "") for one in pack.agencies}
    whole = [code for code, own in hotlines.items() if own and own == dialled]
    behind = [code for code, own in hotlines.items() if len(own) >= _SHORTEST and dialled.endswith(own)]
    return next(iter(whole or behind), "")


def _digits(number: str) -> str:
    """National digits without the leading 0: how the same number looks whoever wrote it."""
    plain = normal_phone(number).removeprefix("+84") or re.sub(r"\D", "", number)
    return plain.lstrip("0")
