"""The desk on a real server: one case from the call to the published answer, and what goes wrong."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from libs.contracts import events
from libs.contracts.calls import CallTransferEnded
from libs.contracts.events import CaseFact
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockArmed
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine, reading
from libs.runtime.publishing import publish
from libs.runtime.rebuild import rebuild
from libs.runtime.replay import replay
from libs.runtime.sidelog import SideLog
from services.desk.app import project
from services.desk.audit import VIEW
from services.desk.store import PROJECTION
from tests.support.builders import CITIZEN, a_case, make, opened, routed, slip
from tests.support.bus import connected
from tests.support.desks import ADMINISTRATOR, ARBITER, COLLEAGUE, OFFICER, OPERATOR, STRANGER, life
from tests.support.desktelephone import a_call, missed, rung, spoken, telephone
from tests.support.intake import running_intake
from tests.support.office import PEOPLE, Office, Person, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.waiting import eventually

DAY = timedelta(days=1)


def now() -> str:
    return SystemClock().now().isoformat()


async def facts_of(server: NatsServer, ref: CaseRef) -> list[str]:
    async with connected(server, "desk") as js:
        return [stored.subject.rsplit(".", 1)[-1] for stored in await CaseLog(js).since(ref, 0)]


def fresh_slip(ref: CaseRef, **fields: object) -> CaseFact:
    return routed(ref, at=SystemClock().now(), **fields)


async def test_a_typed_call_goes_through_both_agencies_to_the_published_answer(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    async with running_intake(server) as (intake, _), serving(intake._transport.app) as address:  # type: ignore[attr-defined]
        settings = desk_settings(server, url, tmp_path, intake_url=address)
        async with running_desk(settings) as office:
            async with (
                office.person(OPERATOR) as operator,
                office.person(ARBITER) as arbiter,
                office.person(OFFICER) as officer,
            ):
                call = {
                    "command_id": str(uuid4()),
                    "text": "Xin hỏi điểm tiêm phòng",
                    "name": "Nguyễn Văn Mẫu",
                    "phone": "0912 345 678",
                    "address": "Thôn 3, xã Quảng Lưu",
                    "received_at": now(),
                    "secret": False,
                }
                taken = await operator.client.post("/calls", json=call)
                assert taken.status_code == 201 and taken.json()["shown"], taken.text
                again = await operator.client.post("/calls", json=call)
                assert again.json()["case_id"] == taken.json()["case_id"], "a double click is one call"
                unknown = await operator.client.post("/calls", json=call | {"channel": "fax"})
                assert unknown.status_code == 422 and unknown.json()["problems"][0]["field"] == "channel"
                ref = CaseRef(SystemClock().now().year, taken.json()["case_id"])
                assert await operator.listed("triage") == [ref.case_id]
                shown = await operator.look(ref)
                assert shown["state"]["held"] and shown["state"]["channel"] == "phone"
                assert shown["state"]["person"]["phone"] == "+84912345678"
                assert shown["timeline"][0]["name"] == OPERATOR.name, "who took the call is on record"

                steps: tuple[tuple[Person, str, dict[str, str]], ...] = (
                    (operator, "refer", {"question": "Sở nào?"}),
                    (arbiter, "determine", {"agency": "SYT", "opinion": "Thuộc y tế"}),
                    (operator, "transfer-call", {"agency": "SYT", "result": "failed", "detail": "busy"}),
                    (operator, "direct", {"lead": "SYT", "field": "F04"}),
                    (officer, "receive", {}),
                    (officer, "verify", {"note": "Chờ CDC"}),
                    (officer, "ask-information", {"question": "Anh ở thôn nào?"}),
                    (
                        officer,
                        "promise-progress",
                        {"progress": "Đang hỏi", "promised_at": (SystemClock().now() + DAY).isoformat()},
                    ),
                    (officer, "answer", {"answer": "Tiêm tại trạm y tế xã, anh Mẫu nhé"}),
                )
                for who, command, fields in steps:
                    done = await who.tell(ref, command, **fields)
                    assert done.status_code == 201 and done.json()["shown"], (command, done.text)
                bad = await officer.tell(ref, "publish", question="Hỏi", answer="Anh Mẫu tiêm ở trạm")
                assert bad.status_code == 422 and "họ tên “Mẫu”" in bad.json()["problems"][0]["vi"]
                good = await officer.tell(ref, "publish", question="Tiêm ở đâu?", answer="Tại trạm y tế xã")
                assert good.status_code == 201
                page = await officer.look(ref)
                assert page["state"]["status"] == "published" and page["allowed"] == []
                assert [entry["token"] for entry in page["timeline"]] == await facts_of(server, ref)
                assert await officer.listed("closed") == [ref.case_id]


async def test_a_double_click_is_one_fact_however_late_the_second(server: NatsServer, office: Office) -> None:
    ref = a_case()
    await office.receive(server, ref, opened(ref), fresh_slip(ref))
    body = {"command_id": str(uuid4()), "answer": "Đã xử lý"}
    async with office.person(OFFICER) as officer:
        both = await asyncio.gather(*(officer.tell(ref, "answer", **body) for _ in range(4)))
        late = await officer.tell(ref, "answer", **body)
    assert [one.status_code for one in (*both, late)] == [201] * 5
    assert len({one.json()["seq"] for one in (*both, late)}) == 1
    assert late.json()["repeated"]
    assert (await facts_of(server, ref)).count("answered") == 1


async def test_one_command_id_on_two_cases_is_two_facts(server: NatsServer, office: Office) -> None:
    one, two = a_case(), a_case()
    for ref in (one, two):
        await office.receive(server, ref, opened(ref), fresh_slip(ref))
    body = {"command_id": str(uuid4())}
    async with office.person(OFFICER) as officer:
        for ref in (one, two):
            assert (await officer.tell(ref, "receive", **body)).status_code == 201
            assert await facts_of(server, ref) == ["opened", "routed", "received"]


async def test_of_two_officers_answering_at_once_one_is_told_that_it_is_done(
    server: NatsServer, office: Office
) -> None:
    ref = a_case()
    await office.receive(server, ref, opened(ref), fresh_slip(ref))
    async with office.person(OFFICER) as one, office.person(COLLEAGUE) as two:
        answers = await asyncio.gather(
            one.tell(ref, "answer", answer="Một"), two.tell(ref, "answer", answer="Hai")
        )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refusal = next(answer for answer in answers if answer.status_code == 409).json()["problems"][0]
    assert "đã trả lời" in refusal["vi"] and "no longer possible" in refusal["en"]
    assert (await facts_of(server, ref)).count("answered") == 1


async def test_a_command_that_another_service_overtook_is_decided_on_what_happened(
    server: NatsServer, office: Office
) -> None:
    """The citizen adds words between the page and the answer: the answer stands all the same."""
    ref = a_case()
    seq = await office.receive(server, ref, opened(ref), fresh_slip(ref))
    async with office.person(OFFICER) as officer, connected(server, "intake") as js:
        added = make(events.CaseAdded, ref, channel="portal", text="Bổ sung")
        await CaseLog(js).append(ref, None, seq, decide=lambda _: added, fold=lambda _, __: None)
        answer = await officer.tell(ref, "answer", answer="Đã xử lý", seen=2)
    assert answer.status_code == 201
    assert await facts_of(server, ref) == ["opened", "routed", "added", "answered"]


async def test_a_form_of_an_earlier_slip_is_refused_as_stale(server: NatsServer, office: Office) -> None:
    ref = a_case()
    back = make(events.CaseReturned, ref, ground="wrong-field", by=OFFICER.actor())
    again = make(events.CaseDirected, ref, slip=slip(2), by=OPERATOR.actor())
    await office.receive(server, ref, opened(ref), fresh_slip(ref), back, again)
    async with office.person(OFFICER) as officer:
        late = await officer.tell(ref, "answer", answer="Cũ", seen=2)
    assert late.status_code == 409 and "xem lại" in late.json()["problems"][0]["vi"]


async def test_strangers_are_kept_out_and_every_look_at_the_person_is_recorded(
    server: NatsServer, office: Office
) -> None:
    ref = a_case()
    sent = fresh_slip(ref, slip=slip(coordinating=("H380",)))
    await office.receive(server, ref, opened(ref, text=f"Tôi là {CITIZEN.name}"), sent)
    async with (
        office.person(OFFICER) as officer,
        office.person(STRANGER) as stranger,
        office.person(ARBITER) as arbiter,
        office.client() as nobody,
    ):
        assert (await nobody.get(f"/cases/{ref.case_id}")).status_code == 401
        assert (await stranger.client.get(f"/cases/{ref.case_id}")).status_code == 403
        assert (await stranger.tell(ref, "answer", answer="Tôi trả lời")).status_code == 403
        seen, masked = await officer.look(ref), await arbiter.look(ref)
    assert seen["personal"] == "shown" and seen["state"]["person"]["name"] == CITIZEN.name
    assert masked["personal"] == "hidden"
    assert masked["state"]["text"] == "Tôi là […]"
    hidden = (CITIZEN.name, "912345678", "912 345 678", CITIZEN.email, CITIZEN.address)
    assert not any(words in str(masked) for words in hidden)
    assert looks(office) == [(OFFICER.id, ref.case_id, "")]


async def test_where_secrecy_was_asked_one_gives_a_reason_first(server: NatsServer, office: Office) -> None:
    ref = a_case()
    await office.receive(server, ref, opened(ref, secret=True), fresh_slip(ref))
    async with office.person(OFFICER) as officer:
        before = await officer.look(ref)
        after = await officer.look(ref, reason="Gọi lại để xác minh")
        assert (await officer.client.get(f"/cases/{ref.case_id}?reason=%00")).status_code == 422
    assert (before["personal"], before["state"]["person"]["name"]) == ("reason", "")
    assert "answer" in before["allowed"], "work goes on without the name"
    assert (after["personal"], after["state"]["person"]["name"]) == ("shown", CITIZEN.name)
    assert looks(office) == [(OFFICER.id, ref.case_id, "Gọi lại để xác minh")]


def looks(office: Office) -> list[tuple[str, str, str]]:
    engine = open_engine(office.settings.database_url)
    with reading(engine) as connection:
        rows = connection.execute(select(VIEW.c.account, VIEW.c.case_id, VIEW.c.reason)).all()
    engine.dispose()
    return [(row.account, row.case_id, row.reason) for row in rows]


async def test_the_wait_of_a_citizen_ends_with_the_clock_of_the_slip(
    server: NatsServer, office: Office
) -> None:
    ref = a_case()
    seq = await office.receive(server, ref, opened(ref), fresh_slip(ref))
    due = (SystemClock().now() + DAY).replace(microsecond=0)
    armed = make(
        ClockArmed,  # type: ignore[type-var]
        ref,
        by=Actor(service="sla"),
        case_seq=seq,
        clock="answer-1",
        kind="answer",
        agency="SYT",
        basis="law",
        start=SystemClock().now(),
        due=due,
    )
    async with connected(server, "sla") as js, office.person(OFFICER) as officer:
        await SideLog(js).write(armed)

        async def clock_shown() -> bool:
            return bool((await officer.look(ref))["clocks"])

        await eventually(clock_shown)
        assert (await officer.tell(ref, "verify")).status_code == 201
        page = await officer.look(ref)
    assert page["state"]["verifying_until"] == due.isoformat().replace("+00:00", "Z")
    (clock,) = page["clocks"]
    assert clock["running"] and not clock["missed"] and 0 <= clock["remaining"] <= 8 * 3600


async def test_after_a_restart_people_stay_signed_in_and_nothing_is_lost(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, OFFICER)
    settings = desk_settings(server, url, tmp_path)
    ref = a_case()
    async with running_desk(settings) as office:
        token = await office.token(OFFICER)
        await office.receive(server, ref, opened(ref), fresh_slip(ref))
    async with running_desk(settings) as office, office.client(token) as client:
        assert (await client.get("/me")).json()["login"] == OFFICER.login
        body = {"command_id": str(uuid4()), "answer": "Đã xử lý"}
        assert (await client.post(f"/cases/{ref.case_id}/answer", json=body)).status_code == 201
    assert await facts_of(server, ref) == ["opened", "routed", "answered"]


async def test_a_rebuild_makes_the_same_rows_and_keeps_people_and_their_looks(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    settings = desk_settings(server, url, tmp_path)
    async with running_desk(settings) as office:
        for status in ("triage", "promised", "published", "withheld"):
            ref = a_case()
            await office.receive(server, ref, *life(ref)[status])
        typed, call = a_case(), a_call()
        await office.receive(server, typed, opened(typed, call=call))
        start = SystemClock().now()
        ended = rung(CallTransferEnded, call, 9, start=start, leg="to", number="0999", result="busy")
        await telephone(server, *spoken(call, start=start), ended, *missed(a_call(), start=start))
        await eventually(lambda: len(rows_of(url)["desk_call"]) == 2 and rows_of(url)["desk_transfer"])
        async with office.person(OPERATOR) as operator:
            await operator.look(ref)
        before, seen = rows_of(url), looks(office)
    engine = open_engine(url)
    projection = project(settings, engine, office.runtime.directory, office.runtime.clock)
    async with connected(server, "provisioner") as js:
        counted = await rebuild(js, "desk", projection)
    engine.dispose()
    assert counted["CASES"] == sum(len(rows) for name, rows in before.items() if name == "desk_entry")
    assert rows_of(url) == before
    async with running_desk(settings) as office, office.person(OPERATOR) as operator:
        assert (await operator.tell(ref, "amend", name="Tên Mới")).status_code == 409
        assert looks(office) == seen and len(seen) == 1


def rows_of(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the projection."""
    engine = open_engine(url)
    with reading(engine) as connection:
        found = {each.name: sorted(map(tuple, connection.execute(select(each)))) for each in PROJECTION}
    engine.dispose()
    return found


@pytest.mark.postgres
async def test_two_desks_on_one_database_see_each_others_work(
    server: NatsServer, tmp_path: Path, postgres_url: str
) -> None:
    await in_force(server, thanh_hoa())
    await hire(postgres_url, *PEOPLE)
    settings = desk_settings(server, postgres_url, tmp_path)
    refs = [a_case() for _ in range(8)]
    async with running_desk(settings) as one, running_desk(settings) as two:
        for ref in refs:
            await one.receive(server, ref, opened(ref), fresh_slip(ref))
        token = await one.token(OFFICER)
        async with one.client(token) as here, two.client(token) as there:
            bodies = [{"command_id": str(uuid4()), "answer": "Đã xử lý"} for _ in refs]
            sent = [
                client.post(f"/cases/{ref.case_id}/answer", json=body)
                for ref, body in zip(refs, bodies, strict=True)
                for client in (here, there)
            ]
            answers = await asyncio.gather(*sent)
    assert [answer.status_code for answer in answers] == [201] * 16
    assert all(answer.json()["shown"] for answer in answers)
    for ref in refs:
        assert (await facts_of(server, ref)).count("answered") == 1


async def test_a_case_that_cannot_be_followed_is_parked_shown_and_taken_up_again(
    server: NatsServer, office: Office
) -> None:
    ref, healthy = a_case(), a_case()
    seq = await office.receive(server, ref, opened(ref), fresh_slip(ref))
    async with connected(server, "router") as js:
        ack = await publish(
            js,
            f"case.{ref.year}.{ref.case_id}.triaged",
            b'{"broken": true}',
            message_id=str(uuid4()),
            expected=seq,
            expected_filter=ref.filter,
        )
    await eventually(lambda: office.reached(ref, ack.seq))
    await office.receive(server, healthy, opened(healthy), fresh_slip(healthy))
    async with office.person(ADMINISTRATOR) as administrator, office.person(OFFICER) as officer:
        (parked,) = (await administrator.client.get("/parked")).json()
        assert parked["case_id"] == ref.case_id and "triaged" in parked["reason"]
        assert (await officer.client.get("/parked")).status_code == 403
        refused = await officer.tell(ref, "answer", answer="Đã xử lý")
        assert refused.status_code == 409 and "tạm dừng" in refused.json()["problems"][0]["vi"]
        assert (await officer.look(ref))["allowed"] == []
        assert (await officer.tell(healthy, "answer", answer="Đã xử lý")).status_code == 201
        engine = office.runtime.readiness.engine
        assert engine is not None
        projection = project(office.settings, engine, office.runtime.directory, office.runtime.clock)
        async with connected(server, "provisioner") as js:
            assert await replay(js, "desk", projection) == 0, "still broken, still parked"
        (parked,) = (await administrator.client.get("/parked")).json()


async def test_an_intake_that_cannot_be_reached_costs_nothing_but_time(office: Office) -> None:
    async with office.person(OPERATOR) as operator, office.person(OFFICER) as officer:
        call = {"command_id": str(uuid4()), "text": "Xin hỏi"}
        assert (await operator.client.post("/calls", json=call)).status_code == 503
        assert (await officer.client.post("/calls", json=call)).status_code == 403


async def test_the_browser_hears_of_its_case_and_of_the_inbox(server: NatsServer, office: Office) -> None:
    import httpx

    ref = a_case()
    await office.receive(server, ref, opened(ref), fresh_slip(ref))
    token = await office.token(OFFICER)
    async with serving(office.app) as address, httpx.AsyncClient(base_url=address, timeout=10) as browser:
        assert (await browser.get("/live")).status_code == 401
        browser.cookies.set(office.settings.session_cookie, token)
        async with browser.stream("GET", "/live", params={"case": ref.case_id}) as stream:
            lines = stream.aiter_lines()
            assert (await anext(lines)).startswith("retry")
            async with office.person(OFFICER) as officer:
                assert (await officer.tell(ref, "receive")).status_code == 201
            heard, event = set[str](), ""
            async for line in lines:
                name, _, value = line.partition(": ")
                event = value if name == "event" else event if line else ""
                heard |= {value} if name == "data" and not event else set()
                if len(heard) == 2:
                    break
    assert heard == {"inbox", f"case:{ref.case_id}"}
