"""The projection rule: a fact is applied when its predecessor was the last one applied to its case.

From this one rule come order per case, exactly-once effect and crash safety, with any number of replicas:
`last ≥ seq` → seen; `last == predecessor` → apply; otherwise a gap → give back and wait. An erasure
alone is applied whatever came before: it carries what is left of that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from sqlalchemy import Connection, Engine, Table, bindparam, case, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from libs.contracts.events import CaseErased, CaseFact
from libs.contracts.remnants import revived
from libs.contracts.subjects import CaseRef, UnknownFact, case_ref, decode, is_erasure
from libs.runtime.database import upsert, writing
from libs.runtime.errors import Unavailable


class Outcome(Enum):
    """What to tell the server about a message."""

    DONE = "done"
    SEEN = "seen"
    GAP = "gap"
    PARKED = "parked"


@dataclass(frozen=True)
class Delivery:
    """A message as it was delivered, still undecoded. `predecessor` is the link the server stored."""

    subject: str
    seq: int
    predecessor: int
    data: bytes


@dataclass(frozen=True)
class Applied:
    """A fact whose turn it is, with the case it belongs to and its sequence in CASES."""

    ref: CaseRef
    seq: int
    fact: CaseFact


@dataclass(frozen=True)
class Verdict:
    """The outcome for one delivery; `error` says why a fact was parked.

    `lacks`: the sequence in CASES that must be applied before this one, for a gap.
    """

    outcome: Outcome
    error: str = ""
    lacks: int = 0


Apply = Callable[[Connection, Sequence[Applied]], None]
"""A service's own part: change its tables for these facts, in this order, in this transaction."""

Erase = Callable[[Connection, CaseErased], None]
"""Drop everything that is known of this case; what is left of it is applied next."""


def forgetting(forget: Callable[[Connection, Sequence[str]], None]) -> Erase:
    """An erasure that drops what came from CASES, where nothing else is kept of a person."""
    return lambda connection, fact: forget(connection, [fact.case_id])


class NotErasable(RuntimeError):
    """The projection was not told how to drop a case."""


DatabaseDown = (OperationalError, InterfaceError, NoFreeConnection, Unavailable)
"""Errors that say nothing about the fact: wait and try the same batch again."""


@dataclass
class CaseProjection:
    """Applies facts of CASES along the links, whole batches in one transaction.

    `again` applies what is left of an erased case: it was counted before. Without `erase` such a case is
    parked, since nobody knows how to drop what is known of it.
    """

    link: Table
    apply: Apply
    unknown: Callable[[], None] = field(default=lambda: None)
    erase: Erase | None = None
    again: Apply | None = None

    def on(self, connection: Connection, batch: Sequence[Delivery]) -> list[Verdict]:
        """One verdict a delivery. A fact that fails parks its case, alone. Raises DatabaseDown."""
        try:
            with connection.begin_nested():
                return self._together(connection, batch)
        except DatabaseDown:
            raise
        except Exception as error:
            if len(batch) == 1:
                return [self._park(connection, batch[0], error)]
            return [self.on(connection, [delivery])[0] for delivery in batch]

    def _together(self, connection: Connection, batch: Sequence[Delivery]) -> list[Verdict]:
        ordered = sorted(batch, key=lambda one: one.seq)
        rows = self._lock(connection, {ref.case_id: ref for ref in (case_ref(one.subject) for one in batch)})
        verdicts: dict[int, Verdict] = {}
        due: list[Applied] = []
        for delivery in ordered:
            ref = case_ref(delivery.subject)
            last, parked = rows[ref.case_id]
            verdicts[delivery.seq] = verdict = _turn(last, parked, delivery)
            if verdict.outcome is Outcome.DONE:
                parked = "" if is_erasure(delivery.subject) else parked
                rows[ref.case_id] = (delivery.seq, parked)
                fact = None if parked else self._decode(delivery)
                due += [Applied(ref, delivery.seq, fact)] if fact else []
        self._apply(connection, due)
        self._advance(connection, rows)
        return [verdicts[delivery.seq] for delivery in batch]

    def _apply(self, connection: Connection, due: Sequence[Applied]) -> None:
        at = next((at for at, one in enumerate(due) if isinstance(one.fact, CaseErased)), len(due))
        if at:
            self.apply(connection, due[:at])
        if at == len(due):
            return
        erased = due[at]
        assert isinstance(erased.fact, CaseErased)
        if self.erase is None:
            raise NotErasable
        self.erase(connection, erased.fact)
        left = [Applied(erased.ref, one.seq, fact) for one in erased.fact.history if (fact := revived(one))]
        (self.again or self.apply)(connection, [*left, erased])
        self._apply(connection, due[at + 1 :])

    def _lock(self, connection: Connection, refs: dict[str, CaseRef]) -> dict[str, tuple[int, str]]:
        """The rows of these cases, made where missing, locked in one order so that replicas never embrace."""
        ids = sorted(refs)
        fresh = [
            {"case_id": case_id, "year": refs[case_id].year, "last_seq": 0, "parked": ""} for case_id in ids
        ]
        upsert(connection, self.link, fresh, key=["case_id"], keep=True)
        columns = self.link.c
        found = connection.execute(
            select(columns.case_id, columns.last_seq, columns.parked)
            .where(columns.case_id.in_(ids))
            .order_by(columns.case_id)
            .with_for_update()
        )
        return {row.case_id: (row.last_seq, row.parked) for row in found}

    def _advance(self, connection: Connection, rows: dict[str, tuple[int, str]]) -> None:
        connection.execute(
            self.link.update()
            .where(self.link.c.case_id == bindparam("of_case"))
            .values(last_seq=bindparam("to_seq"), parked=bindparam("to_parked")),
            [
                {"of_case": case_id, "to_seq": last, "to_parked": parked}
                for case_id, (last, parked) in rows.items()
            ],
        )

    def _decode(self, delivery: Delivery) -> CaseFact | None:
        try:
            fact = decode(delivery.subject, delivery.data)
        except UnknownFact:
            self.unknown()
            return None
        return fact if isinstance(fact, CaseFact) else None

    def _park(self, connection: Connection, delivery: Delivery, error: Exception) -> Verdict:
        try:
            ref = case_ref(delivery.subject)
        except ValueError:  # of no case that a row could stand for
            return Verdict(Outcome.PARKED, f"malformed subject at {delivery.seq}")
        row = self._lock(connection, {ref.case_id: ref})[ref.case_id]
        if (verdict := _turn(*row, delivery)).outcome is not Outcome.DONE:
            return verdict
        fact = f"{delivery.subject.rsplit('.', 1)[-1]} {delivery.seq}"
        return self.set_aside(connection, delivery, f"{type(error).__name__} at {fact}")

    def set_aside(self, connection: Connection, delivery: Delivery, reason: str) -> Verdict:
        """Park the case at this fact; the first reason stays."""
        columns = self.link.c
        connection.execute(
            self.link.update()
            .where(columns.case_id == case_ref(delivery.subject).case_id)
            .values(last_seq=delivery.seq, parked=case((columns.parked == "", reason), else_=columns.parked))
        )
        return Verdict(Outcome.PARKED, reason)


class Projecting(Protocol):
    """Whatever applies a batch within a transaction: the facts of cases, or those beside them."""

    def on(self, connection: Connection, batch: Sequence[Delivery]) -> list[Verdict]:
        """One verdict a delivery. Raises DatabaseDown."""


def in_transaction(engine: Engine, projection: Projecting, batch: Sequence[Delivery]) -> list[Verdict]:
    """Apply a batch in one transaction of its own."""
    with writing(engine) as connection:
        return projection.on(connection, batch)


def _turn(last: int, parked: str, delivery: Delivery) -> Verdict:
    if last >= delivery.seq:
        # delivered once more where the case was parked: its dead letter may not have been left
        here = parked.endswith(f" {delivery.seq}")
        return Verdict(Outcome.PARKED, parked) if here else Verdict(Outcome.SEEN)
    if last == delivery.predecessor or is_erasure(delivery.subject):
        return Verdict(Outcome.DONE)
    return Verdict(Outcome.GAP, lacks=delivery.predecessor)
