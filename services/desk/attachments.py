"""Gives out what citizens sent and what was recorded: to those who may, and each time it is written down."""

import asyncio
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine

from libs.contracts.casevalues import Attached
from libs.contracts.errors import Refused
from libs.contracts.requests import Line
from libs.files.files import Files, NotShown
from libs.files.kinds import IMAGES
from libs.files.store import NoSuchFile
from libs.runtime.database import reading
from services.desk import reads
from services.desk.audit import record_look
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.people import Account
from services.desk.domain.rights import holds, may_see
from services.desk.domain.state import CaseState
from services.desk.telephony import queries
from services.desk.telephony.store import read_call

_LINE = TypeAdapter(Line)


@dataclass(frozen=True)
class Given:
    """Content as it is sent to a browser. `name` is made by us; only pictures open in the browser."""

    content: bytes
    type: str
    name: str

    @property
    def inline(self) -> bool:
        """Whether a browser may show it itself."""
        return self.type in IMAGES


class Attachments:
    """All of it is async and raises NotAllowed, NotFound, or Refused where a reason is asked for first."""

    def __init__(self, engine: Engine, files: Files) -> None:
        self._engine = engine
        self._files = files

    async def file(
        self, account: Account, case_id: str, number: int, *, reason: str = "", small: bool = False
    ) -> Given:
        """The n-th file of a case, counted from 1; `small`: the little picture of it.

        Whoever holds the case opens it at once; everybody else who may see the case, and all where the
        citizen asked for secrecy, give a reason.
        """
        state = await asyncio.to_thread(self._state, account, case_id)
        if state.secret or not holds(state, account):
            _required(reason)
        found = _at(state.all_files, number)
        why = f"file {number}: {_kept(reason)}"
        return await self._given(account, state, found, f"{number}", reason=why, small=small)

    async def recording(self, account: Account, case_id: str, number: int, *, reason: str = "") -> Given:
        """The n-th recording of a case's calls, for whoever holds the case, always with a reason."""
        state = await asyncio.to_thread(self._state, account, case_id)
        if not holds(state, account):
            raise NotAllowed(
                "Ghi âm chỉ dành cho người đang giữ hồ sơ", "recordings are for who holds the case"
            )
        _required(reason)
        found = _at(await self.recordings(state.calls), number)
        why = f"recording {number}: {_kept(reason)}"
        return await self._given(account, state, found, f"ghi-am-{number}", reason=why)

    async def recordings(self, calls: Sequence[str]) -> tuple[Attached, ...]:
        """What was recorded of these calls."""

        def answer() -> tuple[Attached, ...]:
            with reading(self._engine) as connection:
                rows = [row for call in calls if (row := queries.by_id(connection, call))]
            return tuple(one for row in rows if row.stage and (one := read_call(row.facts).recording))

        return await asyncio.to_thread(answer) if calls else ()

    async def _given(
        self,
        account: Account,
        state: CaseState,
        file: Attached,
        name: str,
        *,
        reason: str,
        small: bool = False,
    ) -> Given:
        await asyncio.to_thread(record_look, self._engine, account, state.case_id, reason)
        try:
            content = await (self._files.thumb(file.id) if small else self._files.get(file.id))
        except (NoSuchFile, NotShown):
            raise _none() from None
        kind = "image/jpeg" if small else file.type or "application/octet-stream"
        return Given(content, kind, f"{state.code}-{name}{mimetypes.guess_extension(kind) or '.bin'}")

    def _state(self, account: Account, case_id: str) -> CaseState:
        with reading(self._engine) as connection:
            found = reads.load(connection, case_id)
        if found is None:
            raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
        if not may_see(found.state, account):
            raise NotAllowed("Hồ sơ này không thuộc cơ quan bạn", "this case is not with your agency")
        return found.state


def _at(files: Sequence[Attached], number: int) -> Attached:
    if not 0 < number <= len(files) or files[number - 1].lost:
        raise _none()
    return files[number - 1]


def _none() -> NotFound:
    return NotFound("Không có tệp này", "there is no such file", field="file")


def _required(reason: str) -> None:
    if not _kept(reason):
        raise NotAllowed("Cần nêu lý do trước khi xem", "say why you need it first", field="reason")


def _kept(reason: str) -> str:
    try:
        return _LINE.validate_python(reason.strip())
    except ValidationError:
        raise Refused("Lý do chưa đúng", "this is no reason we can keep", field="reason") from None
