"""What people do: each command becomes one fact, on the case as it now stands, and is seen at once."""

import asyncio
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row

from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from libs.contracts.requests import NewRequest
from libs.runtime.caselog import Appended, CaseLog
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from services.desk import alike, reads
from services.desk.calls import TypedCall
from services.desk.domain.command import Command
from services.desk.domain.decisions import Moment, Other, decide, fact_id
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.fold import fold
from services.desk.domain.handover_inputs import Join
from services.desk.domain.people import Account
from services.desk.domain.state import CaseState
from services.desk.followers import Followers
from services.desk.intake_client import IntakeClient
from services.desk.live import Live
from services.desk.metrics import COMMANDS, SECONDS, UNSEEN
from services.desk.province import rules_of
from services.desk.reads import Loaded
from services.desk.views import Taken

PATIENCE = 2.0
"""Seconds a command waits for its own effect to be projected."""


@dataclass(frozen=True)
class Done:
    """The fact, its sequence, whether an earlier click had made it, and whether the pages show it already."""

    fact: CaseFact
    seq: int
    repeated: bool
    shown: bool


@dataclass(frozen=True)
class Commands:
    """Used by pages and API alike. Input models: `domain/inputs.py`; `calls.TypedCall` for a typed call."""

    engine: Engine
    cases: CaseLog
    directory: Directory
    clock: Clock
    live: Live
    intake: IntakeClient
    followers: Followers

    async def do(self, account: Account, case_id: str, command: Command) -> Done:
        """Append the fact and wait up to 2 s until the projection shows it.

        Raises NotFound, NotAllowed, Refused (`stale`: look again; `field`: the input it is about), each with
        `vi` and `en`; OutcomeUnknown when the server does not confirm: the same command_id may be sent again.
        """
        with SECONDS.time():
            try:
                done = await self._do(account, case_id, command)
            except (Refused, OutcomeUnknown) as error:
                COMMANDS.labels(command.token(), _outcome(error)).inc()
                raise
        COMMANDS.labels(command.token(), "repeated" if done.repeated else "done").inc()
        log("command_done", command=command.token(), case_id=case_id, seq=done.seq, person=account.id)
        return done

    async def take_call(self, account: Account, call: TypedCall) -> Taken:
        """An operator's typed call goes to intake (held) and is a case when this returns.

        Raises NotAllowed, Refused (what intake said about an input), IntakeUnavailable (send the same form
        again: nothing is doubled).
        """
        if account.role != "operator" or not account.active:
            raise NotAllowed("Chỉ cán bộ Trực tiếp nhận cuộc gọi", "only operators take calls")
        words = call.model_dump(exclude={"command_id"})
        request = NewRequest(**words, held=True, operator=account.id, operator_name=account.name)
        accepted = await self.intake.open_case(request, f"{account.id}.{call.command_id}")
        return Taken(accepted.case_id, accepted.code, await self._shown(accepted.case_id, 1))

    async def _do(self, account: Account, case_id: str, command: Command) -> Done:
        found, clocks, other = await asyncio.to_thread(self._load, account, case_id, command)
        if found is None:
            raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
        if found.done:
            return Done(found.done[1], found.done[0], repeated=True, shown=True)
        if found.parked:
            raise Refused(
                "Hồ sơ này đang tạm dừng vì lỗi kỹ thuật; quản trị viên đã được báo",
                "this case stands still after a technical fault; the administrators know",
                stale=True,
            )
        appended = await self._append(account, found, clocks, command, other)
        if isinstance(command, Join):
            self.followers.wake()
        shown = await self._shown(case_id, appended.seq)
        return Done(appended.fact, appended.seq, appended.repeated, shown)

    async def _append(
        self,
        account: Account,
        found: Loaded,
        clocks: Sequence[Row[Any]],
        command: Command,
        other: Other | None,
    ) -> Appended:
        def decided(state: CaseState) -> CaseFact:
            now = self.clock.now()
            rules = rules_of(self.directory.pack, now, clocks)
            return decide(state, command, Moment(account, now, rules, other))

        appended = await self.cases.append(found.ref, found.state, found.seq, decide=decided, fold=fold)
        assert appended is not None, "a decision of the desk is a fact or a refusal"
        return appended

    def _load(
        self, account: Account, case_id: str, command: Command
    ) -> tuple[Loaded | None, Sequence[Row[Any]], Other | None]:
        with reading(self.engine) as connection:
            found = reads.load(connection, case_id, fact_id(command, case_id, account))
            other = alike.named(connection, command.to) if isinstance(command, Join) else None
            return found, reads.clocks(connection, [case_id]) if found else [], other

    async def _shown(self, case_id: str, seq: int) -> bool:
        shown = await self.live.until(case_id, functools.partial(self._reached, case_id, seq), PATIENCE)
        if not shown:
            UNSEEN.inc()
        return shown

    def _reached(self, case_id: str, seq: int) -> bool:
        with reading(self.engine) as connection:
            return reads.last_seq(connection, case_id) >= seq


def _outcome(error: Refused | OutcomeUnknown) -> str:
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    if isinstance(error, NotAllowed | NotFound):
        return "not-allowed"
    return "stale" if error.stale else "refused"
