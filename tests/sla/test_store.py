"""Clocks on a real database: what is due, in which order, once, and what a bad row does to the others."""

from libs.contracts.events import (
    CaseAnswered,
    CaseProgressPromised,
    CaseReturned,
)
from libs.runtime.database import writing
from services.sla.effects import EFFECT
from services.sla.store import PROJECTION
from services.sla.tables import SlaTable
from tests.support.builders import a_case
from tests.support.clockstore import Desk
from tests.support.worktime import at


def test_a_warning_and_a_breach_are_noted_once_however_often_time_is_looked_at(desk: Desk) -> None:
    ref = a_case()
    desk.write(desk.slip(ref, "2026-03-02 08:00"))
    for when in (
        "2026-03-02 15:59",
        "2026-03-02 16:00",
        "2026-03-02 16:00",
        "2026-03-03 08:00",
        "2026-03-09 08:00",
    ):
        desk.fire(when)
    assert desk.tokens(ref) == ["answer-1.armed", "answer-1.warned-75", "answer-1.missed"]


def test_an_answer_and_its_clock_facts_stand_together_or_not_at_all(desk: Desk) -> None:
    ref = a_case()
    desk.write(desk.slip(ref, "2026-03-02 08:00"))
    before = desk.rows()
    answer = desk.fact(ref, CaseAnswered, "2026-03-02 09:00", answer="Xong")
    with desk.engine.connect() as connection, connection.begin() as transaction:
        desk.store.apply(connection, [answer])
        transaction.rollback()
    assert desk.rows() == before and desk.tokens(ref) == ["answer-1.armed"]


def test_several_facts_of_a_case_in_one_batch_are_followed_in_their_order(desk: Desk) -> None:
    ref = a_case()
    desk.write(
        desk.slip(ref, "2026-03-02 08:00"),
        desk.fact(ref, CaseReturned, "2026-03-02 08:30", ground="not-ours"),
        desk.slip(ref, "2026-03-02 09:00", 2),
        desk.fact(ref, CaseAnswered, "2026-03-02 10:00", answer="Xong"),
    )
    assert desk.tokens(ref) == ["answer-1.armed", "answer-1.cancelled", "answer-2.armed", "answer-2.met"]


def test_the_oldest_clocks_are_fired_first(desk: Desk) -> None:
    refs = [a_case() for _ in range(4)]
    for ref, hour in zip(refs, ("10", "08", "11", "09"), strict=True):
        desk.write(desk.slip(ref, f"2026-03-02 {hour}:00"))
    with writing(desk.engine) as connection:
        connection.execute(EFFECT.delete())
    desk.fire("2026-03-03 17:00", limit=2)
    missed = [subject.split(".")[1] for subject in desk.noted() if subject.endswith("missed")]
    assert missed == [refs[i].case_id for i in (1, 3, 0, 2)]


def test_a_promise_and_a_working_clock_are_both_found(desk: Desk) -> None:
    ref = a_case()
    desk.write(
        desk.slip(ref, "2026-03-02 08:00"),
        desk.fact(
            ref,
            CaseProgressPromised,
            "2026-03-02 09:00",
            number=1,
            progress="Đang làm",
            promised_at=at("2026-03-02 19:00"),
        ),
    )
    assert {group.hours for group in desk.due.hours_in_use()} == {"", f"{desk.pack.version}/province"}
    desk.fire("2026-03-02 19:00")
    assert "promise-1-1.missed" in desk.tokens(ref) and "answer-1.missed" not in desk.tokens(ref)


def test_a_parked_case_never_fires_and_goes_on_when_it_is_well(desk: Desk) -> None:
    parked, well = a_case(), a_case()
    desk.write(desk.slip(parked, "2026-03-02 08:00"), desk.slip(well, "2026-03-02 08:00"))
    desk.park(parked, "ValueError at answered 3")
    desk.fire("2026-03-09 08:00")
    assert desk.tokens(parked) == ["answer-1.armed"]
    assert desk.tokens(well)[-1] == "answer-1.missed"
    desk.park(parked, "")
    desk.fire("2026-03-09 08:00")
    assert desk.tokens(parked)[-1] == "answer-1.missed"


def test_g17_rows_made_again_from_the_facts_are_the_rows_that_were(desk: Desk) -> None:
    """G17: the stored deadline was stale after a reply."""
    for i in range(20):
        ref = a_case()
        desk.write(desk.slip(ref, "2026-03-02 08:00"))
        if i % 4 == 0:
            promise = {"number": 1, "progress": "Đang làm", "promised_at": at("2026-03-02 19:00")}
            desk.write(desk.fact(ref, CaseProgressPromised, "2026-03-02 17:00", **promise))
        if i % 4 == 1:
            desk.write(desk.fact(ref, CaseAnswered, "2026-03-03 07:30", answer="Xong"))
        if i % 4 == 2:
            desk.write(
                desk.fact(ref, CaseReturned, "2026-03-02 08:30", ground="x"),
                desk.slip(ref, "2026-03-02 09:00", 2),
            )
        desk.fire("2026-03-03 08:30")
        if i % 4 == 3:
            desk.write(desk.fact(ref, CaseAnswered, "2026-03-03 08:15", answer="Xong"))
    desk.fire("2026-03-03 08:30")
    rows, said = desk.rows(), sorted(desk.bodies())
    SlaTable.metadata.drop_all(desk.engine, list(PROJECTION))
    SlaTable.metadata.create_all(desk.engine)
    with writing(desk.engine) as connection:
        desk.store.apply(connection, desk.applied)
    desk.fire("2026-03-03 08:30")
    assert desk.rows() == rows
    again = sorted(desk.bodies())
    assert again == said


def test_forgetting_a_case_leaves_the_others(desk: Desk) -> None:
    gone, stays = a_case(), a_case()
    desk.write(desk.slip(gone, "2026-03-02 08:00"), desk.slip(stays, "2026-03-02 08:00"))
    with writing(desk.engine) as connection:
        desk.store.forget(connection, [gone.case_id])
    assert {clock.case_id for clock in desk.clocks()} == {stays.case_id}
    assert desk.tokens(gone) == [] and desk.tokens(stays) == ["answer-1.armed"]
