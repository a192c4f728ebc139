"""What administrators do with a person's data: erase a settled case, hold it as evidence, let it go again."""

import asyncio
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlalchemy import Engine, select

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseErased, CaseFact
from libs.contracts.facts import derived_id
from libs.contracts.remnants import revived
from libs.contracts.subjects import CaseRef
from libs.privacy import find
from libs.privacy.remains import persons_in, what_is_left
from libs.runtime.caselog import CaseLog, Stored
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from services.desk import reads
from services.desk.attachments import Attachments
from services.desk.contacts import CONTACT
from services.desk.domain.erasing import require_erasable
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.fold import fold
from services.desk.domain.people import Account
from services.desk.domain.state import CaseState

TRIES = 5
"""Looks at a case to which others write meanwhile."""

F = TypeVar("F", bound=CaseFact)
Ground = Literal["asked", "retention"]


class _Moved(Exception):
    """Somebody wrote to the case: what is left of it must be made anew."""


@dataclass(frozen=True)
class Asked:
    """What an administrator asks for: the number of the request or demand, never a name, and why."""

    command_id: UUID
    reference: str
    reason: str = ""
    ground: Ground = "asked"


@dataclass(frozen=True)
class Erasing:
    """All of it raises NotAllowed, NotFound, Refused (stale), OutcomeUnknown (send the same again)."""

    engine: Engine
    cases: CaseLog
    directory: Directory
    clock: Clock
    attachments: Attachments

    async def erase(self, account: Account, case_id: str, asked: Asked) -> CaseErased:
        """Write down that the case is erased, with what is left of it; `hotline erase` deletes the rest.

        Only of a settled case that nobody holds. The facts are read from the stream, so nothing is missed.
        """
        ref = await self._begin(account, case_id, asked)
        for _ in range(TRIES):
            stored = await self.cases.since(ref, 0)
            fact = await self._erased(account, ref, stored, asked)
            if fact is None:
                raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
            if fact is stored[-1].fact:  # this request was obeyed before
                return fact
            try:
                done = await self.cases.append(
                    ref, 0, stored[-1].seq, decide=functools.partial(_unless_moved, fact), fold=_moved
                )
            except _Moved:
                continue
            assert done is not None
            assert isinstance(done.fact, CaseErased)
            log("case_erased", case_id=case_id, seq=done.seq, person=account.id, ground=asked.ground)
            return done.fact
        raise OutcomeUnknown

    async def hold(self, account: Account, case_id: str, asked: Asked, *, lift: bool = False) -> None:
        """Keep the case as evidence whatever its age, or no longer."""
        ref = await self._begin(account, case_id, asked)
        stored = await self.cases.since(ref, 0)
        _require_nameless(asked, [one.fact for one in stored if one.fact], "reference")

        def decided(state: CaseState) -> CaseFact | None:
            if state.erased_at:
                raise Refused("Dữ liệu của hồ sơ này đã được xóa", "this case was erased", stale=True)
            if bool(state.hold) is not lift:
                return None
            made = functools.partial(self._made, account, ref, asked)
            return made(events.CaseHoldLifted) if lift else made(events.CaseHoldPlaced, reason=asked.reason)

        last = stored[-1].seq if stored else 0
        await self.cases.append(ref, _state(stored), last, decide=decided, fold=fold)

    async def _begin(self, account: Account, case_id: str, asked: Asked) -> CaseRef:
        if account.role != "administrator" or not account.active:
            raise NotAllowed("Chỉ quản trị viên được làm việc này", "administrators only")
        if not asked.reference.strip():
            raise Refused("Cần số của văn bản yêu cầu", "name the request it rests on", field="reference")
        found = await asyncio.to_thread(self._load, case_id)
        if found is None:
            raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
        return found.ref

    async def _erased(
        self, account: Account, ref: CaseRef, stored: Sequence[Stored], asked: Asked
    ) -> CaseErased | None:
        facts = [(one.seq, one.fact) for one in stored if one.fact]
        if not facts:
            return None
        if (last := facts[-1][1]).event_id == derived_id(asked.command_id, ref.case_id):
            return last if isinstance(last, CaseErased) else None
        state = _state(stored)
        if not isinstance(last, CaseErased):  # what was said after an erasure may be erased too
            state = state.model_copy(update={"erased_at": None})
        require_erasable(state)
        _require_nameless(asked, [fact for _, fact in facts], "reference", "reason")
        calls = await asyncio.to_thread(self._own_calls, ref.case_id, state.calls)
        recorded = await self.attachments.recordings(calls)
        raw = [str(getattr(fact, "raw", "")) for _, fact in facts]
        return self._made(
            account,
            ref,
            asked,
            CaseErased,
            ground=asked.ground,
            reason=asked.reason,
            history=what_is_left(facts),
            files=tuple(dict.fromkeys(one.id for one in (*state.all_files, *recorded))),
            raw=tuple(filter(None, raw)),
            calls=calls,
        )

    def _made(self, account: Account, ref: CaseRef, asked: Asked, cls: type[F], **fields: Any) -> F:
        return cls(
            event_id=derived_id(asked.command_id, ref.case_id),
            case_id=ref.case_id,
            at=self.clock.now(),
            by=account.actor(),
            pack_version=self.directory.current,
            reference=asked.reference.strip(),
            **fields,
        )

    def _load(self, case_id: str) -> reads.Loaded | None:
        with reading(self.engine) as connection:
            return reads.load(connection, case_id)

    def _own_calls(self, case_id: str, calls: Sequence[str]) -> tuple[str, ...]:
        """Those in which nobody spoke of another case."""
        others = select(CONTACT.c.value).where(
            CONTACT.c.kind == "call", CONTACT.c.value.in_(calls), CONTACT.c.case_id != case_id
        )
        with reading(self.engine) as connection:
            shared = set(connection.execute(others).scalars())
        return tuple(call for call in calls if call not in shared)


def _state(stored: Sequence[Stored]) -> CaseState:
    """The case; one that was erased is what is left of it, and what came after."""
    state = CaseState()
    for one in stored:
        if isinstance(one.fact, CaseErased):
            left = filter(None, map(revived, one.fact.history))
            state = functools.reduce(fold, left, CaseState())
        state = fold(state, one.fact) if one.fact else state
    return state


def _require_nameless(asked: Asked, facts: Sequence[CaseFact], *stay: str) -> None:
    """Raises Refused where an input that outlives the rest names somebody; those of retention are ours."""
    persons = tuple(persons_in(facts))
    for name in stay if asked.ground == "asked" else ():
        if find(getattr(asked, name), persons):
            raise Refused(
                "Mục này được giữ lại mãi: đừng nêu tên, số điện thoại, địa chỉ",
                "this stays when everything else goes: name nobody in it",
                field=name,
            )


def _unless_moved(fact: CaseErased, news: int) -> CaseErased:
    if news:
        raise _Moved
    return fact


def _moved(news: int, _: CaseFact) -> int:
    return news + 1
