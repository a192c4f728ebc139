"""The projection: how facts of CASES, CLOCKS and LETTERS become rows. Nothing is counted here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, select, tuple_

from libs.contracts.events import CaseFact
from libs.contracts.sidefacts import ClockFact, LetterFact, SideFact
from libs.runtime.database import table, upsert
from libs.runtime.projection import Applied
from services.reporting.domain.cases import Case, Record, fold
from services.reporting.domain.sides import Clock, Letter, heard, known
from services.reporting.domain.slips import Slip
from services.reporting.tables import CaseRow, ClockRow, LetterRow, Link, SlipRow

LINK, CASE, SLIP, CLOCK, LETTER = (table(model) for model in (Link, CaseRow, SlipRow, ClockRow, LetterRow))

PROJECTION: tuple[Table, ...] = (LINK, CASE, SLIP, CLOCK, LETTER)
"""What a rebuild drops and refills."""

Row = dict[str, Any]
S = TypeVar("S", Clock, Letter)
F = TypeVar("F", bound=SideFact)


@dataclass(frozen=True)
class Step:
    """A fact and the case after it."""

    fact: CaseFact
    case: Case


def apply(connection: Connection, facts: Sequence[Applied]) -> None:
    """Change the rows of these cases."""
    follow(connection, facts)


def follow(connection: Connection, facts: Sequence[Applied]) -> list[Step]:
    """Change the rows of these cases, and say what each fact made of its case."""
    records = _records(connection, sorted({one.ref.case_id for one in facts}))
    before, steps = dict(records), []
    for one in facts:
        records[one.ref.case_id] = record = fold(records[one.ref.case_id], one.fact)
        steps.append(Step(one.fact, record.case))
    changed = [record for id_, record in records.items() if record != before[id_]]
    upsert(connection, CASE, [record.case.model_dump() for record in changed], key=["case_id"])
    slips = [
        slip.model_dump()
        for record in changed
        for number, slip in record.slips.items()
        if before[record.case.case_id].slips.get(number) != slip
    ]
    upsert(connection, SLIP, slips, key=["case_id", "number"])
    return steps


def _records(connection: Connection, ids: Sequence[str]) -> dict[str, Record]:
    slips: dict[str, dict[int, Slip]] = {id_: {} for id_ in ids}
    for row in connection.execute(select(SLIP).where(SLIP.c.case_id.in_(ids))).mappings():
        slips[row["case_id"]][row["number"]] = Slip.model_validate(dict(row))
    records = {id_: Record(case=Case(case_id=id_)) for id_ in ids}
    for row in connection.execute(select(CASE).where(CASE.c.case_id.in_(ids))).mappings():
        case = Case.model_validate(dict(row))
        records[case.case_id] = Record(case=case, slips=slips[case.case_id])
    return records


def apply_clocks(connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
    """Change the rows of these clocks; a clock takes its channel from its case."""
    clock_facts = [fact for _, fact in facts if isinstance(fact, ClockFact)]
    ids = {fact.case_id for fact in clock_facts}
    found = connection.execute(select(CASE.c.case_id, CASE.c.channel).where(CASE.c.case_id.in_(ids)))
    channels = {row.case_id: row.channel for row in found}
    fresh = {
        (fact.case_id, fact.clock): Clock(
            case_id=fact.case_id, clock=fact.clock, channel=channels.get(fact.case_id, "")
        )
        for fact in clock_facts
    }
    _merge(connection, CLOCK, fresh, clock_facts, heard, lambda fact: (fact.case_id, fact.clock))


def apply_letters(connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
    """Change the rows of these letters."""
    letter_facts = [fact for _, fact in facts if isinstance(fact, LetterFact)]
    fresh = {
        (fact.case_id, fact.letter): Letter(case_id=fact.case_id, letter=fact.letter) for fact in letter_facts
    }
    _merge(connection, LETTER, fresh, letter_facts, known, lambda fact: (fact.case_id, fact.letter))


def _merge(
    connection: Connection,
    target: Table,
    fresh: dict[tuple[str, str], S],
    facts: Iterable[F],
    change: Callable[[S, F], S],
    key_of: Callable[[F], tuple[str, str]],
) -> None:
    """Rows are made first and then locked, all in one order: replicas change one row one after the other."""
    if not fresh:
        return
    key = [column.name for column in target.primary_key]
    columns = [target.c[name] for name in key]
    upsert(connection, target, [fresh[one].model_dump() for one in sorted(fresh)], key=key, keep=True)
    mine = select(target).where(tuple_(*columns).in_(list(fresh))).order_by(*columns).with_for_update()
    held = {
        (row[key[0]], row[key[1]]): next(iter(fresh.values())).model_validate(dict(row))
        for row in connection.execute(mine).mappings()
    }
    for fact in facts:
        held[key_of(fact)] = change(held[key_of(fact)], fact)
    upsert(connection, target, [one.model_dump() for one in held.values()], key=key)


def forget(connection: Connection, case_ids: Sequence[str]) -> None:
    """Delete the rows that came from CASES for these cases; clocks and letters have their own streams."""
    for target in (CASE, SLIP):
        connection.execute(delete(target).where(target.c.case_id.in_(case_ids)))
