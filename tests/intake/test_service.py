"""Intake on a real server: HTTP → CASES, once for each key, however often, late and through crashes."""

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime

import pytest

from libs.contracts.codes import parse_code
from libs.contracts.events import CaseAdded, CaseOpened, CaseRejected
from libs.contracts.requests import Accepted
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import ClockSetting
from libs.runtime.publishing import publish
from services.intake.domain import requests as domain
from services.intake.messages import Messages
from tests.support.builders import make
from tests.support.bus import connected
from tests.support.intake import DESK_KEY, REQUEST, WORDS, headers, running_intake
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually

URL = "/api/v1/requests"


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


async def cases(server: NatsServer) -> int:
    async with connected(server, "provisioner") as js:
        return int((await js.stream_info("CASES")).state.messages)


async def stored(server: NatsServer, accepted: Accepted) -> list[object]:
    async with connected(server, "intake") as js:
        log = await CaseLog(js).since(CaseRef(accepted.year, accepted.case_id), 0)
    return [one.fact for one in log]


async def test_a_request_is_a_fact_when_it_is_accepted(server: NatsServer) -> None:
    async with running_intake(server) as (client, _):
        answer = await client.post(URL, json=REQUEST, headers=headers())
        accepted = Accepted.model_validate_json(answer.content)
        [fact] = await stored(server, accepted)
    assert answer.status_code == 201 and not accepted.repeated
    assert isinstance(fact, CaseOpened)
    assert (fact.text, fact.channel, fact.code) == (WORDS, "portal", accepted.code)
    assert (fact.person.phone, fact.person.phone_raw) == ("+84912345678", "0912 345 678")
    assert parse_code(accepted.code) == accepted.code and accepted.track_token == ""
    assert fact.pack_version == thanh_hoa().version


async def test_words_arrive_composed_whatever_the_keyboard_sent(server: NatsServer) -> None:
    async with running_intake(server) as (client, _):
        decomposed = {"text": "Thanh Ho\u0301a\r\n", "name": "Nguye\u0302\u0303n"}
        answer = await client.post(URL, json=decomposed, headers=headers())
        [fact] = await stored(server, Accepted.model_validate_json(answer.content))
    assert isinstance(fact, CaseOpened)
    assert (fact.text, fact.person.name) == ("Thanh Hóa", "Nguyễn")


async def test_where_who_and_which_call_reach_the_fact(server: NatsServer) -> None:
    sent = REQUEST | {
        "place": "Cầu\u202e Đông", "spot": {"lat": 19.8, "long": 105.7}, "call": "ab" * 16,
        "sender": "thiết bị 7", "reference": "00017",
    }  # fmt: skip
    async with running_intake(server) as (client, _):
        answers = [await client.post(URL, json=sent, headers=headers()) for _ in range(2)]
        [fact] = await stored(server, Accepted.model_validate_json(answers[0].content))
    assert isinstance(fact, CaseOpened) and [answer.status_code for answer in answers] == [201, 200]
    assert (fact.place, fact.spot and fact.spot.long, fact.call) == ("Cầu Đông", 105.7, "ab" * 16)
    assert (fact.origin.account, fact.origin.person, fact.origin.thread) == ("portal", "thiết bị 7", "00017")


async def test_fifty_tries_at_once_and_one_after_a_restart_make_one_case(server: NatsServer) -> None:
    without_phone = REQUEST | {"phone": ""}
    async with running_intake(server) as (one, _), running_intake(server) as (other, _):
        answers = await asyncio.gather(
            *(
                client.post(URL, json=without_phone, headers=headers())
                for client in itertools.islice(itertools.cycle((one, other)), 50)
            )
        )
    async with running_intake(server) as (client, _):
        answers.append(await client.post(URL, json=without_phone, headers=headers()))
    found = [Accepted.model_validate_json(answer.content) for answer in answers]
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 50}
    assert len({(a.case_id, a.year, a.code, a.track_token) for a in found}) == 1
    assert found[0].track_token and await cases(server) == 1


async def test_a_retry_after_new_year_finds_the_case_of_the_old_year(server: NatsServer) -> None:
    def at(instant: datetime) -> ClockSetting:
        return ClockSetting(mode="simulated", origin=instant, real=4e9, rate=1)

    eve, morning = datetime(2026, 12, 31, 16, 59, tzinfo=UTC), datetime(2026, 12, 31, 17, 1, tzinfo=UTC)
    async with running_intake(server) as (client, rt):
        rt.clock.follow(at(eve))
        first = Accepted.model_validate_json(
            (await client.post(URL, json=REQUEST, headers=headers())).content
        )
        rt.clock.follow(at(morning))
        again = Accepted.model_validate_json(
            (await client.post(URL, json=REQUEST, headers=headers())).content
        )
        new = await client.post(URL, json=REQUEST, headers=headers("key-00000002"))
    assert (first.year, again.year, again.case_id, again.repeated) == (2026, 2026, first.case_id, True)
    assert Accepted.model_validate_json(new.content).year == 2027


async def test_a_try_that_died_before_its_fact_is_completed_by_the_next(server: NatsServer) -> None:
    case_id = domain.case_id_for("portal", "key-00000001")
    async with connected(server, "intake") as js:
        _, code = await Messages(js).reserve(case_id, 2020, domain.code_candidates(case_id))
    async with running_intake(server) as (client, _):
        answer = await client.post(URL, json=REQUEST, headers=headers())
    accepted = Accepted.model_validate_json(answer.content)
    assert (answer.status_code, accepted.year, accepted.code) == (201, 2020, code)


async def test_a_code_that_another_case_holds_is_not_given_again(server: NatsServer) -> None:
    first, second, *_ = itertools.islice(domain.code_candidates("ab" * 16), 2)
    async with connected(server, "intake") as js:
        messages = Messages(js)
        assert await messages.reserve("cd" * 16, 2026, [first]) == (2026, first)
        for year in (2026, 2027):  # the second time it is a retry after New Year
            found = await messages.reserve("ab" * 16, year, domain.code_candidates("ab" * 16))
            assert found == (2026, second)


async def test_other_words_under_a_used_key_are_refused_rather_than_lost(server: NatsServer) -> None:
    async with running_intake(server) as (client, _):
        await client.post(URL, json=REQUEST, headers=headers())
        answer = await client.post(URL, json=REQUEST | {"text": "Chuyện khác"}, headers=headers())
    assert answer.status_code == 409
    assert answer.json()["problems"][0]["field"] == "Idempotency-Key"
    assert await cases(server) == 1


async def test_the_same_key_on_two_channels_is_two_cases(server: NatsServer) -> None:
    async with running_intake(server) as (client, _):
        for channel in ("phone", "zalo"):
            sent = REQUEST | {"channel": channel}
            answer = await client.post(URL, json=sent, headers=headers(client_key=DESK_KEY))
            assert answer.status_code == 201
    assert await cases(server) == 2


async def test_an_operators_call_is_held_and_loses_nothing_to_a_mistyped_phone(server: NatsServer) -> None:
    typed = REQUEST | {
        "phone": "không nhớ",
        "channel": "phone",
        "held": True,
        "operator": "op-1",
        "field": "F03",
    }
    async with running_intake(server) as (client, _):
        answer = await client.post(URL, json=typed, headers=headers(client_key=DESK_KEY))
        accepted = Accepted.model_validate_json(answer.content)
        [fact] = await stored(server, accepted)
    assert isinstance(fact, CaseOpened)
    assert fact.held and fact.by.person == "op-1" and fact.field == "F03"
    assert (fact.person.phone, fact.person.phone_raw) == ("", "không nhớ")
    assert accepted.track_token == fact.track_token != ""


async def test_killing_the_server_again_and_again_neither_loses_nor_doubles(server: NatsServer) -> None:
    async with running_intake(server) as (client, rt):

        async def insist(number: int) -> Accepted:
            while True:
                answer = await client.post(URL, json=REQUEST, headers=headers(f"key-{number:08d}"))
                if answer.status_code in {200, 201}:
                    return Accepted.model_validate_json(answer.content)
                assert answer.status_code == 503 and answer.headers["retry-after"]
                await asyncio.sleep(0.1)

        async def one_after_another(start: int) -> list[Accepted]:
            return [await insist(number) for number in range(start, 120, 8)]

        work = asyncio.gather(*(one_after_another(start) for start in range(8)))
        for _ in range(3):
            await asyncio.sleep(0.1)
            server.kill()
            await asyncio.sleep(0.1)
            server.start()
            await eventually(lambda: rt.nc.is_connected)
        found = [accepted for part in await work for accepted in part]
        for accepted in found:
            assert len(await stored(server, accepted)) == 1
    assert len({a.case_id for a in found}) == len({a.code for a in found}) == 120
    assert await cases(server) == 120


async def test_without_a_server_the_sender_hears_that_the_outcome_is_unknown(server: NatsServer) -> None:
    async with running_intake(server, patience=0.5) as (client, _):
        server.kill()
        answer = await client.post(URL, json=REQUEST, headers=headers())
        server.start()
    assert answer.status_code == 503 and answer.headers["retry-after"] == "2"
    assert answer.json()["problems"][0]["vi"] and "unknown" not in answer.json()["problems"][0]["field"]


async def test_more_words_join_their_case_once(server: NatsServer) -> None:
    async with running_intake(server) as (client, _):
        opened = Accepted.model_validate_json(
            (await client.post(URL, json=REQUEST, headers=headers())).content
        )
        url = f"{URL}/{opened.year}/{opened.case_id}/messages"
        answers = await asyncio.gather(
            *(client.post(url, json={"text": "Thêm ảnh"}, headers=headers("more-0001")) for _ in range(10))
        )
        other = await client.post(url, json={"text": "Thêm nữa"}, headers=headers("more-0002"))
        facts = await stored(server, opened)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 9}
    assert other.status_code == 201 and other.json()["track_token"] == ""
    assert [f.text for f in facts if isinstance(f, CaseAdded)] == ["Thêm ảnh", "Thêm nữa"]


async def test_more_words_need_a_case_that_is_there_and_not_rejected(server: NatsServer) -> None:
    async with running_intake(server) as (client, _):
        for unknown in (f"2026/{'0' * 32}", "2026/x", "20/'--", "٢٠٢٦/" + "0" * 32):
            answer = await client.post(f"{URL}/{unknown}/messages", json={"text": "x"}, headers=headers())
            assert answer.status_code == 404 and answer.json()["problems"][0]["field"] in {"case_id", ""}
        opened = Accepted.model_validate_json(
            (await client.post(URL, json=REQUEST, headers=headers())).content
        )
        ref = CaseRef(opened.year, opened.case_id)
        async with connected(server, "desk") as desk:
            rejected = make(CaseRejected, ref, reason="out-of-scope")
            await CaseLog(desk).append(ref, None, 1, decide=lambda _: rejected, fold=lambda *_: None)
        url = f"{URL}/{opened.year}/{opened.case_id}/messages"
        answer = await client.post(url, json={"text": "Thêm"}, headers=headers("more-0001"))
    assert answer.status_code == 409


async def test_intake_may_not_write_what_belongs_to_others(server: NatsServer) -> None:
    async with connected(server, "intake") as js:
        with pytest.raises(Exception, match=r".*"):
            await publish(js, "case.2026.x.routed", b"{}", message_id="x", expected=0, patience=0.1)
    assert await cases(server) == 0
