"""How a deadline came about: at the API, with offsets, on the page, and shares that add up to the whole."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from libs.contracts import events
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import (
    ClockArmed,
    ClockEscalated,
    ClockFact,
    ClockMissed,
    ClockMoved,
    ClockPaused,
    ClockResumed,
    ClockStretched,
    ClockWarned,
)
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from libs.runtime.sidelog import SideLog
from services.desk.clockrows import clock_row
from services.desk.clocks import Share
from services.desk.pages.clocks import held
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.bus import connected
from tests.support.desks import ARBITER, OFFICER, OPERATOR, STRANGER, by
from tests.support.office import Office
from tests.support.provinces import thanh_hoa
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 4, 24, 8, 0, tzinfo=UTC)
"""15:00 on the Friday before Giỗ Tổ Hùng Vương, whose weekend and Monday off follow."""

F = TypeVar("F", bound=ClockFact)


def say(cls: type[F], ref: CaseRef, **fields: Any) -> F:
    """A fact about the answer clock of slip 1."""
    defaults: dict[str, Any] = {
        "event_id": uuid4(),
        "case_id": ref.case_id,
        "at": FRIDAY,
        "by": Actor(service="sla"),
        "case_seq": 1,
        "clock": "answer-1",
        "kind": "answer",
        "agency": "SYT",
        "basis": "law",
        "clause": "Điều 10.3",
        "start": FRIDAY,
        "due": FRIDAY + 5 * 24 * HOUR,
        "budget_seconds": 28_800,
        "hours": f"{thanh_hoa().version}/province",
    }
    return cls(**{**defaults, **fields})


def rows(*facts: ClockFact) -> dict[str, Any]:
    """The row after these facts."""
    known: dict[str, Any] | None = None
    for seq, fact in enumerate(facts, 1):
        known = clock_row(seq, fact, known)
    assert known is not None
    return known


def news(*facts: ClockFact) -> set[str]:
    import json

    return set(json.loads(rows(*facts)["news"]))


def test_a_row_keeps_whatever_was_said_of_a_clock_whichever_came_first() -> None:
    ref = a_case()
    told = (
        say(ClockWarned, ref, percent=50, tell=("officer",)),
        say(ClockWarned, ref, percent=75, tell=("officer", "deputy")),
        say(ClockMoved, ref, change=2, was=FRIDAY, document="1/QĐ", person="Vũ Văn Trị"),
        say(ClockMissed, ref, tell=("officer",)),
        say(ClockEscalated, ref, percent=150, tell=("supervisor",)),
        say(ClockStretched, ref, excess="number", tell=("supervisor",)),
        say(ClockPaused, ref, number=1, reason="waiting-for-expert", until=FRIDAY),
        say(ClockResumed, ref, number=1),
    )
    tokens = {
        "warned-50",
        "warned-75",
        "moved-2",
        "missed",
        "escalated-150",
        "stretched",
        "paused-1",
        "resumed-1",
    }
    assert news(say(ClockArmed, ref), *told) == news(*reversed(told), say(ClockArmed, ref)) == tokens


def test_an_escalated_or_paused_clock_still_runs_and_a_missed_one_stays_missed() -> None:
    ref = a_case()
    row = rows(say(ClockArmed, ref), say(ClockMissed, ref), say(ClockEscalated, ref, percent=150))
    assert (row["token"], row["missed"]) == ("escalated", True)


async def tell(server: NatsServer, *facts: ClockFact) -> None:
    async with connected(server, "sla") as js:
        for fact in facts:
            await SideLog(js).write(fact)


async def clocks_of(office: Office, account: Any, ref: CaseRef, count: int, said: int = 0) -> dict[str, Any]:
    """What the API says once it knows that many clocks, and what more was said of them."""
    async with office.client(await office.token(account)) as client:
        found: dict[str, Any] = {}

        async def known() -> bool:
            nonlocal found
            found = (await client.get(f"/cases/{ref.case_id}/clocks")).json()
            news = sum(len(one["said"]) for one in found["clocks"])
            return (len(found["clocks"]), news) == (count, said)

        await eventually(known, what="the clocks are known")
    return found


async def routed_on_friday(server: NatsServer, office: Office, *more: events.CaseFact) -> CaseRef:
    ref = a_case()
    start = opened(ref, at=FRIDAY - 2 * HOUR, received_at=FRIDAY - 2 * HOUR)
    await office.receive(server, ref, start, routed(ref, at=FRIDAY), *more)
    return ref


async def test_a_deadline_over_a_long_weekend_names_every_stretch_in_both_languages(
    server: NatsServer, office: Office
) -> None:
    ref = await routed_on_friday(server, office)
    calendar = thanh_hoa().calendar()
    due = calendar.add(FRIDAY, 28_800)
    await tell(server, say(ClockArmed, ref, due=due))
    found = (await clocks_of(office, OFFICER, ref, 1))["clocks"][0]
    assert datetime.fromisoformat(found["due"]) == due
    assert found["due"].endswith("+07:00") and found["start"].endswith("+07:00")
    assert (found["state"], found["basis"]) == ("running", {"kind": "law", "clause": "Điều 10.3"})
    assert found["calendar"]["version"] == calendar.version
    stretches = found["explanation"]["stretches"]
    assert sum(one["counted_seconds"] for one in stretches) == 28_800
    assert found["explanation"]["recomputed_alike"]
    assert {"work", "night", "weekend", "holiday"} <= {one["why"] for one in stretches}
    assert any("Hùng Vương" in one["name"] for one in stretches)
    assert all(one["begin"].endswith("+07:00") for one in stretches)
    vi, en = found["explanation"]["vi"], found["explanation"]["en"]
    assert len(vi) == len(en)
    assert any("Hùng Vương" in line for line in vi) and any("Căn cứ: luật, Điều 10.3" in line for line in vi)
    assert any(line.startswith("Due:") for line in en) and thanh_hoa().version in en[-1]


async def test_a_pause_names_its_reason_and_person_and_a_move_its_document(
    server: NatsServer, office: Office
) -> None:
    ref = await routed_on_friday(
        server,
        office,
        make(
            events.CaseClockPaused,
            a_case(),
            at=FRIDAY + HOUR,
            clock="arbitration-1",
            reason="waiting-for-expert",
            until=FRIDAY + 70 * HOUR,
            by=by(ARBITER),
        ),
    )
    calendar = thanh_hoa().calendar()
    pause = (FRIDAY + HOUR, FRIDAY + 1.5 * HOUR)
    due = calendar.add(FRIDAY, 14_400 + 1_800)
    moved = {"change": 2, "was": FRIDAY + 3 * HOUR, "document": "7/QĐ-UBND", "person": "Vũ Văn Trị"}
    policy: dict[str, Any] = {
        "clock": "arbitration-1",
        "kind": "arbitration",
        "agency": "STTTT",
        "basis": "policy",
    }
    policy |= {"budget_seconds": 14_400, "pauses": (pause,), "due": due, "clause": "Điều 10.4"}
    policy |= {"agency": "STTTT"}
    await tell(server, say(ClockArmed, ref, **policy), say(ClockMoved, ref, **policy, **moved))
    found = (await clocks_of(office, ARBITER, ref, 1, said=1))["clocks"][0]
    text = "\n".join(found["explanation"]["vi"])
    assert "Đang chờ cơ quan chuyên môn cho ý kiến (Đỗ Thị Quyền)" in text
    assert "theo 7/QĐ-UBND; người áp dụng: Vũ Văn Trị" in text
    assert "quy định của tỉnh, Điều 10.4" in text and "tạm dừng 30 phút" in text
    assert found["explanation"]["recomputed_alike"] and found["pauses"][0]["by"] == ARBITER.name
    assert sum(one["paused_seconds"] for one in found["explanation"]["stretches"]) == 1_800


async def test_a_clock_cut_short_by_another_says_by_which_and_a_wrong_one_is_not_hidden(
    server: NatsServer, office: Office
) -> None:
    ref = await routed_on_friday(server, office)
    calendar = thanh_hoa().calendar()
    part = {"clock": "part-1-1", "kind": "part", "agency": "SCT", "budget_seconds": 21_600, "basis": "policy"}
    wrong = {"clock": "accept-1", "kind": "accept", "budget_seconds": 7_200, "basis": "policy"}
    await tell(
        server,
        say(ClockArmed, ref, due=calendar.add(FRIDAY, 3_600), **part),
        say(ClockArmed, ref, due=calendar.add(FRIDAY, 9_000), **wrong),
    )
    found = {one["clock"]: one for one in (await clocks_of(office, OPERATOR, ref, 2))["clocks"]}
    cut, odd = found["part-1-1"]["explanation"], found["accept-1"]["explanation"]
    assert "Không muộn hơn hạn của “Xác minh và trả lời”" in cut["vi"]
    assert cut["recomputed_alike"] and sum(one["counted_seconds"] for one in cut["stretches"]) == 3_600
    assert not odd["recomputed_alike"] and any("quản trị viên" in line for line in odd["vi"])


async def test_a_promise_says_that_no_working_hours_are_counted(server: NatsServer, office: Office) -> None:
    ref = await routed_on_friday(server, office)
    promise = {"clock": "promise-1-1", "kind": "promise", "budget_seconds": None, "hours": ""}
    told = say(ClockStretched, ref, excess="number", tell=("supervisor",), **promise)
    await tell(server, say(ClockArmed, ref, **promise), told)
    found = (await clocks_of(office, OFFICER, ref, 1, said=1))["clocks"][0]["explanation"]
    assert any("hẹn thời điểm này" in line for line in found["vi"]) and found["stretches"] == []
    assert "Hẹn quá số lần cho phép: đã báo cơ quan cấp trên" in found["vi"]


async def test_the_shares_of_everybody_add_up_to_the_whole(server: NatsServer, office: Office) -> None:
    ref = a_case()
    at = [MONDAY_MORNING + hours * HOUR for hours in (0, 1, 3, 25)]
    await office.receive(
        server,
        ref,
        opened(ref, at=at[0]),
        routed(ref, at=at[1]),
        make(events.CaseReturned, ref, at=at[2], ground="wrong-field", by=by(OFFICER)),
        make(events.CaseRejected, ref, at=at[3], reason="out-of-scope", by=by(OPERATOR)),
    )
    async with office.client(await office.token(OPERATOR)) as client:
        found = (await client.get(f"/cases/{ref.case_id}/clocks")).json()
    parts = {one["agency"]: one["working_seconds"] for one in found["shares"]}
    calendar = thanh_hoa().calendar()
    assert parts["SYT"] == calendar.between(at[1], at[2])
    assert sum(parts.values()) == found["total_working_seconds"] == calendar.between(at[0], at[3])
    assert set(parts) == {thanh_hoa().desk, "SYT"}


def test_the_minutes_of_the_table_add_up_although_each_is_rounded() -> None:
    rows = held((Share("A", 3_659), Share("B", 3_659), Share("C", 59)))
    assert [row.time for row in rows] == ["1 giờ", "1 giờ 1 phút", "1 phút"]


@pytest.mark.parametrize("account", [STRANGER])
async def test_who_may_not_see_the_case_does_not_see_its_clocks(
    server: NatsServer, office: Office, account: Any
) -> None:
    ref = await routed_on_friday(server, office)
    async with office.client(await office.token(account)) as client:
        assert (await client.get(f"/cases/{ref.case_id}/clocks")).status_code == 403
        assert (await client.get(f"/cases/{'0' * 32}/clocks")).status_code == 404
    async with office.client() as nobody:
        assert (await nobody.get(f"/cases/{ref.case_id}/clocks")).status_code == 401


async def test_a_pause_is_taken_at_the_desk_and_the_law_refuses_one(
    server: NatsServer, office: Office
) -> None:
    now = SystemClock().now()
    ref = a_case()
    calendar = thanh_hoa().calendar()
    sent = routed(ref, at=now, slip=slip(1, "SYT", coordinating=("SCT",)))
    await office.receive(server, ref, opened(ref, at=now), sent)
    fields = {"start": now, "due": calendar.add(now, 21_600)}
    part = {"clock": "part-1-1", "kind": "part", "agency": "SCT", "basis": "policy", "budget_seconds": 21_600}
    await tell(server, say(ClockArmed, ref, **fields), say(ClockArmed, ref, **part, **fields))
    await clocks_of(office, STRANGER, ref, 2)
    until = (now + timedelta(minutes=30)).isoformat()
    async with office.person(STRANGER) as coordinator, office.person(OFFICER) as lead:
        wanted = {"clock": "part-1-1", "reason": "waiting-for-expert", "until": until}
        assert (await lead.tell(ref, "pause-clock", **wanted)).status_code == 403
        assert (await lead.tell(ref, "pause-clock", **wanted | {"clock": "answer-1"})).status_code == 422
        done = await coordinator.tell(ref, "pause-clock", **wanted)
        assert done.status_code == 201 and done.json()["fact"]["token"] == "clock-paused"
        assert (await coordinator.tell(ref, "pause-clock", **wanted)).status_code == 409
        found = {one["clock"]: one for one in (await clocks_of(office, STRANGER, ref, 2))["clocks"]}
        assert (found["part-1-1"]["state"], found["answer-1"]["state"]) == ("paused", "running")
        assert (await coordinator.tell(ref, "resume-clock", clock="part-1-1")).status_code == 201
