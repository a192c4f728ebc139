"""Everything that is held of a person, as one document, for whoever asks for their own data."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select, tuple_

from libs.contracts.errors import Refused
from libs.packs.model import NotInPack, Pack
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from libs.worktime.calendar import CalendarError
from services.desk import reads
from services.desk.audit import record_look
from services.desk.contacts import CONTACT
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.phones import normal_phone
from services.desk.reads import content
from services.desk.store import CASE
from services.desk.telephony import queries

ANSWER_WITHIN = 2
"""Working days in which a person who asks for their data is told what becomes of it (NĐ 356/2025)."""


@dataclass(frozen=True)
class Held:
    """What is held of a person: `due`, when they must have been answered, and their cases, oldest first."""

    asked_at: datetime
    due: datetime
    cases: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Exporting:
    """For administrators, on a person's request; each case is written down as a look, before it is shown."""

    engine: Engine
    directory: Directory
    clock: Clock

    async def person(
        self, account: Account, *, phone: str = "", email: str = "", reference: str, what: str = "export"
    ) -> Held:
        """Every case of this telephone number or e-mail address with all its facts, letters and calls.

        `reference`: the number of the request; `what` is done with it stands in the log. Raises NotAllowed,
        Refused naming the input.
        """
        if account.role != "administrator" or not account.active:
            raise NotAllowed("Chỉ quản trị viên được làm việc này", "administrators only")
        if not reference.strip():
            raise Refused("Cần số của văn bản yêu cầu", "name the request it rests on", field="reference")
        wanted = list(_wanted(phone, email))
        if not wanted:
            raise Refused("Cần số điện thoại hoặc thư điện tử", "give a phone or an e-mail", field="phone")
        cases = await asyncio.to_thread(self._cases, wanted)
        for case in cases:
            why = f"{what} {reference.strip()}"[:300]
            await asyncio.to_thread(record_look, self.engine, account, case["case_id"], why)
        now = self.clock.now()
        return Held(now, answer_due(self.directory.pack, now), tuple(cases))

    def _cases(self, wanted: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        with reading(self.engine) as connection:
            ids = connection.execute(_of(wanted)).scalars().all()
            return [_case(connection, case_id) for case_id in ids]


def answer_due(pack: Pack, asked: datetime) -> datetime:
    """The end of the second working day after the request; calendar days where the calendar ends."""
    zone = ZoneInfo(pack.zone)
    try:
        calendar = pack.calendar(pack.hours_of(pack.clock("answer"), ""))
        left, day = ANSWER_WITHIN, asked.astimezone(zone).date()
        while left:
            day += timedelta(days=1)
            first, after = (datetime.combine(one, time.min, zone) for one in (day, day + timedelta(days=1)))
            left -= bool(calendar.between(first, after))
    except (CalendarError, NotInPack):
        day = asked.astimezone(zone).date() + timedelta(days=ANSWER_WITHIN)
    return datetime.combine(day, time(23, 59), zone)


def _wanted(phone: str, email: str) -> Iterator[tuple[str, str]]:
    if phone.strip():
        yield "phone", normal_phone(phone)
    if email.strip():
        yield "email", email.strip().lower()


def _of(wanted: Sequence[tuple[str, str]]) -> Any:
    query = select(CASE.c.case_id).join(CONTACT, CONTACT.c.case_id == CASE.c.case_id)
    mine = tuple_(CONTACT.c.kind, CONTACT.c.value).in_(list(wanted))
    return query.where(mine).distinct().order_by(CASE.c.case_id)


def _case(connection: Connection, case_id: str) -> dict[str, Any]:
    loaded = reads.load(connection, case_id)
    assert loaded is not None, "its row was found just now"
    state = loaded.state
    calls = [row for call in state.calls if (row := queries.by_id(connection, call))]
    return {
        "case_id": case_id,
        "code": state.code,
        "status": state.status,
        "person": state.person.model_dump(mode="json"),
        "files": [one.model_dump(mode="json") for one in state.all_files],
        "facts": [{"fact": row.token, **content(row)} for row in reads.timeline(connection, case_id)],
        "letters": [_letter(row) for row in reads.letters(connection, case_id)],
        "calls": [json.loads(row.facts) for row in calls],
    }


def _letter(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("template", "way", "audience", "token", "at")}
