"""What citizens say of how their case ended: rated once a cycle, opened again when nothing was solved."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.errors import Refused
from libs.contracts.events import CaseAnswered, CaseFact, CaseJoined, CaseRated, CaseReopened
from libs.contracts.facts import Actor
from libs.contracts.requests import NotSolved, Rating
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from services.desk.domain.citizens import Terms, open_again, rate
from services.desk.domain.fold import fold
from services.desk.domain.state import CaseState
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed
from tests.support.desks import ADMINISTRATOR, OFFICER, OPERATOR
from tests.support.office import Office, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa

KEY = "khoa-cua-cong-o-ban-truc"
GOOD = {"answer": 5, "attitude": 4, "timeliness": 2}
LATER = MONDAY_MORNING + timedelta(hours=5)


def answered(ref: CaseRef | None = None) -> CaseState:
    """A case that the health department has answered."""
    ref, state = ref or a_case(), CaseState()
    for fact in (opened(ref), routed(ref), make(CaseAnswered, ref, answer="Đã tiêm", at=LATER)):
        state = fold(state, fact)
    return state


def terms(**more: Any) -> Terms:
    values = {"now": LATER, "rating_days": 90, "reopening_days": 30, "reopenings": 2, "hotline": "1022"}
    return Terms(**{**values, "pack_version": "v1", **more})


def rating(state: CaseState, **more: Any) -> Rating:
    values: dict[str, Any] = {"command_id": uuid4(), "case_id": state.case_id, "cycle": 1, **GOOD}
    return Rating(**{**values, **more})


def unsolved(state: CaseState, **more: Any) -> NotSolved:
    values: dict[str, Any] = {
        "command_id": uuid4(),
        "case_id": state.case_id,
        "cycle": 1,
        "reason": "Vẫn ngập",
    }
    return NotSolved(**{**values, **more})


def test_an_answer_is_rated_once_in_each_cycle_and_the_fact_names_whose_answer_it_was() -> None:
    state = answered()
    fact = rate(state, state, rating(state), terms())
    assert isinstance(fact, CaseRated)
    assert (fact.agency, fact.answer, fact.timeliness, fact.by.role) == ("SYT", 5, 2, "citizen")
    rated = fold(state, fact)
    with pytest.raises(Refused, match="rated already"):
        rate(rated, rated, rating(state), terms())
    again = fold(rated, open_again(rated, unsolved(state), terms()))
    assert (again.status, again.cycle, again.unsolved) == ("triage", 2, 1)
    second = fold(again, make(CaseAnswered, CaseRef(2026, state.case_id), answer="Đã sửa", at=LATER))
    assert isinstance(rate(second, second, rating(state, cycle=2), terms()), CaseRated)


def test_what_is_still_being_dealt_with_is_neither_rated_nor_opened_again() -> None:
    ref = a_case()
    state = fold(fold(CaseState(), opened(ref)), routed(ref))
    decisions: tuple[Callable[[], CaseFact], ...] = (
        lambda: rate(state, state, rating(state), terms()),
        lambda: open_again(state, unsolved(state), terms()),
        lambda: rate(answered(), answered(), rating(state, cycle=2), terms()),
    )
    for decide in decisions:
        with pytest.raises(Refused, match="being dealt with") as refusal:
            decide()
        assert refusal.value.stale


def test_both_end_some_days_after_the_answer() -> None:
    state = answered()
    last = terms(now=LATER + timedelta(days=90))
    assert isinstance(rate(state, state, rating(state), last), CaseRated)
    with pytest.raises(Refused, match="90 days"):
        rate(state, state, rating(state), terms(now=LATER + timedelta(days=90, seconds=1)))
    with pytest.raises(Refused, match="30 days"):
        open_again(state, unsolved(state), terms(now=LATER + timedelta(days=31)))


def test_after_two_reopenings_by_the_citizen_the_telephone_is_left_but_an_operators_do_not_count() -> None:
    state = answered()
    ref = CaseRef(2026, state.case_id)
    by_hand = make(
        CaseReopened, ref, cycle=2, reason="Dân gọi lại", by=Actor(service="desk", role="operator")
    )
    state = fold(fold(state, by_hand), make(CaseAnswered, ref, answer="Đã sửa", at=LATER))
    for cycle in (2, 3):
        state = fold(state, open_again(state, unsolved(state, cycle=cycle), terms()))
        state = fold(state, make(CaseAnswered, ref, answer="Đã sửa", at=LATER))
    with pytest.raises(Refused, match="call 1022"):
        open_again(state, unsolved(state, cycle=4), terms())


# --- the real desk ---------------------------------------------------------------------------------


@pytest.fixture
async def desk(server: NatsServer, database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    await in_force(server, thanh_hoa())
    await hire(database_url, OPERATOR, OFFICER, ADMINISTRATOR)
    (tmp_path / "portal.key").write_text(KEY)
    settings = desk_settings(server, database_url, tmp_path, portal_key_file=tmp_path / "portal.key")
    async with running_desk(settings) as office:
        yield office


async def case_with_answer(server: NatsServer, desk: Office) -> CaseRef:
    ref, now = a_case(), desk.runtime.clock.now()
    facts = (opened(ref, at=now), routed(ref, at=now), make(CaseAnswered, ref, answer="Đã tiêm", at=now))
    await desk.receive(server, ref, *facts)
    return ref


async def test_a_double_click_is_one_rating_and_the_case_page_shows_it(
    server: NatsServer, desk: Office
) -> None:
    ref = await case_with_answer(server, desk)
    said = {"command_id": str(uuid4()), "case_id": ref.case_id, "cycle": 1, **GOOD, "text": "Nhanh, rõ"}
    async with desk.client(KEY) as portal:
        sent = [(await portal.post("/ratings", json=said)) for _ in range(2)]
        assert [(one.status_code, one.json()) for one in sent] == [
            (201, {"repeated": False}),
            (201, {"repeated": True}),
        ]
        other = await portal.post("/ratings", json={**said, "command_id": str(uuid4())})
        assert (other.status_code, other.json()["problems"][0]["field"]) == (409, "")
    async with desk.person(OPERATOR) as operator:
        case = await operator.look(ref)
        entry = next(one for one in case["timeline"] if one["token"] == "rated")
        assert (entry["content"]["attitude"], entry["content"]["text"], entry["role"]) == (
            4,
            "Nhanh, rõ",
            "citizen",
        )


async def test_not_solved_puts_the_case_back_on_the_operators_table(server: NatsServer, desk: Office) -> None:
    ref = await case_with_answer(server, desk)
    said = {"command_id": str(uuid4()), "case_id": ref.case_id, "cycle": 1, "reason": "Vẫn chưa có lịch tiêm"}
    async with desk.client(KEY) as portal:
        for repeated in (False, True):
            sent = await portal.post("/reopenings", json=said)
            assert (sent.status_code, sent.json()) == (201, {"repeated": repeated})
        late = await portal.post("/reopenings", json={**said, "command_id": str(uuid4())})
        assert late.status_code == 409
    async with desk.person(OPERATOR) as operator:
        assert ref.case_id in await operator.listed("triage")


async def test_whoever_follows_a_case_rates_on_their_own_case_and_opens_the_followed_one(
    server: NatsServer, desk: Office
) -> None:
    root = await case_with_answer(server, desk)
    follower, now = a_case(), desk.runtime.clock.now()
    joined = make(CaseJoined, follower, to=root.case_id, year=root.year, code="123456782", at=now)
    await desk.receive(server, follower, opened(follower, at=now), joined)
    said = {"command_id": str(uuid4()), "case_id": follower.case_id, "cycle": 1}
    async with desk.client(KEY) as portal:
        assert (await portal.post("/ratings", json={**said, **GOOD})).status_code == 201
        assert (await portal.post("/reopenings", json={**said, "reason": "Vẫn ngập"})).status_code == 201
    async with desk.person(OPERATOR) as operator:
        own, other = await operator.look(follower), await operator.look(root)
        assert [one["token"] for one in own["timeline"]][-1] == "rated"
        assert own["timeline"][-1]["content"]["agency"] == "SYT"
        assert [one["token"] for one in other["timeline"]][-1] == "reopened"


@pytest.mark.parametrize("path", ["/ratings", "/reopenings", "/helpful"])
async def test_only_the_portals_key_hands_on_what_citizens_say(desk: Office, path: str) -> None:
    for token in ("", "sai", await desk.token(OPERATOR)):
        async with desk.client(token) as client:
            assert (await client.post(path, json={})).status_code == 401
    async with desk.client(KEY) as client:
        assert (await client.post(path, json={})).status_code == 422


async def test_whether_a_text_helped_is_counted_by_version_and_shown_in_numbers(desk: Office) -> None:
    vote = {"kind": "question", "entry": "q1", "version": "ab12", "helped": True}
    async with desk.client(KEY) as portal:
        for helped in (True, True, False):
            assert (await portal.post("/helpful", json={**vote, "helped": helped})).status_code == 204
        assert (
            await portal.post("/helpful", json={**vote, "version": "cd34", "helped": False})
        ).status_code == 204
    from services.desk.helpful import Helpful

    engine = desk.runtime.readiness.engine
    assert engine is not None
    rows = await Helpful(engine).worst()
    assert [(row.entry, row.version, row.yes, row.no) for row in rows] == [
        ("q1", "cd34", 0, 1),
        ("q1", "ab12", 2, 1),
    ]
