"""`decide`: the fact a command makes of the case as it stands, or a refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from libs.contracts.facts import derived_id
from services.desk.domain.command import Command
from services.desk.domain.errors import AgencyEnded
from services.desk.domain.people import Account
from services.desk.domain.privacy import find_personal
from services.desk.domain.rights import require
from services.desk.domain.rules import Rules
from services.desk.domain.standard import require_filled
from services.desk.domain.state import CaseState

F = TypeVar("F", bound=CaseFact)
C = TypeVar("C", bound=Command)


@dataclass(frozen=True)
class Other:
    """Another case that a command names: as far as it is known here, and the year of its opening."""

    state: CaseState
    year: int


@dataclass(frozen=True)
class Moment:
    """Who decides, when (UTC), and by which rules; `other`: the case to be joined, at its root."""

    account: Account
    now: datetime
    rules: Rules
    other: Other | None = None


READ_BY_FOLLOWERS: dict[type[CaseFact], str] = {
    events.CaseAnswered: "answer",
    events.CaseAnsweredAtDesk: "answer",
    events.CaseAnsweredByPhone: "summary",
    events.CaseInformationAsked: "question",
    events.CaseProgressPromised: "progress",
    events.CaseRejected: "text",
}
"""Words to the citizen, which also go to everybody whose case was joined to this one."""

Decision = Callable[[CaseState, Any, Moment], CaseFact]
DECISIONS: dict[type[Command], Decision] = {}


def decides(
    cls: type[C],
) -> Callable[[Callable[[CaseState, C, Moment], CaseFact]], Callable[[CaseState, C, Moment], CaseFact]]:
    """Registers the decision of one command; the right to it is checked before it is asked."""

    def register(
        decision: Callable[[CaseState, C, Moment], CaseFact],
    ) -> Callable[[CaseState, C, Moment], CaseFact]:
        DECISIONS[cls] = cast("Decision", decision)
        return decision

    return register


def decide(state: CaseState, command: Command, moment: Moment) -> CaseFact:
    """The one fact this command appends. Raises Refused: NotAllowed, stale, or naming the wrong input."""
    require(state, command, moment.account, moment.rules.arbiter)
    if moment.account.of_agency and moment.account.agency not in moment.rules.agencies:
        raise AgencyEnded(
            "Cơ quan của bạn đã hết hiệu lực; việc này thuộc cơ quan kế tục",
            "your agency is not in force any more: this is for its successor",
            stale=True,
        )
    require_filled(command)
    fact = DECISIONS[type(command)](state, command, moment)
    if name := READ_BY_FOLLOWERS.get(type(fact)):
        _check_meant_for_all(state, getattr(fact, name), moment, field=name)
    return fact


def _check_meant_for_all(state: CaseState, words: str, moment: Moment, *, field: str) -> None:
    found = find_personal(words, state.person, moment.rules.public_words) if state.followers else []
    if found:
        named, others = "; ".join(f"“{one.words}”" for one in found[:5]), len(state.followers)
        raise Refused(
            f"{others} người khác cùng việc cũng đọc nội dung này: hãy bỏ dữ liệu cá nhân {named}",
            f"{others} others who follow this case read it too: take out the personal data {named}",
            field=field,
        )


def fact_id(command: Command, case_id: str, account: Account) -> UUID:
    """The id of the fact: the same for every repetition by the same person on the same case."""
    return derived_id(command.command_id, f"{account.id}.{case_id}.{command.token()}")


def made(cls: type[F], state: CaseState, command: Command, moment: Moment, **fields: Any) -> F:
    """The fact with its author, time, id and pack version filled in."""
    return cls(
        event_id=fact_id(command, state.case_id, moment.account),
        case_id=state.case_id,
        at=moment.now,
        by=moment.account.actor(),
        pack_version=moment.rules.pack_version,
        **fields,
    )


def known(code: str | None, among: frozenset[str], *, field: str) -> None:
    """Raises Refused when the pack in force has no such code; None and empty mean "none"."""
    if code and code not in among:
        raise Refused(
            f"Mã “{code}” không có trong danh mục đang áp dụng",
            f"the code “{code}” is not in the pack in force",
            field=field,
        )
