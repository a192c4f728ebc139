"""Proposed changes: sent by an agency, accepted or declined by an administrator, in force on their day."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date

from pydantic_core import to_jsonable_python

from libs.contracts.errors import HotlineError, Refused
from libs.packs.model import Pack
from libs.runtime.clock import Clock
from libs.runtime.logs import log
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.people import Account
from services.desk.domain.questions import Proposal, State, applied, moved, now_in
from services.desk.domain.questions_rights import may, of_agency, owner, require_act
from services.desk.knowledge.revising import Revising, Tables, signed
from services.desk.knowledge.store import Kept, Proposals
from services.desk.metrics import PROPOSED
from services.desk.store import seconds

EVERY = 30.0
"""Seconds between two looks for proposals whose day has come."""

LONGEST = 500


class Changes:
    """What an officer, an administrator and the arbiter do with proposals (Điều 14.4)."""

    def __init__(self, store: Proposals, revising: Revising, clock: Clock) -> None:
        self.store = store
        self.revising = revising
        self._clock = clock

    async def propose(
        self, account: Account, proposal: Proposal, *, document: str, effective: date, note: str, command: str
    ) -> Kept:
        """Send a change; an administrator's own is accepted at once. The same `command` is sent once.

        Raises NotAllowed, and Refused naming the input.
        """
        require_act(account, "propose")
        owner(account, proposal.agency)
        _check_words(document, note)
        if effective < self.revising.today():
            raise Refused("Ngày hiệu lực đã qua", "the day has passed", field="effective")
        await self.revising.tried(_tables(proposal, effective))
        number = await asyncio.to_thread(
            self.store.add,
            proposal,
            command,
            document=document,
            effective=effective.isoformat(),
            note=note,
            by_id=account.id,
            by_name=account.name,
            at=seconds(self._clock.now()),
        )
        PROPOSED.labels("proposed").inc()
        kept = await self._one(number)
        if may(account, "decide") and kept.state == "proposed":
            return await self.accept(account, number, seen=self.seen(kept))
        return kept

    async def accept(self, account: Account, number: int, *, seen: str) -> Kept:
        """Raises Refused (stale) when what it changes is not any more what the administrator saw."""
        require_act(account, "decide")
        kept = await self._one(number)
        if seen != self.seen(kept):
            raise Refused(
                "Nội dung hiện hành vừa đổi; xin xem lại rồi quyết định", "it changed meanwhile", stale=True
            )
        await self.revising.tried(_tables(kept.proposal, max(kept.effective, self.revising.today())))
        await self._move(kept, "accepted", signed(account))
        if kept.effective <= self.revising.today():
            await self._apply(await self._one(number))
        return await self._one(number)

    async def decline(self, account: Account, number: int, reason: str) -> Kept:
        require_act(account, "decide")
        if not reason.strip():
            raise Refused("Ghi lý do từ chối", "say why", field="reason")
        await self._move(await self._one(number), "declined", signed(account), reason.strip()[:LONGEST])
        return await self._one(number)

    async def withdraw(self, account: Account, number: int) -> Kept:
        """By its own agency, while nobody has decided."""
        kept = await self._one(number)
        if not may(account, "propose") or account.agency != kept.proposal.agency:
            raise NotAllowed("Chỉ cơ quan đề nghị được rút", "only by its agency")
        await self._move(kept, "withdrawn", account.name)
        return await self._one(number)

    async def checked(self, account: Account, ids: Iterable[str], command: str) -> int:
        """Their owner has read these entries over and they are right: no document needed; how many it were.

        Raises Refused when none of them is this person's.
        """
        require_act(account, "propose")
        day, wanted = self.revising.today(), frozenset(ids)
        pack = self.revising.directory.pack
        mine = {one.id for one in pack.questions if one.id in wanted and _owns(account, one.agency)}
        if not mine:
            raise Refused("Chọn ít nhất một mục", "choose an entry", field="entries")

        def looked_over(pack: Pack) -> Tables:
            rows = pack.questions
            return {
                "questions": [
                    one.model_copy(update={"checked": day}) if one.id in mine else one for one in rows
                ]
            }

        note = f"Đã kiểm tra lại {len(mine)} mục hỏi đáp ({command})"
        await self.revising.put(looked_over, by=signed(account), document="", note=note)
        return len(mine)

    async def one(self, account: Account, number: int) -> Kept:
        """A proposal; when the arbiter looks, its copy is read. Raises NotFound."""
        require_act(account, "follow")
        kept = await self._one(number)
        if of_agency(account) not in {"", kept.proposal.agency}:
            raise NotFound("Không có đề nghị này", "there is no such proposal")
        if account.role == "arbiter" and kept.unread:
            await asyncio.to_thread(self.store.read, number, self._clock.now())
        return kept

    async def listed(self, account: Account) -> list[Kept]:
        """Officers see those of their agency."""
        require_act(account, "follow")
        return await asyncio.to_thread(self.store.listed, of_agency(account))

    async def others(self, kept: Kept) -> list[Kept]:
        """Open proposals about the same entries that came from elsewhere or before."""
        found = await asyncio.to_thread(self.store.about, kept.proposal.entries, only_open=True)
        return [one for one in found if one.id != kept.id]

    def seen(self, kept: Kept) -> str:
        """A mark of what the pack says today of all that the proposal changes."""
        now = now_in(self.revising.directory.pack, kept.proposal, self.revising.today())
        return hashlib.sha256(json.dumps(to_jsonable_python(now)).encode()).hexdigest()[:16]

    def moved(self, kept: Kept) -> bool:
        """Whether it was changed after this proposal had been sent."""
        return moved(self.revising.directory.pack, kept.proposal, self.revising.today())

    async def run(self) -> None:
        """Put accepted proposals in force when their day has come, until cancelled."""
        while True:
            try:
                await self.apply_due()
            except Exception as error:
                log("proposals_not_applied", kind=type(error).__name__)
            await asyncio.sleep(EVERY)

    async def apply_due(self) -> None:
        """Those whose day has come; a refused one stays accepted with the reason and is tried again."""
        for kept in await asyncio.to_thread(self.store.due, self.revising.today()):
            try:
                await self._apply(kept)
            except HotlineError as error:
                log("proposal_not_applied", number=kept.id, kind=type(error).__name__)
                if isinstance(error, Refused) and (why := error.vi[:LONGEST]) != kept.reason:
                    await asyncio.to_thread(self.store.move, kept.id, "accepted", was="accepted", reason=why)

    async def _apply(self, kept: Kept) -> None:
        day = max(kept.effective, self.revising.today())
        version = await self.revising.put(
            _tables(kept.proposal, day),
            by=kept.decided_by,
            document=kept.document,
            note=f"Đề nghị {kept.id} gửi {kept.at:%d/%m/%Y %H:%M:%S}: {kept.note or kept.proposal.agency}",
        )
        await asyncio.to_thread(
            self.store.move, kept.id, "applied", was="accepted", version=version, reason=""
        )
        PROPOSED.labels("applied").inc()

    async def _move(self, kept: Kept, state: State, by: str, reason: str = "") -> None:
        decided = {"decided_by": by, "decided_at": seconds(self._clock.now()), "reason": reason}
        if not await asyncio.to_thread(self.store.move, kept.id, state, was="proposed", **decided):
            raise Refused("Đề nghị này đã có người quyết định", "somebody has decided already", stale=True)
        PROPOSED.labels(state).inc()

    async def _one(self, number: int) -> Kept:
        kept = await asyncio.to_thread(self.store.one, number)
        if kept is None:
            raise NotFound("Không có đề nghị này", "there is no such proposal")
        return kept


def _owns(account: Account, agency: str) -> bool:
    return account.role == "administrator" or account.agency == agency


def _tables(proposal: Proposal, day: date) -> Callable[[Pack], Tables]:
    return lambda pack: applied(pack, proposal, day)


def _check_words(document: str, note: str) -> None:
    if not document:
        raise Refused("Cần số và ngày của văn bản (Điều 14.4)", "name the document", field="document")
    for name, words in (("document", document), ("note", note)):
        if len(words) > LONGEST:
            raise Refused(f"Dài quá {LONGEST} ký tự", "too long", field=name)
