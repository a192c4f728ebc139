"""Notices of agencies (Điều 14.6): put up by their officers, taken down by them or an administrator."""

import re
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

from libs.contracts.errors import Refused
from libs.contracts.requests import Problem
from libs.packs import tables
from libs.packs.model import Pack
from libs.packs.questions import Notice
from services.desk.domain.errors import NotFound
from services.desk.domain.people import Account
from services.desk.domain.questions import read_cells
from services.desk.domain.questions_rights import of_agency, owner, require_act
from services.desk.knowledge.revising import Revising, Tables, signed

MOST = 5
"""Notices of one agency that hold or are to come."""

LONGEST_DAYS = 180
KEPT = timedelta(days=365)
"""An ended notice leaves the pack with the next one after so long; older packs still have it."""

TYPED = ("text", "text_en", "document", "valid_from", "valid_to")


class WrongNotice(Exception):
    """The notice cannot be put up as it is."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.en for problem in problems))


class Notices:
    """They are part of the pack, so that console and portal show the same."""

    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    def in_force(self) -> tuple[Notice, ...]:
        """Those for everybody today."""
        day = self._revising.today()
        return tuple(one for one in self._revising.directory.pack.notices if one.in_force(day))

    def listed(self, account: Account) -> tuple[Notice, ...]:
        """Those this person may take down, and those that ended, the newest first."""
        require_act(account, "notify")
        every = reversed(self._revising.directory.pack.notices)
        return tuple(one for one in every if of_agency(account) in {"", one.agency})

    async def put_up(self, account: Account, cells: Mapping[str, str]) -> str:
        """Put a notice up; the same `command_id` once. Raises WrongNotice, NotAllowed, Refused."""
        require_act(account, "notify")
        agency = owner(account, cells.get("agency", ""))
        notice = self._read(agency, cells)

        def added(pack: Pack) -> Tables:
            mine = [one for one in pack.notices if one.agency == agency and (one.valid_to or day) >= day]
            if len(mine) >= MOST:
                raise Refused(f"Mỗi cơ quan có tối đa {MOST} thông báo", "too many notices", field="text")
            return {"notices": (*(one for one in pack.notices if (one.valid_to or day) > day - KEPT), notice)}

        day = self._revising.today()
        note = f"Thông báo {notice.id}: {notice.text[:200]}"
        return await self._revising.put(added, by=signed(account), document=notice.document, note=note)

    async def take_down(self, account: Account, number: str) -> str:
        """From now on nobody sees it. Raises NotFound, also for another agency's."""
        notice = next((one for one in self.listed(account) if one.id == number), None)
        if notice is None:
            raise NotFound("Không có thông báo này", "there is no such notice")

        def without(pack: Pack) -> Tables:
            return {"notices": tuple(one for one in pack.notices if one.id != number)}

        note = f"Gỡ thông báo {notice.id}: {notice.text[:200]}"
        return await self._revising.put(without, by=signed(account), document=notice.document, note=note)

    def _read(self, agency: str, cells: Mapping[str, str]) -> Notice:
        values, problems = read_cells(tables.NOTICES, cells, TYPED)
        day = self._revising.today()
        first, last = values.get("valid_from") or day, values.get("valid_to")
        if "valid_to" in values and (last is None or last < max(first, day)):
            problems.append(Problem(field="valid_to", vi="Cần ngày kết thúc, từ hôm nay", en="when it ends"))
        elif last and (last - first).days > LONGEST_DAYS:
            vi = f"Thông báo dài nhất {LONGEST_DAYS} ngày; nội dung lâu dài hãy đưa vào hỏi đáp"
            problems.append(Problem(field="valid_to", vi=vi, en="too long: write an entry instead"))
        if problems:
            raise WrongNotice(problems)
        number = re.sub(r"[^0-9a-f]", "", cells.get("command_id", ""))[:12] or uuid4().hex[:12]
        return Notice(**{**values, "id": number, "agency": agency, "valid_from": first})
