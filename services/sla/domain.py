"""Which fact of a case starts, stops or cancels which of its clocks.

A clock is judged by the facts' own instants, never by when they were read: reading the stream again gives
the same outcomes. The legal clocks never pause (Điều 10.3): no fact but those named in RULES touches them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from libs.contracts.events import (
    CaseDirected,
    CaseFact,
    CaseOpened,
    CaseProgressPromised,
    CaseRouted,
    CaseTriaged,
    CaseUrgencySet,
)
from libs.contracts.sidefacts import ClockArmed, ClockCancelled, ClockEnded, ClockFact, ClockMet
from libs.worktime.calendar import CalendarError
from services.sla.clock import Clock, PackOf, budgeted, due_of, missed, say, sheet

NOTHING: frozenset[str] = frozenset()
SLIPS = frozenset({"routed", "directed"})
ANSWERS = frozenset({"answered", "answered-by-phone"})
RELIEVED = SLIPS | {"returned", "rejected", "answered-at-desk"}
"""The agency owes nothing more: the slip went back or elsewhere, or the operator settled the case."""


@dataclass(frozen=True)
class Rule:
    """What the facts of a case do to one kind of clock.

    `replaces` cancels as well, but only a clock whose time has not ended yet.
    """

    kind: str
    starts: frozenset[str]
    meets: frozenset[str]
    cancels: frozenset[str] = NOTHING
    replaces: frozenset[str] = NOTHING


RULES = (
    Rule("answer", starts=SLIPS, meets=ANSWERS, cancels=RELIEVED),
    Rule("publish", starts=frozenset({"answered-by-phone"}), meets=frozenset({"published", "withheld"})),
    Rule(
        "promise",
        starts=frozenset({"progress-promised"}),
        meets=ANSWERS,
        cancels=RELIEVED,
        replaces=frozenset({"progress-promised"}),
    ),
)


@dataclass(frozen=True)
class Case:
    """What the clocks know of a case: the slip in force, and every clock it ever had, by id."""

    case_id: str
    clocks: Mapping[str, Clock]
    slip: int = 0
    agency: str = ""
    field: str = ""
    urgent: bool = False


def follow(case: Case, fact: CaseFact, seq: int, pack_of: PackOf) -> tuple[Case, list[ClockFact]]:
    """The case after a fact with this sequence in CASES, and what its clocks say about it, in order."""
    case = _noted(case, fact)
    clocks = {one.id: _touched(one, fact) for one in case.clocks.values()}
    said: list[ClockFact] = []
    for rule in RULES:
        for clock in [one for one in clocks.values() if one.kind == rule.kind and one.open]:
            clocks[clock.id], effects = _stopped(clock, rule, fact, seq, pack_of)
            said += effects
        if fact.token in rule.starts and (id_ := _clock_id(rule.kind, case, fact)) not in clocks:
            clocks[id_], effects = _started(case, rule.kind, id_, fact, seq, pack_of)
            said += effects
    return replace(case, clocks=clocks), said


def _noted(case: Case, fact: CaseFact) -> Case:
    if isinstance(fact, CaseOpened | CaseUrgencySet):
        return replace(case, urgent=fact.urgent)
    if isinstance(fact, CaseTriaged | CaseRouted):
        case = replace(case, urgent=case.urgent or fact.urgent)
    if isinstance(fact, CaseRouted | CaseDirected):
        return replace(case, slip=fact.slip.number, agency=fact.slip.lead, field=fact.slip.field)
    return case


def _touched(clock: Clock, fact: CaseFact) -> Clock:
    """An open clock remembers what its later facts must say."""
    if isinstance(fact, CaseUrgencySet) and clock.open:
        return clock.with_(urgent=fact.urgent)
    if isinstance(fact, CaseProgressPromised) and clock.open and clock.kind == "answer":
        return clock.with_(promises=(*clock.promises, (fact.at, fact.promised_at)))
    return clock


def _clock_id(kind: str, case: Case, fact: CaseFact) -> str:
    number = f"-{fact.number}" if isinstance(fact, CaseProgressPromised) else ""
    return f"{kind}-{case.slip}{number}"


def _started(
    case: Case, kind: str, id_: str, fact: CaseFact, seq: int, pack_of: PackOf
) -> tuple[Clock, list[ClockFact]]:
    """A new clock; one that cannot be computed is kept as broken, for a person, and says nothing."""
    clock = Clock(
        case_id=case.case_id,
        id=id_,
        kind=kind,
        agency=case.agency,
        field=case.field,
        urgent=case.urgent,
        start=fact.at,
        promised_at=fact.promised_at if isinstance(fact, CaseProgressPromised) else None,
        pack=fact.pack_version,
        cause=fact.event_id,
        case_seq=seq,
    )
    try:
        clock = budgeted(clock, pack_of(fact.pack_version))
        said = say(ClockArmed, clock, sheet(clock.hours, pack_of), at=fact.at)
    except (LookupError, CalendarError) as error:
        return clock.with_(state="broken", error=str(error)), []
    return clock, [said]


def _stopped(
    clock: Clock, rule: Rule, fact: CaseFact, seq: int, pack_of: PackOf
) -> tuple[Clock, list[ClockFact]]:
    """Met, ended after a miss, or cancelled; a miss that the ticker has not heard yet is said first."""
    if fact.token not in rule.meets | rule.cancels | rule.replaces:
        return clock, []
    counted = sheet(clock.hours, pack_of)
    late = fact.at > due_of(clock, counted)
    said: list[ClockFact] = []
    if late and fact.token in rule.replaces:
        return clock, said
    if late and clock.state == "running":
        said.append(missed(clock, counted))
    cls: type[ClockFact] = ClockCancelled
    if fact.token in rule.meets:
        cls = ClockEnded if late else ClockMet
    stop = {"at": fact.at, "cause": fact.event_id, "case_seq": seq, "pack_version": fact.pack_version}
    said.append(say(cls, clock, counted, stopped_at=fact.at, **stop))
    return clock.with_(state=cls.stem(), late=late, warnings=()), said
