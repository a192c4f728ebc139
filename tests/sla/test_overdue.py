"""Failures other systems had with overdue work, against our store (G23, G25, G26)."""

import pytest
from sqlalchemy import update

from libs.contracts.events import (
    CaseAdded,
    CaseAnswered,
    CaseInformationAsked,
)
from libs.runtime.database import writing
from services.sla.effects import EFFECT
from services.sla.store import CLOCK
from tests.support.builders import a_case
from tests.support.clockstore import Desk
from tests.support.worktime import at


@pytest.mark.timeout(90)
def test_g23_of_ten_thousand_overdue_clocks_none_is_lost_to_a_page(desk: Desk) -> None:
    """G23: any update reset the timer, and a page of the newest starved the oldest."""
    refs = [a_case() for _ in range(10_000)]
    for start in range(0, len(refs), 1000):
        desk.write(*(desk.slip(ref, "2026-03-02 08:00") for ref in refs[start : start + 1000]))
    with writing(desk.engine) as connection:
        connection.execute(EFFECT.delete())
    assert desk.fire("2026-03-30 08:00") == 10_000
    missed = {subject.split(".")[1] for subject in desk.noted() if subject.endswith(".missed")}
    assert missed == {ref.case_id for ref in refs}


def test_g23_a_comment_resets_nothing_and_a_case_without_an_officer_is_missed_as_well(desk: Desk) -> None:
    """G23: any update reset the timer, and a page of the newest starved the oldest."""
    ref = a_case()
    desk.write(desk.slip(ref, "2026-03-02 08:00"))
    before = desk.rows()
    for minute in range(30):
        desk.write(
            desk.fact(ref, CaseAdded, f"2026-03-02 16:{minute:02}", channel="portal", text="Sao lâu vậy?"),
            desk.fact(ref, CaseInformationAsked, f"2026-03-02 16:{minute:02}", question="Ở đâu?"),
        )
    assert desk.rows() == before
    desk.fire("2026-03-03 08:00")
    assert desk.tokens(ref)[-1] == "answer-1.missed"


@pytest.mark.parametrize("damage", ["", "{", '{"id": "answer-1"}', "null"])
def test_g25_one_bad_row_is_set_aside_and_the_others_fire(desk: Desk, damage: str) -> None:
    """G25: one bad row stopped the run."""
    bad, *good = (a_case() for _ in range(5))
    desk.write(*(desk.slip(ref, "2026-03-02 08:00") for ref in (bad, *good)))
    with writing(desk.engine) as connection:
        connection.execute(update(CLOCK).where(CLOCK.c.case_id == bad.case_id).values(data=damage))
    desk.fire("2026-03-03 08:00")
    assert desk.tokens(bad) == ["answer-1.armed"]
    assert all(desk.tokens(ref)[-1] == "answer-1.missed" for ref in good)
    assert ("broken", "answer", 1) in desk.store.counts()


def test_g26_firing_and_judging_change_no_business_instant(desk: Desk) -> None:
    """G26: a mass recompute changed business timestamps."""
    ref = a_case()
    desk.write(desk.slip(ref, "2026-03-02 08:00"))
    start = desk.clock(ref).start
    desk.fire("2026-03-03 08:00")
    desk.write(desk.fact(ref, CaseAnswered, "2026-03-03 09:00", answer="Xong"))
    after = desk.clock(ref)
    assert after.start == start == at("2026-03-02 08:00")
    sent = desk.published()
    assert {fact.start for fact in sent} == {start}
    assert [fact.at for fact in sent] == [
        at(when) for when in ("2026-03-02 08:00", "2026-03-02 16:00", "2026-03-03 08:00", "2026-03-03 09:00")
    ]
