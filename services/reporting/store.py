"""The projection: how facts of CASES, CLOCKS and LETTERS become rows. Nothing is counted here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, Table, delete, select, tuple_

from libs.contracts.canary import CANARY as CANARY_CHANNEL
from libs.contracts.events import CaseFact, CaseOpened, CaseRated
from libs.contracts.sidefacts import ClockFact, LetterFact, SideFact
from libs.runtime.database import table, upsert
from libs.runtime.projection import Applied
from services.reporting.domain.cases import Case, Record, fold
from services.reporting.domain.holdings import Holding, Reopening
from services.reporting.domain.ratings import rating_row
from services.reporting.domain.sides import Clock, Letter, heard, known
from services.reporting.domain.slips import Slip
from services.reporting.domain.watching import watched_row
from services.reporting.tables import (
    CanaryRow,
    CaseRow,
    ClockRow,
    HoldingRow,
    LetterRow,
    Link,
    RatingRow,
    ReopeningRow,
    SlipRow,
    WatchedRow,
)

LINK, CASE, SLIP, HOLDING, REOPENING, RATING, WATCHED, CANARY, CLOCK, LETTER = (
    table(model)
    for model in (
        Link,
        CaseRow,
        SlipRow,
        HoldingRow,
        ReopeningRow,
        RatingRow,
        WatchedRow,
        CanaryRow,
        ClockRow,
        LetterRow,
    )
)

PROJECTION: tuple[Table, ...] = (
    LINK, CASE, SLIP, HOLDING, REOPENING, RATING, WATCHED, CANARY, CLOCK, LETTER,
)  # fmt: skip
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


def follow(connection: Connection, facts: Sequence[Applied]) -> dict[int, Step]:
    """Change the rows of these cases, and say by sequence what each fact made of its case; no canaries."""
    facts = _without_canaries(connection, facts)
    records = _records(connection, sorted({one.ref.case_id for one in facts}))
    before, steps = dict(records), {}
    for one in facts:
        records[one.ref.case_id] = record = fold(records[one.ref.case_id], one.fact)
        steps[one.seq] = Step(one.fact, record.case)
    changed = [(before[id_], record) for id_, record in records.items() if record != before[id_]]
    upsert(connection, CASE, [record.case.model_dump() for _, record in changed], key=["case_id"])
    slips = [
        slip.model_dump()
        for old, record in changed
        for number, slip in record.slips.items()
        if old.slips.get(number) != slip
    ]
    upsert(connection, SLIP, slips, key=["case_id", "number"])
    holdings = [one.model_dump() for old, new in changed for one in new.holdings if one not in old.holdings]
    upsert(connection, HOLDING, holdings, key=["case_id", "number"])
    cycles = [one.model_dump() for old, new in changed for one in new.reopenings if one not in old.reopenings]
    upsert(connection, REOPENING, cycles, key=["case_id", "cycle"])
    rated = [rating_row(one.fact) for one in facts if isinstance(one.fact, CaseRated)]
    upsert(connection, RATING, rated, key=["case_id", "cycle"], keep=True)
    rows = [watched_row(seq, step.fact, step.case.agency) for seq, step in steps.items()]
    upsert(connection, WATCHED, [row for row in rows if row], key=["case_id", "seq"], keep=True)
    return steps


def _without_canaries(connection: Connection, facts: Sequence[Applied]) -> Sequence[Applied]:
    new = [
        {"case_id": one.ref.case_id}
        for one in facts
        if isinstance(one.fact, CaseOpened) and one.fact.channel == CANARY_CHANNEL
    ]
    upsert(connection, CANARY, new, key=["case_id"], keep=True)
    ours = _canaries(connection, {one.ref.case_id for one in facts})
    return [one for one in facts if one.ref.case_id not in ours]


def _canaries(connection: Connection, ids: set[str]) -> set[str]:
    return set(connection.execute(select(CANARY.c.case_id).where(CANARY.c.case_id.in_(ids))).scalars())


def _records(connection: Connection, ids: Sequence[str]) -> dict[str, Record]:
    """A new case is known by nothing but its id."""
    found = {row["case_id"]: Case.model_validate(dict(row)) for row in _rows(connection, CASE, ids)}
    slips: dict[str, dict[int, Slip]] = defaultdict(dict)
    holdings: dict[str, list[Holding]] = defaultdict(list)
    reopenings: dict[str, list[Reopening]] = defaultdict(list)
    if found:
        for row in _rows(connection, SLIP, list(found)):
            slips[row["case_id"]][row["number"]] = Slip.model_validate(dict(row))
        for row in _rows(connection, HOLDING, list(found)):
            holdings[row["case_id"]].append(Holding.model_validate(dict(row)))
        for row in _rows(connection, REOPENING, list(found)):
            reopenings[row["case_id"]].append(Reopening.model_validate(dict(row)))
    return {
        id_: Record(
            found.get(id_, Case(case_id=id_)), slips[id_], tuple(holdings[id_]), tuple(reopenings[id_])
        )
        for id_ in ids
    }


def _rows(connection: Connection, source: Table, ids: Sequence[str]) -> Sequence[RowMapping]:
    query = select(source).where(source.c.case_id.in_(ids)).order_by(*source.primary_key)
    return connection.execute(query).mappings().all()


def apply_clocks(connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
    """Change the rows of these clocks."""
    follow_clocks(connection, facts)


def follow_clocks(connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> dict[int, ClockFact]:
    """Change the rows of these clocks, and say by sequence which; a clock takes its channel from its case."""
    counted = {seq: fact for seq, fact in _counted(connection, facts) if isinstance(fact, ClockFact)}
    clock_facts = list(counted.values())
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
    return counted


def apply_letters(connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> None:
    """Change the rows of these letters."""
    letter_facts = [fact for _, fact in _counted(connection, facts) if isinstance(fact, LetterFact)]
    fresh = {
        (fact.case_id, fact.letter): Letter(case_id=fact.case_id, letter=fact.letter) for fact in letter_facts
    }
    _merge(connection, LETTER, fresh, letter_facts, known, lambda fact: (fact.case_id, fact.letter))


def _counted(connection: Connection, facts: Sequence[tuple[int, SideFact]]) -> list[tuple[int, SideFact]]:
    ours = _canaries(connection, {fact.case_id for _, fact in facts})
    return [one for one in facts if one[1].case_id not in ours]


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
    for target in (CASE, SLIP, HOLDING, REOPENING, RATING, WATCHED, CANARY):
        connection.execute(delete(target).where(target.c.case_id.in_(case_ids)))
