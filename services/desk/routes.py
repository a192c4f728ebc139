"""The routing table as administrators change it: a dry run over their own past cases, then a new pack."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nats.js.client import JetStreamContext
from sqlalchemy import Engine, select

from libs.contracts.errors import Refused
from libs.contracts.packchanges import PackChange
from libs.contracts.requests import Problem
from libs.packs import errors, tables
from libs.packs.model import Pack, Route
from libs.packs.revise import as_written, revise
from libs.packs.trial import PastCase, Trial, trial
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory, put_pack
from libs.runtime.errors import NotProvisioned
from libs.runtime.logs import log
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.store import CASE, seconds

PAST = timedelta(days=90)
MOST = 50_000
"""Past cases at most, the newest ones."""

EDITED = ("lead", "offer")


class RouteErrors(Exception):
    """The table cannot stand as it is; `problems` name the inputs `lead.<rule>` and `offer.<rule>`."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.en for problem in problems))


class Routes:
    """For administrators only; `save` asks once more."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock, js: JetStreamContext) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock
        self._js = js

    def table(self) -> tuple[Route, ...]:
        """The rows in force as a file says them."""
        return tuple(as_written(route) for route in self._directory.pack.routes)

    async def past(self) -> list[PastCase]:
        """The cases of the last 90 days, the newest first; nothing of a person is in them."""
        return await asyncio.to_thread(self._past)

    async def tried(self, inputs: Mapping[str, str], instead_of: str) -> tuple[Pack, Trial]:
        """The pack with the table in these inputs, and what it would do. Raises RouteErrors."""
        old = await self._version(instead_of)
        new = await asyncio.to_thread(_revised, old, inputs)
        cases = await self.past()
        day = self._clock.now().astimezone(ZoneInfo(old.zone)).date()
        return new, await asyncio.to_thread(trial, cases, new, day, old)

    async def save(
        self, account: Account, inputs: Mapping[str, str], *, document: str, note: str, instead_of: str
    ) -> PackChange:
        """Put the table in force on the decision of that number.

        Raises RouteErrors, also for each rule that would leave a field without an agency; PackChanged when
        meanwhile another pack is in force than `instead_of`.
        """
        if account.role != "administrator" or not account.active:
            raise NotAllowed("Chỉ quản trị viên được sửa bảng chuyển phiếu", "administrators only")
        if not document.strip():
            raise Refused("Cần số và ngày của văn bản", "name the decision it rests on", field="document")
        new, found = await self.tried(inputs, instead_of)
        if found.gaps:
            raise RouteErrors(tuple(gap_problem(gap.rule, gap.field, gap.broken) for gap in found.gaps))
        change = await put_pack(
            self._js,
            new,
            by=f"{account.name} ({account.login})",
            document=document.strip(),
            note=note.strip()
            or f"Bảng chuyển phiếu: {found.moved}/{found.cases} hồ sơ 90 ngày qua đi nơi khác",
            instead_of=instead_of,
        )
        await self._directory.refresh()
        log("routes_changed", person=account.id, version=change.version, moved=found.moved)
        return change

    async def _version(self, version: str) -> Pack:
        try:
            return await self._directory.version(version)
        except NotProvisioned:
            raise Refused("Bảng này không còn, hãy mở lại trang", "open the page again", stale=True) from None

    def _past(self) -> list[PastCase]:
        now, zone = self._clock.now(), ZoneInfo(self._directory.pack.zone)
        recent = (CASE.c.opened_at >= seconds(now - PAST)) & (CASE.c.field != "")
        columns = (CASE.c.code, CASE.c.field, CASE.c.place, CASE.c.opened_at, CASE.c.agency)
        query = select(*columns).where(recent).order_by(CASE.c.opened_at.desc()).limit(MOST)
        with reading(self._engine) as connection:
            return [
                PastCase(
                    code=row.code,
                    field=row.field,
                    place=row.place or None,
                    day=datetime.fromtimestamp(row.opened_at, zone).date(),
                    lead=row.agency,
                )
                for row in connection.execute(query)
            ]


def gap_problem(rule: str, field: str, broken: tuple[str, ...]) -> Problem:
    """What is said of a rule that leaves a field without an agency."""
    gone = f": {', '.join(broken)} không còn hiệu lực" if broken else ""
    return Problem(
        field=f"lead.{rule}" if rule else "",
        vi=f"{rule or 'Không tuyến nào'}: lĩnh vực {field} sẽ không có cơ quan nào{gone}",
        en=f"{rule or 'no rule'}: the field {field} would be left without an agency",
    )


def _revised(pack: Pack, inputs: Mapping[str, str]) -> Pack:
    rows = [as_written(route) for route in pack.routes]
    try:
        return revise(pack, routes=[_edited(row, inputs) for row in rows])
    except errors.PackErrors as wrong:
        raise RouteErrors(tuple(_told(one, rows) for one in wrong.problems)) from None


def _edited(row: Route, inputs: Mapping[str, str]) -> Route:
    """A row that is not among the inputs stays as it is."""
    sent = {name: inputs[f"{name}.{row.id}"] for name in EDITED if f"{name}.{row.id}" in inputs}
    return row.model_copy(update={name: _codes(typed) for name, typed in sent.items()})


def _codes(typed: str) -> tuple[str, ...]:
    """Codes with spaces, commas or bars between them."""
    return tuple(dict.fromkeys(re.findall(r"[^\s,;|]+", typed)))


def _told(problem: errors.Problem, rows: list[Route]) -> Problem:
    here = problem.file == tables.ROUTES.file and 2 <= problem.line < len(rows) + 2
    rule = rows[problem.line - 2].id if here else ""
    where = rule or f"{problem.file}:{problem.line}"
    return Problem(
        field=f"{problem.field}.{rule}" if here and problem.field in EDITED else "",
        vi=f"{where}: {problem.message_vi}",
        en=f"{where}: {problem.message_en}",
    )
