"""A transfer is followed to its real end: the case is told once, the slip stands, nothing is doubled."""

from pathlib import Path
from typing import Any

import pytest

from libs.contracts import calls, events
from libs.contracts.calls import CallFact
from libs.contracts.errors import Refused
from libs.contracts.facts import derived_id
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import SystemClock
from services.desk.domain import inputs
from services.desk.telephony.transfers import agency_of, recorded_by_hand
from tests.support.builders import MONDAY_MORNING, a_case, make, opened
from tests.support.bus import connected
from tests.support.desks import OPERATOR, after, by, tell, told
from tests.support.desktelephone import a_call, rung, spoken, telephone
from tests.support.deskweb import browser, send
from tests.support.history import happen
from tests.support.office import PEOPLE, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually
from tests.support.worktable import WAITS, a_worktable

HEALTH = "0237 0000 001"


def put_through(call: str, result: str, number: str = HEALTH, leg: str = "to-1") -> tuple[CallFact, ...]:
    now = SystemClock().now()
    return (
        *spoken(call, start=now)[:2],
        rung(calls.CallTransferred, call, 40, start=now, leg=leg, number=number),
        rung(calls.CallTransferEnded, call, 60, start=now, leg=leg, number=number, result=result),
    )


async def transfers(server: NatsServer, ref: CaseRef) -> list[events.CaseCallTransferred]:
    async with connected(server, "desk") as js:
        found = [one.fact for one in await CaseLog(js).since(ref, 0)]
    return [one for one in found if isinstance(one, events.CaseCallTransferred)]


ENDS = (
    ("answered", "connected", ""),
    ("busy", "failed", "busy"),
    ("no-answer", "failed", "no-answer"),
    ("failed", "failed", "line-error"),
)


@pytest.mark.parametrize("first", ["case", "call"])
@pytest.mark.parametrize(("end", "result", "detail"), ENDS)
async def test_the_case_is_told_how_its_transfer_ended_whichever_came_first(
    server: NatsServer, tmp_path: Path, end: str, result: str, detail: str, first: str
) -> None:
    async with a_worktable(server, tmp_path) as table:
        call = a_call()
        facts = put_through(call, end)
        if first == "call":
            await telephone(server, *facts)
        ref = await table.put("typed", "Xin hỏi bác sĩ", call=call)
        if first == "case":
            await telephone(server, *facts)
        await eventually(lambda: _told(server, ref), what="the case to be told")
        (fact,) = await transfers(server, ref)
        assert (fact.agency, fact.result, fact.detail, fact.number) == ("SYT", result, detail, HEALTH)
        assert fact.cause == facts[-1].event_id and fact.by.service == "desk" and fact.by.person is None
        async with browser(table, OPERATOR) as web:
            page = (await web.get(table.path("typed"))).text
            assert ("Không nối được máy đến Sở Y tế" in page) == (result == "failed")


async def _told(server: NatsServer, ref: CaseRef) -> bool:
    return bool(await transfers(server, ref))


async def test_two_replicas_and_a_restart_tell_it_once(server: NatsServer, tmp_path: Path) -> None:
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    settings, ref, call = desk_settings(server, url, tmp_path), a_case(), a_call()
    await happen(server, ref, opened(ref, call=call))
    async with running_desk(settings), running_desk(settings):
        await telephone(server, *put_through(call, "busy"))
        await telephone(server, *put_through(call, "answered", leg="to-2")[-2:])
        await eventually(lambda: _twice(server, ref), what="both transfers")
    async with running_desk(settings) as again:
        await again.receive(server, other := a_case(), opened(other))
        assert [one.result for one in await transfers(server, ref)] == ["failed", "connected"]


async def _twice(server: NatsServer, ref: CaseRef) -> bool:
    return len(await transfers(server, ref)) == 2


async def test_a_number_of_no_agency_tells_nothing_and_stops_nobody(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        strange, known = a_call(), a_call()
        one = await table.put("strange", "Xin hỏi", call=strange)
        two = await table.put("known", "Xin hỏi", call=known)
        await telephone(server, *put_through(strange, "busy", number="0999"), *put_through(known, "busy"))
        await eventually(lambda: _told(server, two), what="the other case to be told")
        assert await transfers(server, one) == []


async def test_the_slip_goes_out_with_the_transfer_and_its_result_follows_by_itself(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        call = a_call()
        ref = await table.put("typed", "Xin hỏi bác sĩ", WAITS, call=call, field="F04")
        path = table.path("typed")
        page = (await web.get(path)).text
        assert "Tổng đài điện thoại tự báo kết quả" in page and "Gửi phiếu và ghi kết quả" in page
        sent = {"agency": "SYT", "with_slip": "yes", "result": "follow"}
        assert (await send(web, path, f"{path}/transfer-call", **sent)).status_code == 303
        await telephone(server, *put_through(call, "no-answer"))
        await eventually(lambda: _told(server, ref), what="the case to be told")
        assert await _tokens(server, ref) == ["opened", "triaged", "directed", "call-transferred"]


async def test_without_a_telephone_system_slip_and_result_are_recorded_together(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        path = table.path("triage")
        page = (await web.get(path)).text
        assert "tự báo kết quả" not in page
        sent = {"agency": "SYT", "with_slip": "yes", "field": "F04", "result": "failed", "detail": "busy"}
        assert (await send(web, path, f"{path}/transfer-call", **sent)).status_code == 303
        ref = table.cases["triage"]
        assert (await _tokens(server, ref))[-2:] == ["directed", "call-transferred"]


async def test_a_slip_that_cannot_go_says_why_and_records_nothing(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        nobody = events.Person(phone="+84912345678")
        ref = await table.put("poor", "Xin hỏi", WAITS, person=nobody, field="F04")
        path = table.path("poor")
        sent = {"agency": "SYT", "with_slip": "yes", "result": "connected"}
        refused = await send(web, path, f"{path}/transfer-call", **sent)
        assert refused.status_code == 422 and "Chưa chuyển phiếu được vì thiếu họ tên" in refused.text
        assert await _tokens(server, ref) == ["opened", "triaged"]


async def _tokens(server: NatsServer, ref: CaseRef) -> list[str]:
    async with connected(server, "desk") as js:
        return [one.subject.rsplit(".", 1)[-1] for one in await CaseLog(js).since(ref, 0)]


def a_transfer(**fields: Any) -> events.CaseCallTransferred:
    usual = {"agency": "SYT", "number": HEALTH, "result": "failed", "by": by(OPERATOR)}
    return make(events.CaseCallTransferred, a_case(), **(usual | fields))


def test_what_an_operator_recorded_by_hand_is_not_told_again_but_another_end_is() -> None:
    began = int(MONDAY_MORNING.timestamp())
    case = after(opened(a_case()), a_transfer())
    assert recorded_by_hand(case, a_transfer(), began)
    assert not recorded_by_hand(case, a_transfer(result="connected"), began), "what really happened counts"
    assert not recorded_by_hand(case, a_transfer(agency="SCT"), began)
    assert not recorded_by_hand(case, a_transfer(), began + 3600), "that was an earlier call"
    cause = derived_id(a_transfer().event_id, "call")
    followed = after(opened(a_case()), a_transfer(cause=cause))
    assert not recorded_by_hand(followed, a_transfer(), began), "another transfer of the same call"
    with pytest.raises(Refused) as refusal:
        told(followed, OPERATOR, tell(inputs.TransferCall, agency="SYT", result="failed", detail="busy"))
    assert refusal.value.stale


def test_a_hotline_is_known_however_it_was_dialled() -> None:
    pack = thanh_hoa()
    spellings = ("0237 0000 001", "+842370000001", "842370000001", "902370000001", "9,02370000001")
    assert {agency_of(pack, one) for one in spellings} == {"SYT"}
    assert agency_of(pack, "0237 0000 005") == "SCT" and agency_of(pack, "") == agency_of(pack, "1") == ""
