"""The API at its edge: who gets which answer, and that no input ever ends in a traceback."""

from typing import Any
from uuid import uuid4

from libs.devstack.nats_server import NatsServer
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, opened, routed
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR, STRANGER
from tests.support.office import Office

BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"command_id": "x"}',
    b"{" + b'"a":1,' * 30_000 + b'"b":2}',
]


async def test_a_broken_body_is_an_answer_with_a_problem(office: Office) -> None:
    async with office.person(OFFICER) as officer:
        for body in BODIES:
            for address in (f"/cases/{'0' * 32}/answer", "/calls", "/sessions"):
                answer = await officer.client.post(address, content=body)
                assert answer.status_code == 422, (address, body[:20], answer.text)
                (problem, *_) = answer.json()["problems"]
                assert problem["vi"] and problem["en"]


HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({}, "answer"),
    ({"answer": ""}, "answer"),
    ({"answer": "a\0b"}, "answer"),
    ({"answer": "x" * 10_001}, "answer"),
    ({"answer": {"$gt": ""}}, "answer"),
    ({"answer": "a", "command_id": "1"}, "command_id"),
    ({"answer": "a", "seen": -1}, "seen"),
    ({"answer": "a", "status": "published"}, "status"),
]


async def test_a_wrong_input_is_named(office: Office) -> None:
    async with office.person(OFFICER) as officer:
        for fields, named in HOSTILE:
            answer = await officer.tell(a_case(), "answer", **fields)
            assert answer.status_code == 422, fields
            assert named in {problem["field"] for problem in answer.json()["problems"]}


STRANGE = [
    ("/cases/%00", 404),
    ("/cases/..%2f..%2fetc", 404),
    (f"/cases/{'0' * 32}", 404),
    (f"/cases/{'9' * 5_000}", 404),
    ("/cases?list=everything", 404),
    ("/cases?list=triage&after=%00", 403),
    ("/cases?list=open&after=%27%3B--", 422),
    ("/cases?list=open&after=" + "9" * 100 + "~" + "0" * 32, 422),
    ("/search?q=%00", 422),
    ("/search?q=" + "x" * 400, 422),
    ("/answers?q=%00", 422),
    ("/nowhere", 404),
    ("/parked", 403),
]


async def test_a_strange_address_is_an_answer_with_a_problem(office: Office) -> None:
    async with office.person(OFFICER) as officer:
        for address, status in STRANGE:
            answer = await officer.client.get(address)
            assert answer.status_code == status, (address, answer.text)
            assert answer.json()["problems"][0]["en"]


async def test_a_method_that_is_not_there_and_a_command_nobody_knows(office: Office) -> None:
    async with office.person(OFFICER) as officer:
        assert (await officer.client.delete("/cases")).status_code == 405
        unknown = await officer.tell(a_case(), "destroy")
        missing = await officer.tell(a_case(), "answer", answer="a")
    assert unknown.status_code == 404 and "answer-by-phone" in unknown.json()["problems"][0]["en"]
    assert missing.status_code == 404


async def test_without_a_session_nothing_is_shown(office: Office) -> None:
    for header in ("", "Bearer ", "Bearer x", "Basic eDp5", "Bearer " + "x" * 9_000):
        async with office.client() as nobody:
            nobody.headers["authorization"] = header
            for address in ("/me", "/cases", "/search?q=1", "/answers?q=a", "/parked"):
                assert (await nobody.get(address)).status_code == 401
            assert (await nobody.post(f"/cases/{'0' * 32}/answer", json={})).status_code == 401


async def test_a_cookie_opens_nothing_here_so_nothing_can_be_forged(office: Office) -> None:
    token = await office.token(OFFICER)
    async with office.client() as browser:
        browser.cookies.set(office.settings.session_cookie, token)
        assert (await browser.get("/me")).status_code == 401


async def test_signing_out_ends_the_token(office: Office) -> None:
    async with office.person(OFFICER) as officer:
        assert (await officer.client.get("/me")).json()["role"] == "officer"
        assert (await officer.client.delete("/sessions")).status_code == 204
        assert (await officer.client.get("/me")).status_code == 401


async def test_a_wrong_password_is_refused_and_too_many_are_asked_to_wait(office: Office) -> None:
    async with office.client() as nobody:
        codes = [
            (await nobody.post("/sessions", json={"login": "syt", "password": "sai rồi"})).status_code
            for _ in range(11)
        ]
    assert codes == [401] * 10 + [429]


LISTS = {
    "triage": {OPERATOR, ADMINISTRATOR},
    "arbiter": {OPERATOR, ARBITER, ADMINISTRATOR},
    "open": {OPERATOR, OFFICER, STRANGER},
    "publish": {OPERATOR, OFFICER, STRANGER},
    "closed": {OPERATOR, OFFICER, STRANGER},
    "joined": {OPERATOR, OFFICER, STRANGER},
}


async def test_each_list_is_for_those_whose_work_it_is(office: Office) -> None:
    for account in (OPERATOR, OFFICER, STRANGER, ARBITER, ADMINISTRATOR):
        async with office.person(account) as person:
            for name, readers in LISTS.items():
                answer = await person.client.get("/cases", params={"list": name})
                assert answer.status_code == (200 if account in readers else 403), (account.role, name)


async def test_a_list_shows_the_case_without_the_person(server: NatsServer, office: Office) -> None:
    ref = a_case()
    words = f"Tôi là {CITIZEN.name}, gọi tôi số 0912 345 678"
    await office.receive(server, ref, opened(ref, text=words), routed(ref, at=MONDAY_MORNING))
    async with office.person(OFFICER) as officer, office.person(STRANGER) as stranger:
        (row,) = (await officer.client.get("/cases")).json()["rows"]
        assert (await stranger.listed("open")) == []
    assert row["excerpt"] == "Tôi là […], gọi tôi số […]"
    assert (row["code"], row["status"], row["due"], row["missed"]) == ("123456782", "routed", None, False)
    assert CITIZEN.phone not in str(row)


async def test_a_case_is_found_by_code_by_all_who_may_see_it_and_by_phone_by_operators(
    server: NatsServer, office: Office
) -> None:
    ref = a_case()
    await office.receive(server, ref, opened(ref, code="123456786"), routed(ref))
    expected = {OPERATOR: (1, 1), OFFICER: (1, 0), STRANGER: (0, 0)}
    for account, (by_code, by_phone) in expected.items():
        async with office.person(account) as person:
            for words, count in (("123 456 786", by_code), ("0912 345 678", by_phone), ("gì đó", 0)):
                found = (await person.client.get("/search", params={"q": words})).json()
                assert len(found["rows"]) == count, (account.role, words)


async def test_the_questions_and_answers_of_the_pack_are_searched(office: Office) -> None:
    async with office.person(OPERATOR) as operator:
        hits = (await operator.client.get("/answers", params={"q": "tiêm vắc xin"})).json()
    assert hits and {"id", "field", "question", "answer"} <= set(hits[0]["entry"])


async def test_answers_with_personal_data_are_not_cached(server: NatsServer, office: Office) -> None:
    ref = a_case()
    await office.receive(server, ref, opened(ref), routed(ref))
    async with office.person(OFFICER) as officer:
        answer = await officer.client.get(f"/cases/{ref.case_id}")
    assert answer.headers["cache-control"] == "no-store"


async def test_the_same_words_twice_with_two_ids_are_two_facts_or_a_refusal(
    server: NatsServer, office: Office
) -> None:
    ref = a_case()
    await office.receive(server, ref, opened(ref), routed(ref))
    async with office.person(OFFICER) as officer:
        first = await officer.tell(ref, "receive", command_id=str(uuid4()))
        second = await officer.tell(ref, "receive", command_id=str(uuid4()))
    assert (first.status_code, second.status_code) == (201, 409)
