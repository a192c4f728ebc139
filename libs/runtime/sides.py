"""Facts beside CASES: applied once the projection of CASES has got as far as they presuppose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from libs.contracts.facts import Happened
from libs.contracts.sidefacts import SideFact
from libs.contracts.subjects import UnknownFact, decode
from libs.runtime.projection import DatabaseDown, Delivery, Outcome, Verdict

ApplySide = Callable[[Connection, Sequence[tuple[int, Any]]], None]
"""Change a service's tables for these facts, each with its number in their stream; twice the same is once."""


@dataclass
class SideProjection:
    """Applies side facts once the projection of CASES has got as far as they presuppose.

    What happened beside all cases, a call or the report of a delivery, presupposes nothing.
    """

    link: Table
    apply: ApplySide

    def on(self, connection: Connection, batch: Sequence[Delivery]) -> list[Verdict]:
        """One verdict a delivery; a fact that fails is reported as parked. Raises DatabaseDown."""
        try:
            with connection.begin_nested():
                return self._together(connection, batch)
        except DatabaseDown:
            raise
        except Exception as error:
            if len(batch) == 1:
                return [Verdict(Outcome.PARKED, f"{type(error).__name__} at {batch[0].subject}")]
            return [self.on(connection, [delivery])[0] for delivery in batch]

    def _together(self, connection: Connection, batch: Sequence[Delivery]) -> list[Verdict]:
        facts = [_side(delivery) for delivery in batch]
        about_cases = {fact.case_id for fact in facts if isinstance(fact, SideFact)}
        reached = self._reached(connection, about_cases) if about_cases else {}
        verdicts = [
            Verdict(Outcome.GAP, lacks=fact.case_seq)
            if isinstance(fact, SideFact) and reached.get(fact.case_id, 0) < fact.case_seq
            else Verdict(Outcome.DONE)
            for fact in facts
        ]
        due = [
            (delivery.seq, fact)
            for delivery, fact, verdict in zip(batch, facts, verdicts, strict=True)
            if fact and verdict.outcome is Outcome.DONE
        ]
        if due:
            self.apply(connection, sorted(due, key=lambda pair: pair[0]))
        return verdicts

    def _reached(self, connection: Connection, ids: set[str]) -> dict[str, int]:
        """How far these cases are; locked, so that what is read of a case stays true until it is written."""
        columns = self.link.c
        found = connection.execute(
            select(columns.case_id, columns.last_seq)
            .where(columns.case_id.in_(ids))
            .order_by(columns.case_id)
            .with_for_update()
        )
        return {row.case_id: row.last_seq for row in found}


def _side(delivery: Delivery) -> Happened | None:
    try:
        return decode(delivery.subject, delivery.data)
    except UnknownFact:
        return None
