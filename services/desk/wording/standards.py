"""Standard texts: offered beside a form, put in, written, changed, switched off, with who and when."""

import asyncio
import csv
import hashlib
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from libs.contracts.codes import spoken
from libs.contracts.errors import Refused
from libs.runtime.clock import Clock, SystemClock
from libs.runtime.database import reading, table, writing
from libs.runtime.directory import Directory
from libs.web.formats import long_moment
from libs.web.labels import Labels
from services.desk import reads
from services.desk.changes import record_change
from services.desk.clockrows import STOPPED
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.people import Account
from services.desk.domain.rights import allowed
from services.desk.domain.standard import (
    CONDITIONS,
    Standard,
    actions_of,
    check,
    own_agency,
    put_in,
    require_act,
)
from services.desk.domain.state import CaseState
from services.desk.province import public_words
from services.desk.store import seconds
from services.desk.wording.tables import StandardRow, StandardVersionRow

STANDARD, VERSION = table(StandardRow), table(StandardVersionRow)

OFFERED = 12
"""Texts beside one form at most: the agency's own and those of the field first, then the most used."""

MOST = 500
"""Texts of one agency, or of the province."""

SAMPLES = Path(__file__).with_name("samples.csv")
WRITTEN = ("action", "field", "title", "text")


class Standards:
    """All of it is async (SQL runs in threads) and raises NotAllowed or NotFound."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock

    async def offered(
        self, account: Account, state: CaseState, allowed: frozenset[str]
    ) -> dict[str, tuple[Standard, ...]]:
        """Action → the texts for it in this field, for the commands that this person may give."""
        agency = own_agency(account)
        wanted = sorted(allowed & actions_of("").keys())
        if not wanted or account.role not in {"operator", "officer", "head"}:
            return {}
        mine = STANDARD.c.agency.in_({"", agency}) & STANDARD.c.field.in_({"", state.field or ""})
        query = select(STANDARD).where(mine, STANDARD.c.condition == "on", STANDARD.c.action.in_(wanted))
        query = query.order_by(
            STANDARD.c.agency.desc(), STANDARD.c.field.desc(), STANDARD.c.used.desc(), STANDARD.c.title
        )
        found = await asyncio.to_thread(self._found, query)
        return {one: tuple(s for s in found if s.action == one)[:OFFERED] for one in wanted}

    async def put_in(self, account: Account, case_id: str, action: str, number: str) -> str:
        """The text filled for this case; counted. For whoever may give the command now."""
        found = await asyncio.to_thread(self._read_case, case_id)
        if found is None:
            raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
        state, due = found
        offered = allowed(state, account, self._directory.pack.arbiter) & {action}
        if not offered:
            raise NotAllowed("Bạn không làm việc này ở hồ sơ này", "this action is not yours here")
        choice = (await self.offered(account, state, offered)).get(action, ())
        chosen = next((one for one in choice if one.id == number), None)
        if chosen is None:
            raise NotFound("Mẫu này không còn dùng ở đây", "this text is not offered here")
        await asyncio.to_thread(self._count, number)
        return put_in(chosen.text, self._values(account, state, due))

    async def listed(self, account: Account) -> tuple[Standard, ...]:
        """Those this person may use or write: of their agency and the province's."""
        require_act(account, "read")
        query = select(STANDARD).where(STANDARD.c.agency.in_({"", own_agency(account)}))
        order = (STANDARD.c.agency.desc(), STANDARD.c.action, STANDARD.c.field, STANDARD.c.title)
        return await asyncio.to_thread(self._found, query.order_by(*order).limit(2 * MOST))

    async def one(self, account: Account, number: str) -> tuple[Standard, tuple[Standard, ...]]:
        """A text of one's own, to be changed, and its versions, the newest first."""
        require_act(account, "write")
        return await asyncio.to_thread(self._one, account, number)

    async def add(self, account: Account, cells: Mapping[str, str]) -> str:
        """A new text, in use at once; the same `command_id` once. Raises StandardErrors."""
        require_act(account, "write")
        values = self._checked(account, cells)
        given = cells.get("command_id", "")
        number = given if len(given) == 32 and given.isalnum() else uuid4().hex
        values |= {"id": number, "agency": own_agency(account), "condition": "on"}
        with suppress(IntegrityError):  # the other half of a double click was first
            await asyncio.to_thread(self._add, [values], account)
        return number

    async def change(self, account: Account, number: str, cells: Mapping[str, str]) -> None:
        """Other words, or switched on or off. Raises StandardErrors; Refused (stale) when it was changed."""
        require_act(account, "write")
        values = self._checked(account, cells)
        condition = cells.get("condition", "on")
        values["condition"] = condition if condition in CONDITIONS else "on"
        seen = int(cells["seen"]) if cells.get("seen", "").isdecimal() else 0
        await asyncio.to_thread(self._change, account, number, values, seen)

    async def approve(self, account: Account, number: str) -> None:
        """A sample of the set is offered from now on."""
        text, _ = await self.one(account, number)
        if text.condition == "waiting":
            cells = {name: str(getattr(text, name)) for name in WRITTEN} | {"seen": str(text.version)}
            await self.change(account, number, cells)

    async def load_samples(self, account: Account) -> int:
        """The starting set, each waiting for its approval; how many were not there yet."""
        require_act(account, "write")
        if account.role != "administrator":
            return 0
        with SAMPLES.open(encoding="utf-8", newline="") as handle:
            known = {"", *(one.code for one in self._directory.pack.fields)}
            rows = [dict(row) for row in csv.DictReader(handle) if row["field"] in known]
        for row in rows:
            digest = hashlib.sha256(f"{row['action']}|{row['title']}".encode()).hexdigest()
            row |= {"id": digest[:32], "agency": "", "condition": "waiting"}
        return await asyncio.to_thread(self._add, rows, account)

    def _checked(self, account: Account, cells: Mapping[str, str]) -> dict[str, Any]:
        pack = self._directory.pack
        fields = frozenset(one.code for one in pack.fields)
        check(cells, own_agency(account), fields, public_words(pack))
        return {name: unicodedata.normalize("NFC", cells.get(name, "")).strip() for name in WRITTEN}

    def _add(self, rows: list[dict[str, Any]], account: Account) -> int:
        with writing(self._engine) as connection:
            known = set(connection.execute(select(STANDARD.c.id)).scalars())
            agency = STANDARD.c.agency == own_agency(account)
            if len(connection.execute(select(STANDARD.c.id).where(agency)).all()) >= MOST:
                raise Refused(f"Đã có {MOST} mẫu, hãy sửa mẫu cũ", "too many texts", field="title")
            new = [row for row in rows if row["id"] not in known]
            for row in new:
                full = {**row, "version": 1, "used": 0, **_signed(account)}
                connection.execute(insert(STANDARD).values(full))
                _keep(connection, full)
        for row in new:
            record_change(self._engine, account, "standard-added", row["id"], row["title"])
        return len(new)

    def _change(self, account: Account, number: str, values: dict[str, Any], seen: int) -> None:
        known, _ = self._one(account, number)
        full = {**values, "id": number, "version": seen + 1, **_signed(account)}
        here = (STANDARD.c.id == number) & (STANDARD.c.version == seen)
        with writing(self._engine) as connection:
            if connection.execute(update(STANDARD).where(here).values(full)).rowcount != 1:
                vi, en = "Mẫu này vừa được người khác sửa", "somebody else changed this text meanwhile"
                raise Refused(vi, en, stale=True)
            _keep(connection, full)
        moved = f"{CONDITIONS[known.condition]} → {CONDITIONS[values['condition']]}: "
        detail = (moved if known.condition != values["condition"] else "") + values["title"]
        record_change(self._engine, account, "standard-changed", number, detail)

    def _one(self, account: Account, number: str) -> tuple[Standard, tuple[Standard, ...]]:
        mine = (STANDARD.c.id == number) & (STANDARD.c.agency == own_agency(account))
        found = self._found(select(STANDARD).where(mine))
        if not found:
            raise NotFound("Không có mẫu này", "there is no such text")
        query = select(VERSION).where(VERSION.c.standard == number).order_by(VERSION.c.version.desc())
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return found[0], tuple(_standard(row, found[0].id, found[0].agency) for row in rows)

    def _count(self, number: str) -> None:
        with writing(self._engine) as connection:
            more = STANDARD.c.used + 1
            connection.execute(update(STANDARD).where(STANDARD.c.id == number).values(used=more))

    def _found(self, query: Any) -> tuple[Standard, ...]:
        with reading(self._engine) as connection:
            return tuple(_standard(row, row.id, row.agency, row.used) for row in connection.execute(query))

    def _read_case(self, case_id: str) -> tuple[CaseState, datetime | None] | None:
        with reading(self._engine) as connection:
            found = reads.load(connection, case_id)
            rows = reads.clocks(connection, [case_id]) if found else []
        running = [row.due for row in rows if row.kind == "answer" and row.token not in STOPPED]
        due = datetime.fromtimestamp(max(running), UTC) if running else None
        return (found.state, due) if found else None

    def _values(self, account: Account, state: CaseState, due: datetime | None) -> dict[str, str]:
        pack = self._directory.pack
        labels, zone = Labels(pack, "vi"), ZoneInfo(pack.zone)
        agency = own_agency(account) or pack.desk
        return {
            "mã hồ sơ": spoken(state.code),
            "lĩnh vực": labels.field(state.field) if state.field else "",
            "địa bàn": labels.place(state.place),
            "cơ quan": labels.agency(agency),
            "hạn": long_moment(due, zone) if due else "",
            "ngày": f"{self._clock.now().astimezone(zone):%d/%m/%Y}",
        }


def _signed(account: Account) -> dict[str, Any]:
    return {"by": f"{account.name} ({account.login})", "at": seconds(SystemClock().now())}


def _keep(connection: Connection, row: Mapping[str, Any]) -> None:
    names = (*WRITTEN, "version", "condition", "by", "at")
    connection.execute(insert(VERSION).values(standard=row["id"], **{name: row[name] for name in names}))


def _standard(row: Row[Any], number: str, agency: str, used: int = 0) -> Standard:
    values = {name: getattr(row, name) for name in (*WRITTEN, "condition", "version", "by")}
    at = datetime.fromtimestamp(row.at, UTC)
    return Standard(**values, id=number, agency=agency, used=used, at=at)
