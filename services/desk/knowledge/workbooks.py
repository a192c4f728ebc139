"""Workbooks of agencies: brought, compared with today's entries, confirmed with a document, forgotten."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, Row, delete, insert, select, update

from libs.contracts.errors import Refused
from libs.runtime.clock import SystemClock
from libs.runtime.database import reading, table, writing
from libs.sheets.questions import read_questions
from libs.sheets.workbook import NotAWorkbook
from services.desk.domain.errors import NotFound
from services.desk.domain.people import Account
from services.desk.domain.questions_rights import owner, require_act
from services.desk.domain.workbooks import Compared, compare
from services.desk.knowledge.proposals import Changes
from services.desk.knowledge.store import Kept
from services.desk.knowledge.tables import WorkbookRow
from services.desk.store import seconds

WORKBOOK = table(WorkbookRow)

LARGEST = 5_000_000
"""Bytes of one workbook: ten thousand questions take about one."""

KEPT = timedelta(days=1)
AT_ONCE = 2
"""Workbooks read at the same time in one process of the desk."""


@dataclass(frozen=True)
class Brought:
    """A workbook beside today's entries; nothing of it is in force."""

    id: str
    name: str
    agency: str
    field: str
    legacy: bool
    compared: Compared


class Workbooks:
    """A workbook is read again for each look, and compared with what is in force then."""

    def __init__(self, engine: Engine, changes: Changes) -> None:
        self._engine = engine
        self._changes = changes
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def bring(self, account: Account, content: bytes, *, name: str, agency: str, field: str) -> str:
        """Keep a workbook to look at. Raises Refused naming the input when it cannot be read."""
        require_act(account, "propose")
        owns = owner(account, agency)
        day = self._changes.revising.today()
        pack = self._changes.revising.directory.pack
        if pack.agency_on(owns, day) is None:
            raise Refused("Chọn cơ quan còn hiệu lực", "there is no such agency", field="agency")
        if not content or len(content) > LARGEST:
            vi = f"Chọn tệp .xls hoặc .xlsx, không quá {LARGEST // 1_000_000} MB"
            raise Refused(vi, "choose a workbook of 5 MB at most", field="file")
        await self._read(content, owns, field, legacy=False)
        number = uuid4().hex
        values = {
            "id": number,
            "account": account.id,
            "agency": owns,
            "field": field,
            "name": name[:200],
            "legacy": False,
            "content": content,
            "at": seconds(SystemClock().now()),
        }
        await asyncio.to_thread(self._keep, values)
        return number

    async def look(self, account: Account, number: str) -> Brought:
        """Raises NotFound: of somebody else, confirmed, or older than a day."""
        require_act(account, "propose")
        row = await asyncio.to_thread(self._row, account, number)
        compared = await self._read(row.content, row.agency, row.field, legacy=row.legacy)
        return Brought(number, row.name, row.agency, row.field, row.legacy, compared)

    async def convert(self, account: Account, number: str, *, legacy: bool) -> None:
        """A person said whether the text is TCVN3."""
        require_act(account, "propose")
        mine = (WORKBOOK.c.id == number) & (WORKBOOK.c.account == account.id)
        await asyncio.to_thread(self._update, mine, legacy)

    async def confirm(
        self, account: Account, number: str, *, seen: str, document: str, effective: date, end_missing: bool
    ) -> list[Kept]:
        """Send the whole workbook as proposals; an administrator's are accepted at once.

        Raises Refused when something in it stops it, nothing would change, or it is not what was `seen`.
        """
        brought = await self.look(account, number)
        if seen != brought.compared.mark:
            raise Refused("Bộ hỏi đáp vừa đổi; xin xem lại", "entries changed meanwhile", field="file")
        if not brought.compared.sound:
            raise Refused("Tệp còn lỗi, chưa nhập được dòng nào", "the workbook has mistakes", field="file")
        proposals = brought.compared.proposals(brought.agency, end_missing=end_missing)
        if not proposals:
            raise Refused("Tệp không thay đổi mục nào", "the workbook changes nothing", field="file")
        sent = [
            await self._changes.propose(
                account,
                one,
                document=document,
                effective=effective,
                note=f"Nhập từ tệp {brought.name}"
                + (": kết thúc mục không còn trong tệp" if one.ends else ""),
                command=f"{number}-{at}",
            )
            for at, one in enumerate(proposals)
        ]
        await asyncio.to_thread(self._delete, WORKBOOK.c.id == number)
        return sent

    async def tidy(self) -> None:
        """Forget what nobody confirmed within a day."""
        await asyncio.to_thread(self._delete, WORKBOOK.c.at < seconds(SystemClock().now() - KEPT))

    async def _read(self, content: bytes, agency: str, field: str, *, legacy: bool) -> Compared:
        pack, day = self._changes.revising.directory.pack, self._changes.revising.today()
        fields = {one.code: one.name_vi for one in pack.fields}
        try:
            async with self._reading:
                book = await asyncio.to_thread(read_questions, content, fields, tcvn3=legacy)
        except NotAWorkbook as error:
            vi = f"{error.vi[:1].upper()}{error.vi[1:]}"
            raise Refused(vi, error.en, field="file") from None
        return await asyncio.to_thread(compare, book, pack, agency, field, day)

    def _keep(self, values: dict[str, Any]) -> None:
        """One for each person: the next one replaces it."""
        with writing(self._engine) as connection:
            connection.execute(delete(WORKBOOK).where(WORKBOOK.c.account == values["account"]))
            connection.execute(insert(WORKBOOK).values(values))

    def _row(self, account: Account, number: str) -> Row[Any]:
        mine = (WORKBOOK.c.id == number) & (WORKBOOK.c.account == account.id)
        with reading(self._engine) as connection:
            row = connection.execute(select(WORKBOOK).where(mine)).first()
        if row is None:
            raise NotFound("Tệp này không còn; hãy tải lên lại", "this workbook is gone: bring it again")
        return row

    def _update(self, which: Any, legacy: bool) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(WORKBOOK).where(which).values(legacy=legacy))

    def _delete(self, which: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(WORKBOOK).where(which))
