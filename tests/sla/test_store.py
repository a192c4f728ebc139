"""Clocks on a real database: what is due, in which order, once, and what a bad row does to the others."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from libs.contracts.events import (
    CaseAdded,
    CaseAnswered,
    CaseFact,
    CaseInformationAsked,
    CaseProgressPromised,
    CaseReturned,
)
from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import CaseRef, side_subject
from libs.packs.model import Pack
from libs.runtime.database import open_engine, reading, table, upsert, writing
from libs.runtime.projection import Applied
from services.sla.clock import Clock, sheet
from services.sla.effects import EFFECT, Effects
from services.sla.store import CLOCK, PROJECTION, Store
from services.sla.tables import Link, SlaTable
from tests.support.builders import a_case, make, routed, slip
from tests.support.clocks import clock_pack, only
from tests.support.worktime import at


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return clock_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    SlaTable.metadata.create_all(made)
    yield made
    made.dispose()


class Desk:
    """Writes facts into the store as the projection would, and lets time pass."""

    def __init__(self, engine: Engine, pack: Pack) -> None:
        self.engine = engine
        self.pack = pack
        self.store = Store(engine, only(pack))
        self.effects = Effects(engine)
        self.seq = 0
        self.applied: list[Applied] = []

    def fact(self, ref: CaseRef, cls: type[CaseFact], when: str, **fields: Any) -> Applied:
        self.seq += 1
        return Applied(ref, self.seq, make(cls, ref, at=at(when), pack_version=self.pack.version, **fields))

    def slip(self, ref: CaseRef, when: str | datetime, number: int = 1) -> Applied:
        self.seq += 1
        instant = at(when) if isinstance(when, str) else when
        paper = slip(number, "YT", field="F01")
        return Applied(ref, self.seq, routed(ref, at=instant, pack_version=self.pack.version, slip=paper))

    def write(self, *facts: Applied) -> None:
        self.applied += facts
        with writing(self.engine) as connection:
            self.store.apply(connection, facts)

    def fire(self, when: str, limit: int = 500) -> int:
        taken = 0
        for hours in self.store.hours_in_use():
            counted = sheet(hours, self.store._pack_of)
            while page := self.store.fire(hours, counted, counted.coordinate(at(when)), limit).taken:
                taken += page
        return taken

    def noted(self) -> list[str]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(EFFECT.c.subject).order_by(EFFECT.c.id)).scalars())

    def tokens(self, ref: CaseRef) -> list[str]:
        return [subject.split(".", 2)[2] for subject in self.noted() if subject.split(".")[1] == ref.case_id]

    def rows(self) -> list[tuple[Any, ...]]:
        with reading(self.engine) as connection:
            return [
                tuple(row)
                for row in connection.execute(select(CLOCK).order_by(CLOCK.c.case_id, CLOCK.c.clock))
            ]

    def clock(self, ref: CaseRef) -> Clock:
        with reading(self.engine) as connection:
            data = select(CLOCK.c.data).where(CLOCK.c.case_id == ref.case_id)
            return Clock.model_validate_json(connection.execute(data).scalar_one())

    def park(self, ref: CaseRef, reason: str) -> None:
        row = {"case_id": ref.case_id, "year": ref.year, "last_seq": self.seq, "parked": reason}
        with writing(self.engine) as connection:
            upsert(connection, table(Link), [row], key=["case_id"])


@pytest.fixture
def desk(engine: Engine, pack: Pack) -> Desk:
    return Desk(engine, pack)


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
    assert desk.store.hours_in_use() == ["", f"{desk.pack.version}/province"]
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
    rows, said = desk.rows(), sorted(_bodies(desk))
    SlaTable.metadata.drop_all(desk.engine, list(PROJECTION))
    SlaTable.metadata.create_all(desk.engine)
    with writing(desk.engine) as connection:
        desk.store.apply(connection, desk.applied)
    desk.fire("2026-03-03 08:30")
    assert desk.rows() == rows
    again = sorted(_bodies(desk))
    assert set(again) <= set(said)


def _bodies(desk: Desk) -> list[str]:
    with reading(desk.engine) as connection:
        return list(connection.execute(select(EFFECT.c.body)).scalars())


def test_forgetting_a_case_leaves_the_others(desk: Desk) -> None:
    gone, stays = a_case(), a_case()
    desk.write(desk.slip(gone, "2026-03-02 08:00"), desk.slip(stays, "2026-03-02 08:00"))
    with writing(desk.engine) as connection:
        desk.store.forget(connection, [gone.case_id])
    assert {row[0] for row in desk.rows()} == {stays.case_id}
    assert desk.tokens(gone) == [] and desk.tokens(stays) == ["answer-1.armed"]


# --- failures of other systems ---


@pytest.mark.timeout(90)
def test_g23_of_ten_thousand_overdue_clocks_none_is_lost_to_a_page(desk: Desk) -> None:
    refs = [a_case() for _ in range(10_000)]
    for start in range(0, len(refs), 1000):
        desk.write(*(desk.slip(ref, "2026-03-02 08:00") for ref in refs[start : start + 1000]))
    with writing(desk.engine) as connection:
        connection.execute(EFFECT.delete())
    assert desk.fire("2026-03-30 08:00") == 10_000
    missed = {subject.split(".")[1] for subject in desk.noted() if subject.endswith(".missed")}
    assert missed == {ref.case_id for ref in refs}


def test_g23_a_comment_resets_nothing_and_a_case_without_an_officer_is_missed_as_well(desk: Desk) -> None:
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
    bad, *good = (a_case() for _ in range(5))
    desk.write(*(desk.slip(ref, "2026-03-02 08:00") for ref in (bad, *good)))
    with writing(desk.engine) as connection:
        connection.execute(update(CLOCK).where(CLOCK.c.case_id == bad.case_id).values(data=damage))
    desk.fire("2026-03-03 08:00")
    assert desk.tokens(bad) == ["answer-1.armed"]
    assert all(desk.tokens(ref)[-1] == "answer-1.missed" for ref in good)
    assert ("broken", "answer", 1) in desk.store.counts()


def test_g26_firing_and_judging_change_no_business_instant(desk: Desk) -> None:
    ref = a_case()
    desk.write(desk.slip(ref, "2026-03-02 08:00"))
    start = desk.clock(ref).start
    desk.fire("2026-03-03 08:00")
    desk.write(desk.fact(ref, CaseAnswered, "2026-03-03 09:00", answer="Xong"))
    after = desk.clock(ref)
    assert after.start == start == at("2026-03-02 08:00")
    sent = _published(desk)
    assert {fact.start for fact in sent} == {start}
    assert [fact.at for fact in sent] == [
        at(when) for when in ("2026-03-02 08:00", "2026-03-02 16:00", "2026-03-03 08:00", "2026-03-03 09:00")
    ]


# --- publication ---


def _published(desk: Desk) -> list[ClockFact]:
    sent: list[ClockFact] = []

    def send(facts: Sequence[ClockFact]) -> list[bool]:
        sent.extend(facts)
        return [True] * len(facts)

    while desk.effects.publish(send)[0]:
        pass
    return sent


def test_noted_facts_are_published_oldest_first_and_then_forgotten(desk: Desk) -> None:
    ref = a_case()
    desk.write(desk.slip(ref, "2026-03-02 08:00"))
    desk.fire("2026-03-03 08:00")
    assert [fact.token for fact in _published(desk)] == ["armed", "warned-75", "missed"]
    assert desk.effects.waiting() == 0 and _published(desk) == []


def test_what_the_server_did_not_confirm_is_published_again_as_the_same_fact(desk: Desk) -> None:
    desk.write(desk.slip(a_case(), "2026-03-02 08:00"), desk.slip(a_case(), "2026-03-02 08:00"))
    tried: list[UUID] = []

    def half(facts: Sequence[ClockFact]) -> list[bool]:
        tried.extend(fact.event_id for fact in facts)
        return [True, False]

    assert desk.effects.publish(half) == (2, 1)
    assert [fact.event_id for fact in _published(desk)] == tried[1:]


def test_a_crash_while_publishing_loses_nothing(desk: Desk) -> None:
    desk.write(desk.slip(a_case(), "2026-03-02 08:00"))

    def crash(_: Sequence[ClockFact]) -> list[bool]:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        desk.effects.publish(crash)
    assert len(_published(desk)) == 1


@pytest.mark.postgres
def test_replicas_share_due_clocks_and_their_publication_without_doing_any_twice(
    postgres_url: str, pack: Pack
) -> None:
    engine = open_engine(postgres_url)
    SlaTable.metadata.create_all(engine)
    desk = Desk(engine, pack)
    desk.write(*(desk.slip(a_case(), "2026-03-02 08:00") for _ in range(1200)))
    sent: list[str] = []

    def send(facts: Sequence[ClockFact]) -> list[bool]:
        sent.extend(side_subject(fact) for fact in facts)
        return [True] * len(facts)

    def replica(_: int) -> int:
        taken = desk.fire("2026-03-09 08:00", limit=50)
        while desk.effects.publish(send)[0]:
            pass
        return taken

    with ThreadPoolExecutor(4) as replicas:
        taken = list(replicas.map(replica, range(4)))
    assert sum(taken) == 1200
    assert len(sent) == len(set(sent)) == 3600
    engine.dispose()


def test_unknown_hours_and_an_ended_calendar_are_errors_that_can_be_told(pack: Pack) -> None:
    assert sheet("", only(pack)).version == ""
    with pytest.raises(LookupError, match="no version"):
        sheet("nowhere-1/province", only(pack))
    with pytest.raises(LookupError, match="hours profile"):
        sheet(f"{pack.version}/moon", only(pack))
    with pytest.raises(ValueError, match="covers"):
        sheet(f"{pack.version}/province", only(pack)).coordinate(at("2031-01-01 08:00"))
