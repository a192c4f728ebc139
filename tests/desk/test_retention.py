"""How long cases are kept: by class, the first that fits; never one that is held, open or erased."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from libs.contracts import events
from libs.contracts.events import CaseFact
from libs.contracts.remnants import remnants
from libs.contracts.subjects import CaseRef
from libs.runtime.database import create_tables, open_engine, reading, writing
from libs.runtime.projection import Applied
from services.desk.retention import YEAR, NoRules, Rule, due, read_rules
from services.desk.store import Store
from services.desk.tables import DeskTable
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed

RULES = (Rule(name="junk", years=1, outcomes=("rejected",)), Rule(name="health", years=5, fields=("F04",)))
LATER = MONDAY_MORNING + 2 * YEAR


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    create_tables(engine, DeskTable.metadata)
    yield engine
    engine.dispose()


def told(engine: Engine, *facts: CaseFact) -> CaseRef:
    ref = CaseRef(2026, facts[0].case_id)
    with writing(engine) as connection:
        Store().apply(connection, [Applied(ref, at + 1, fact) for at, fact in enumerate(facts)])
    return ref


def rejected(engine: Engine, *more: type[CaseFact], **fields: Any) -> CaseRef:
    ref = a_case()
    facts = [opened(ref), make(events.CaseRejected, ref, reason="out-of-scope")]
    return told(engine, *facts, *(make(cls, ref, **fields) for cls in more))


def listed(engine: Engine, at: Any) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        return [(one.case_id, one.rule) for one in due(connection, RULES, at)]


def test_a_class_decides_how_long_a_settled_case_is_kept(engine: Engine) -> None:
    junk, ref = rejected(engine), a_case()
    told(engine, opened(ref), routed(ref), make(events.CaseAnswered, ref, answer="Đáp"),
         make(events.CaseWithheld, ref, ground="secrecy-asked"))  # fmt: skip
    assert listed(engine, MONDAY_MORNING + YEAR - timedelta(days=1)) == []
    assert listed(engine, LATER) == [(junk.case_id, "junk")]
    both = {(junk.case_id, "junk"), (ref.case_id, "health")}
    assert set(listed(engine, MONDAY_MORNING + 6 * YEAR)) == both


def test_what_is_held_open_or_erased_is_never_due(engine: Engine) -> None:
    rejected(engine, events.CaseHoldPlaced, reference="5/CSĐT")
    erased = a_case()
    facts = [opened(erased), make(events.CaseRejected, erased, reason="out-of-scope")]
    left = remnants(list(enumerate(facts, 1)))
    told(engine, *facts, make(events.CaseErased, erased, ground="asked", reference="1", history=left))
    told(engine, opened(a_case()))
    assert listed(engine, LATER) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("basis = 'QĐ 1'\n", "class"),
        ("[[class]]\nname = 'a'\nyears = 1\n", "basis"),
        ("basis = 'QĐ 1'\n[[class]]\nname = 'a'\nyears = -1\n", "class.0.years"),
        ("basis = 'QĐ 1'\n[[class]]\nname = 'a'\nyears = 1\noutcomes = ['gone']\n", "class.0.outcomes.0"),
        ("basis = ", "end of document"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "retention.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NoRules, match=named):
        read_rules(file)


def test_a_right_file_is_read_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "retention.toml"
    file.write_text("basis = 'QĐ 1'\n[[class]]\nname = 'a'\nyears = 1\n[[class]]\nname = 'b'\nyears = 2\n")
    basis, rules = read_rules(file)
    assert (basis, [one.name for one in rules]) == ("QĐ 1", ["a", "b"])
