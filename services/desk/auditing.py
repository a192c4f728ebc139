"""The log as auditors read it: who looked at whose data, who changed what; never a citizen's own data."""

import asyncio
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Select, select

from libs.contracts.codes import parse_code
from libs.contracts.errors import Refused
from libs.contracts.events import Person
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from services.desk.audit import VIEW
from services.desk.changes import CHANGE, record_change
from services.desk.domain.changes import WHAT
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.privacy import redact
from services.desk.people import ACCOUNT
from services.desk.province import public_words
from services.desk.store import CASE, seconds

READERS = frozenset({"administrator", "auditor"})
KINDS = {"views": "Lượt xem dữ liệu cá nhân", "changes": "Thay đổi tại bàn làm việc", "packs": "Gói dữ liệu"}
PAGE = 100
MOST = 100_000
"""Lines of one export."""

_NOBODY = Person()


@dataclass(frozen=True)
class Asked:
    """What is looked for; empty means all. Days are the province's, both included."""

    kind: str = "views"
    person: str = ""
    case: str = ""
    first: str = ""
    last: str = ""
    after: int = 0


@dataclass(frozen=True)
class Line:
    """One entry: `about` is a case's code, an account's log-in or a pack's version."""

    id: int
    at: datetime
    login: str
    name: str
    what: str
    about: str
    detail: str


@dataclass(frozen=True)
class Log:
    """For administrators and auditors; both lists are newest first."""

    engine: Engine
    directory: Directory

    async def lines(self, account: Account, asked: Asked, most: int = PAGE) -> tuple[Line, ...]:
        """Raises NotAllowed, and Refused for a day or a kind that is none."""
        _readers_only(account)
        if asked.kind not in KINDS:
            raise Refused("Không có nhật ký này", f"logs: {', '.join(KINDS)}", field="kind")
        span = self._span(asked)
        if asked.kind == "packs":
            return tuple(self._packs(asked, *span))[:most]
        return await asyncio.to_thread(self._read, asked, span, most)

    async def exported(self, account: Account, asked: Asked) -> str:
        """The same as CSV, all pages of it; the export itself goes into the log first."""
        lines = await self.lines(account, asked, MOST)
        told = " ".join(filter(None, (asked.person, asked.case, asked.first, asked.last)))
        await asyncio.to_thread(record_change, self.engine, account, "log-exported", asked.kind, told)
        out = io.StringIO()
        sheet = csv.writer(out)
        sheet.writerow(("at", "login", "name", "what", "about", "detail"))
        zone = ZoneInfo(self.directory.pack.zone)
        for one in lines:
            at = one.at.astimezone(zone).isoformat(timespec="seconds")
            sheet.writerow([at, *map(_plain, (one.login, one.name, one.what, one.about, one.detail))])
        return out.getvalue()

    def _span(self, asked: Asked) -> tuple[int, int]:
        zone = ZoneInfo(self.directory.pack.zone)
        first = _day(asked.first, "first") if asked.first else date(1970, 1, 2)
        last = _day(asked.last, "last") if asked.last else date(9000, 1, 1)
        ends = datetime.combine(last, time(), zone) + timedelta(days=1)
        return seconds(datetime.combine(first, time(), zone)), seconds(ends)

    def _read(self, asked: Asked, span: tuple[int, int], most: int) -> tuple[Line, ...]:
        log = VIEW if asked.kind == "views" else CHANGE
        query: Select[Any] = select(log, ACCOUNT.c.login, ACCOUNT.c.name)
        query = query.join(ACCOUNT, ACCOUNT.c.id == log.c.account, isouter=True)
        query = query.where(log.c.at >= span[0], log.c.at < span[1])
        if asked.kind == "views":
            query = query.add_columns(CASE.c.code).join(CASE, CASE.c.case_id == log.c.case_id, isouter=True)
        if asked.person:
            query = query.where(ACCOUNT.c.login == asked.person.strip().lower())
        if asked.case and asked.kind == "views":
            wanted = asked.case.strip()
            query = query.where((CASE.c.code == (parse_code(wanted) or "")) | (log.c.case_id == wanted))
        elif asked.case:
            query = query.where(log.c.about == asked.case.strip())
        if asked.after:
            query = query.where(log.c.id < asked.after)
        with reading(self.engine) as connection:
            return tuple(self._lines(connection, query.order_by(log.c.id.desc()).limit(most), asked.kind))

    def _lines(self, connection: Connection, query: Select[Any], kind: str) -> Iterator[Line]:
        public = public_words(self.directory.pack)
        for row in connection.execute(query):
            at, who = datetime.fromtimestamp(row.at, UTC), (row.login or row.account, row.name or "")
            if kind == "views":
                about = row.code or row.case_id
                yield Line(row.id, at, *who, "xem", about, redact(row.reason, _NOBODY, public))
            else:
                what = WHAT[row.what][0] if row.what in WHAT else row.what
                yield Line(row.id, at, *who, what, row.about, redact(row.detail, _NOBODY, public))

    def _packs(self, asked: Asked, first: int, last: int) -> Iterator[Line]:
        """Calendar, routes, letters, questions: whatever came into force, with its document."""
        for change in reversed(self.directory.history):
            if first <= seconds(change.at) < last and asked.person.lower() in change.by.lower():
                told = " · ".join(filter(None, (change.document, change.note)))
                yield Line(change.number, change.at, "", change.by, WHAT["pack"][0], change.version, told)


def _plain(cell: str) -> str:
    """Never a formula, whoever opens it."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell


def _day(typed: str, name: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Refused("Ngày chưa đúng", "this is no day", field=name) from None


def _readers_only(account: Account) -> None:
    if account.role not in READERS or not account.active:
        raise NotAllowed("Chỉ quản trị viên và kiểm tra, giám sát xem nhật ký", "auditors only")
