"""The register of public numbers, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from libs.contracts.casevalues import Origin
from libs.contracts.events import CaseAnswered, CaseFact, CasePublished, CaseReceived
from libs.contracts.partners import public_id
from libs.contracts.subjects import CaseRef
from libs.runtime.database import open_engine, writing
from libs.runtime.projection import Applied
from services.portal.case import Proof
from services.portal.register import Register, Span, Wanted
from services.portal.store import Store
from services.portal.tables import PortalTable
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed

WEEK = Span(MONDAY_MORNING - timedelta(days=1), MONDAY_MORNING + timedelta(days=6))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    PortalTable.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def register(engine: Engine) -> Register:
    return Register(engine)


def happened(engine: Engine, ref: CaseRef, *facts: CaseFact) -> str:
    """The facts are applied; returns the number of the case."""
    with writing(engine) as connection:
        Store(engine, Proof(b"secret")).apply(
            connection, [Applied(ref, seq, fact) for seq, fact in enumerate(facts, 1)]
        )
    return public_id(ref.case_id)


def from_partner(ref: CaseRef, partner: str, own: str = "1") -> CaseFact:
    return opened(ref, channel="open311", origin=Origin(account="open311", thread=f"{partner}/{own}"))


def numbers(register: Register, partner: str = "", closed: bool | None = None) -> set[str]:
    found = register.wanted(Wanted(WEEK, partner, closed=closed))
    return {public_id(case.case_id) for case in found}


def test_everybody_finds_what_is_published_and_a_partner_its_own_as_well(
    engine: Engine, register: Register
) -> None:
    private, mine, theirs, public = (a_case() for _ in range(4))
    hidden = happened(engine, private, opened(private), routed(private))
    own = happened(engine, mine, from_partner(mine, "fix"))
    happened(engine, theirs, from_partner(theirs, "app"))
    answered = make(CaseAnswered, public, answer="…")
    shown = happened(
        engine, public, opened(public), answered, make(CasePublished, public, question="Hỏi", answer="Đáp")
    )
    assert numbers(register) == {shown}
    assert numbers(register, "fix") == {shown, own}
    assert numbers(register, "fix", closed=False) == {own}
    assert numbers(register, "fix", closed=True) == {shown}
    assert register.wanted(Wanted(WEEK, "fix", fields=("F04",))) == []
    earlier = Span(WEEK.start - timedelta(days=9), WEEK.start)
    assert register.wanted(Wanted(earlier, "fix")) == []
    assert register.numbered([hidden]) == []
    assert [case.case_id for case in register.numbered([own])] == [mine.case_id]


def test_a_partner_that_writes_like_another_channel_is_no_partner(engine: Engine, register: Register) -> None:
    ref = a_case()
    happened(engine, ref, opened(ref, channel="zalo", origin=Origin(thread="fix/1")))
    assert numbers(register, "fix") == set()


def test_what_came_under_a_reference_is_found_for_as_long_as_asked(
    engine: Engine, register: Register
) -> None:
    ref = a_case()
    number = happened(engine, ref, from_partner(ref, "fix", "abc"))
    assert register.sent("fix/abc", MONDAY_MORNING - timedelta(days=1)) == number
    assert register.sent("fix/abc", MONDAY_MORNING + timedelta(seconds=1)) == ""
    assert register.sent("app/abc", MONDAY_MORNING - timedelta(days=1)) == ""


def test_only_cases_that_may_have_changed_in_a_span_are_looked_at(engine: Engine, register: Register) -> None:
    still, moving = a_case(), a_case()
    happened(engine, still, from_partner(still, "fix", "1"))
    later = MONDAY_MORNING + timedelta(hours=3)
    received = make(CaseReceived, moving, at=later)
    happened(engine, moving, from_partner(moving, "fix", "2"), routed(moving), received)
    since = Span(MONDAY_MORNING + timedelta(hours=1), WEEK.end)
    assert [case.case_id for case in register.changed("fix", since)] == [moving.case_id]
    assert len(register.changed("fix", WEEK)) == 2
    assert register.changed("app", WEEK) == []
