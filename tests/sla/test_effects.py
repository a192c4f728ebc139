"""Clock facts on their way out, and replicas that share the work."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import update

from libs.contracts.sidefacts import ClockFact
from libs.contracts.subjects import side_subject
from libs.packs.model import Pack
from libs.runtime.database import open_engine, writing
from services.sla.domain.reckoning import sheet
from services.sla.effects import EFFECT
from services.sla.tables import SlaTable
from tests.support.builders import a_case
from tests.support.clocks import a_book
from tests.support.clockstore import Desk
from tests.support.worktime import at


def test_noted_facts_are_published_oldest_first_and_then_forgotten(desk: Desk) -> None:
    ref = a_case()
    desk.write(desk.slip(ref, "2026-03-02 08:00"))
    desk.fire("2026-03-03 08:00")
    assert [fact.token for fact in desk.published()] == ["armed", "warned-75", "missed"]
    assert desk.effects.waiting() == 0 and desk.published() == []


def test_what_the_server_did_not_confirm_is_published_again_as_the_same_fact(desk: Desk) -> None:
    desk.write(desk.slip(a_case(), "2026-03-02 08:00"), desk.slip(a_case(), "2026-03-02 08:00"))
    tried: list[UUID] = []

    def half(facts: Sequence[ClockFact]) -> list[bool]:
        tried.extend(fact.event_id for fact in facts)
        return [True, False]

    assert desk.effects.publish(half) == (2, 1)
    assert desk.published() == []
    desk.seconds += 1
    assert [fact.event_id for fact in desk.published()] == tried[1:]


def test_a_crash_while_publishing_loses_nothing(desk: Desk) -> None:
    desk.write(desk.slip(a_case(), "2026-03-02 08:00"))

    def crash(_: Sequence[ClockFact]) -> list[bool]:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        desk.effects.publish(crash)
    assert len(desk.published()) == 1


def test_a_head_of_facts_the_server_will_not_take_holds_up_none_behind_it(desk: Desk) -> None:
    bad = [a_case() for _ in range(450)]
    desk.write(*(desk.slip(ref, "2026-03-02 08:00") for ref in bad))
    good = a_case()
    desk.write(desk.slip(good, "2026-03-02 08:00"))
    refused, taken = {ref.case_id for ref in bad}, list[str]()

    def send(facts: Sequence[ClockFact]) -> list[bool]:
        taken.extend(fact.case_id for fact in facts if fact.case_id not in refused)
        return [fact.case_id not in refused for fact in facts]

    assert [desk.effects.publish(send) for _ in range(4)] == [(200, 0), (200, 0), (51, 1), (0, 0)]
    assert taken == [good.case_id]
    desk.seconds += 1
    assert desk.effects.publish(send) == (200, 0)
    refused.clear()
    desk.seconds += 60
    while desk.effects.publish(send)[0]:
        pass
    assert sorted(taken) == sorted([good.case_id, *(ref.case_id for ref in bad)])


def test_a_note_that_cannot_be_read_stops_no_other_and_is_not_lost(desk: Desk) -> None:
    bad, good = a_case(), a_case()
    desk.write(desk.slip(bad, "2026-03-02 08:00"), desk.slip(good, "2026-03-02 08:00"))
    with writing(desk.engine) as connection:
        connection.execute(update(EFFECT).where(EFFECT.c.case_id == bad.case_id).values(body="{"))
    assert [fact.case_id for fact in desk.published()] == [good.case_id]
    assert desk.effects.waiting() == 1


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
    book = a_book(pack)
    assert sheet("", book).version == ""
    with pytest.raises(LookupError, match="no version"):
        sheet("nowhere-1/province", book)
    with pytest.raises(LookupError, match="hours profile"):
        sheet(f"{pack.version}/moon", book)
    with pytest.raises(ValueError, match="covers"):
        sheet(f"{pack.version}/province", book).coordinate(at("2031-01-01 08:00"))
