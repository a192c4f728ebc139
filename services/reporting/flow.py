"""Flow: counters of what this replica applied, raised once the rows are durable, never by a rebuild.

`follow` stands in the reader's place of `store.apply`, and notes what it applied; `commit` is the reader's
after-hook, called when the transaction is over. A rebuild or replay calls `store.apply` itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.engine import RootTransaction

from libs.contracts import events
from libs.contracts.sidefacts import ClockEnded, ClockFact, ClockMet, ClockMissed, SideFact
from libs.packs.model import Pack
from libs.runtime.clock import Clock
from libs.runtime.logs import log
from libs.runtime.projection import Applied
from libs.worktime.calendar import CalendarError
from services.reporting import metrics, store
from services.reporting.domain.sides import JUDGEMENTS
from services.reporting.labels import DESK, Labels
from services.reporting.store import Step

HISTORY = timedelta(days=1)
"""What is older than this is history, not flow: a first start on an old stream counts no burst."""

Noted = Step | ClockFact


@dataclass
class _Pending:
    """What one transaction applied, by sequence: a batch that is tried again one by one is noted once."""

    transaction: RootTransaction | None = None
    noted: dict[int, Noted] = field(default_factory=dict)

    def of(self, connection: Connection) -> dict[int, Noted]:
        transaction = connection.get_transaction()
        if transaction is not self.transaction:
            self.transaction, self.noted = transaction, {}
        return self.noted

    def take(self) -> list[Noted]:
        noted, self.transaction, self.noted = self.noted, None, {}
        return list(noted.values())


class Flow:
    """The counters of one replica; shows zeros for every agency and channel from the start."""

    def __init__(self, pack: Callable[[], Pack], clock: Clock) -> None:
        self._pack = pack
        self._clock = clock
        self._cases = _Pending()
        self._clocks = _Pending()
        _zeros(pack())

    def follow(self, connection: Connection, facts: Sequence[Applied]) -> None:
        """`store.apply`, noting what each fact made of its case."""
        steps = store.follow(connection, facts)
        noted = self._cases.of(connection)
        noted.update(steps)

    def follow_clocks(self, connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
        """`store.apply_clocks`, noting the facts."""
        noted = self._clocks.of(connection)
        noted.update(store.follow_clocks(connection, facts))

    def commit(self) -> None:
        """Count what cases went through."""
        self._count(self._cases.take())

    def commit_clocks(self) -> None:
        """Count what clocks said."""
        self._count(self._clocks.take())

    def _count(self, noted: Sequence[Noted]) -> None:
        labels, since = Labels(self._pack()), self._clock.now() - HISTORY
        for one in noted:
            if isinstance(one, Step) and one.fact.at >= since:
                _count_case(one, labels)
            elif isinstance(one, ClockFact) and one.at >= since:
                self._count_clock(one, labels)

    def _count_clock(self, fact: ClockFact, labels: Labels) -> None:
        agency = labels.agency(fact.agency)
        if fact.basis == "law" and isinstance(fact, ClockMet):
            metrics.JUDGED.labels(agency, fact.kind, "on_time").inc()
        if fact.basis == "law" and isinstance(fact, ClockMissed):
            late = "late_promised" if fact.promised else "late_silent"
            metrics.JUDGED.labels(agency, fact.kind, late).inc()
        if isinstance(fact, ClockMet | ClockEnded) and fact.kind == "answer":
            self._observe_answer(agency, fact)

    def _observe_answer(self, agency: str, fact: ClockMet | ClockEnded) -> None:
        pack = self._pack()
        try:
            hours = pack.calendar(pack.hours_of(pack.clock("answer"), fact.agency))
            metrics.FIRST_RESPONSE.labels(agency).observe(hours.between(fact.start, fact.stopped_at))
        except (LookupError, CalendarError) as error:
            log("answer_not_measured", kind=type(error).__name__, clock=fact.clock)


def _count_case(step: Step, labels: Labels) -> None:
    agency = labels.agency(step.case.agency)
    match step.fact:
        case events.CaseOpened(channel=channel):
            metrics.RECEIVED.labels(labels.channel(channel)).inc()
        case events.CaseRouted(slip=slip) | events.CaseDirected(slip=slip):
            metrics.ROUTED.labels(agency, labels.field(slip.field)).inc()
        case events.CaseReturned():
            metrics.RETURNED.labels(agency).inc()
        case events.CaseRejected(reason=reason):
            metrics.REJECTED.labels(labels.reason(reason)).inc()
        case _:
            _count_result(step, agency)


def _count_result(step: Step, agency: str) -> None:
    match step.fact:
        case events.CaseAnsweredAtDesk():
            metrics.ANSWERED.labels(DESK, "desk").inc()
        case events.CaseAnsweredByPhone():
            metrics.ANSWERED.labels(agency, "phone").inc()
        case events.CaseAnswered(missing=()):
            metrics.ANSWERED.labels(agency, "written").inc()
        case events.CasePublished():
            metrics.PUBLISHED.labels(agency).inc()
        case events.CaseWithheld():
            metrics.WITHHELD.labels(agency).inc()


def _zeros(pack: Pack) -> None:
    """A counter that first appears at 1 has no increase: every series begins at 0."""
    labels = Labels(pack)
    for channel in labels.channels:
        metrics.RECEIVED.labels(channel)
    for reason in labels.reasons:
        metrics.REJECTED.labels(reason)
    metrics.ANSWERED.labels(DESK, "desk")
    for agency in (DESK, *labels.agencies):
        metrics.PUBLISHED.labels(agency)
        metrics.WITHHELD.labels(agency)
    for agency in labels.agencies:
        metrics.RETURNED.labels(agency)
        metrics.FIRST_RESPONSE.labels(agency)
        for how in ("phone", "written"):
            metrics.ANSWERED.labels(agency, how)
        for kind in labels.legal:
            for outcome in JUDGEMENTS:
                metrics.JUDGED.labels(agency, kind, outcome)
