"""The pages of work in several hands without a browser: forms, lists, and who reads what."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from libs.contracts import events
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, reading, writing
from services.desk.audit import VIEW
from services.desk.store import ENTRY
from tests.support.builders import CITIZEN, make, routed, slip
from tests.support.bus import has_read
from tests.support.deskpages import held
from tests.support.desks import ADMINISTRATOR, ARBITER, COMMUNE, OFFICER, OPERATOR, POLICE, STRANGER
from tests.support.deskweb import SAME, browser, facts, send
from tests.support.waiting import eventually
from tests.support.worktable import NOW, SOME, WAITS, Worktable, a_worktable

TRIAGED = (WAITS,)
TO_THREE = routed(SOME, at=NOW, slip=slip(1, "SYT", coordinating=("SCT",), note="Kiểm tra giá"))
WITH_COMMUNE = (
    routed(SOME, at=NOW, slip=slip(1, "SYT", place="406")),
    make(events.CaseDelegated, SOME, at=NOW, to="X14758", note="Xem tại chỗ", by=OFFICER.actor()),
)
RUBBISH = "Rác chất đống ở chợ Vườn Hoa ba ngày nay không ai thu gom, mùi rất khó chịu"


async def test_lead_and_coordinator_make_one_answer_on_their_pages(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        await table.put("three", RUBBISH, TO_THREE)
        path = table.path("three")
        async with browser(table, OFFICER) as lead:
            page = (await lead.get(path)).text
            assert "Còn thiếu phần của" in page and "Sở Công Thương" in page
            refused = await send(lead, path, f"{path}/answer", answer="Đã thu gom")
            assert refused.status_code == 422 and "Còn thiếu phần của: Sở Công Thương" in refused.text
            assert "Đã thu gom" in refused.text, "no word is lost"
        async with browser(table, STRANGER) as coordinator:
            assert "Việc của tôi" in (await coordinator.get("/inbox")).text
            page = (await coordinator.get(path)).text
            assert "Kiểm tra giá" in page and CITIZEN.name not in page
            assert "0912 345 678" not in page and f"{path}/answer" not in page
            done = await send(coordinator, path, f"{path}/contribute", text="Giá đúng niêm yết")
            assert done.status_code == 303
            joined = (await coordinator.get("/inbox?group=joined")).text
            assert "Đã xong phần của mình" in joined
            assert "Việc của tôi" not in (await coordinator.get("/inbox")).text
        async with browser(table, OFFICER) as lead:
            assert "Giá đúng niêm yết" in (await lead.get(path)).text
            assert (await send(lead, path, f"{path}/answer", answer="Đã thu gom")).status_code == 303
            assert (await facts(table, table.cases["three"]))[-2:] == ["contributed", "answered"]


async def test_a_partial_answer_needs_its_tick_and_its_promise(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as lead:
        await table.put("three", RUBBISH, TO_THREE)
        path = table.path("three")
        late = await send(lead, path, f"{path}/answer", answer="Một phần", partial="yes", promised_at="")
        assert late.status_code == 422 and "tương lai" in late.text
        when = f"{NOW.year + 1}-01-04T10:00"
        done = await send(lead, path, f"{path}/answer", answer="Một phần", partial="yes", promised_at=when)
        assert done.status_code == 303
        page = (await lead.get(path)).text
        assert "trả lời một phần, còn thiếu phần của Sở Công Thương" in page and "Đã hẹn trả lời" in page


async def test_the_commune_finds_its_work_and_the_citizen_and_each_look_is_recorded(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        ref = await table.put("work", RUBBISH, *WITH_COMMUNE)
        path = table.path("work")
        async with browser(table, COMMUNE) as commune:
            inbox = (await commune.get("/inbox")).text
            assert "Việc của tôi" in inbox and "Xã đang xử lý" in inbox
            page = (await commune.get(path)).text
            assert CITIZEN.name in page and CITIZEN.address in page and "Xem tại chỗ" in page
            assert f"{path}/report" not in page, "a contact comes first"
            assert looks(table, ref) == [COMMUNE.id]
            spoke = await send(commune, path, f"{path}/contact", way="phone", result="reached")
            assert spoke.status_code == 303
            assert (await send(commune, path, f"{path}/report", report="Đã dọn")).status_code == 303
        async with browser(table, OFFICER) as lead:
            page = (await lead.get(path)).text
            assert "Xã đã báo cáo, chờ xác nhận" in page and f"{path}/answer" not in page
            assert (await send(lead, path, f"{path}/confirm", note="Đã đến xem")).status_code == 303
            assert f'action="{path}/answer"' in (await lead.get(path)).text
        async with browser(table, COMMUNE) as commune:
            assert CITIZEN.name not in (await commune.get(path)).text


async def test_a_report_that_is_sent_while_the_work_is_taken_back_is_not_lost(
    server: NatsServer, tmp_path: Path
) -> None:
    spoke = make(
        events.CaseContacted,
        SOME,
        at=NOW,
        way="visit",
        result="reached",
        contacted_at=NOW,
        by=COMMUNE.actor(),
    )
    async with a_worktable(server, tmp_path) as table:
        ref = await table.put("rubbish", RUBBISH, *WITH_COMMUNE, spoke)
        path = table.path("rubbish")
        async with browser(table, COMMUNE) as commune, table.office.person(OFFICER) as lead:
            form = held((await commune.get(path)).text, f"{path}/report")
            assert (await lead.tell(ref, "recall", reason="Làm thay")).status_code == 201
            sent = await commune.post(f"{path}/report", data={**form, "report": "Đã thu gom"}, headers=SAME)
            assert sent.status_code == 409 and "Đã thu gom" in sent.text
            assert CITIZEN.name not in sent.text and (await commune.get(path)).status_code == 403


def looks(table: Worktable, ref: CaseRef) -> list[str]:
    engine = open_engine(table.office.settings.database_url)
    with reading(engine) as connection:
        found = (
            connection.execute(select(VIEW.c.account).where(VIEW.c.case_id == ref.case_id)).scalars().all()
        )
    engine.dispose()
    return list(found)


async def test_the_operator_is_offered_the_same_matter_and_joins_it_in_one_step(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        one = await table.put("one", RUBBISH, *TRIAGED)
        other = await table.put("other", f"{RUBBISH}. Đề nghị thu gom", *TRIAGED)
        first, second = sorted((one, other), key=lambda ref: ref.case_id)  # they came in the same second
        path, root = f"/cases/{second.case_id}", f"/cases/{first.case_id}"
        async with browser(table, OPERATOR) as operator:
            page = (await operator.get(path)).text
            assert "Có phải việc này?" in page and "cùng số điện thoại" in page
            assert f'value="{first.case_id}"' in page
            done = await send(operator, path, f"{path}/join", to=first.case_id)
            assert done.status_code == 303
            page = (await operator.get(path)).text
            assert "Cùng việc với hồ sơ" in page and "chờ cán bộ Trực phân loại" in page
            await eventually(lambda: told(table, first), what="the followed case knows its follower")
            await eventually(lambda: has_read(server, "desk"))
            assert (await facts(table, first)).count("follower-added") == 1
            assert (await facts(table, second))[-1] == "joined"
            followed = (await operator.get(root)).text
            assert "Người khác cùng việc" in followed and followed.count("ba ngày nay") >= 2


async def told(table: Worktable, ref: CaseRef) -> bool:
    return "follower-added" in await facts(table, ref)


async def test_the_console_offers_the_same_matter_while_a_call_is_typed_and_joins_it_with_the_call(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as operator:
        ref = await table.put("first", RUBBISH, *TRIAGED)
        blank = (await operator.get("/calls/new")).text
        assert "Có phải việc này?" not in blank
        typed = {"text": f"{RUBBISH} quá", "phone": "0912 345 678", "name": "Lê Thị Khác", "do": "alike"}
        offered = await send(operator, "/calls/new", "/calls/new", **typed)
        assert "Có phải việc này?" in offered.text and ref.case_id in offered.text
        chosen = {**typed, "do": "save", "join": ref.case_id}
        done = await send(operator, "/calls/new", "/calls/new", **chosen)
        assert done.headers["location"].endswith("done=join")
        await eventually(lambda: told(table, ref), what="the followed case knows its follower")


async def test_only_the_police_unit_reads_the_packet_and_learns_when_the_seal_is_broken(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        ref = await table.put("lie", RUBBISH, TO_THREE)
        path = table.path("lie")
        async with browser(table, OPERATOR) as operator:
            done = await send(
                operator,
                path,
                f"{path}/suspect-false",
                ground="Chợ này đã đóng",
                police="CAT",
                recording="17.wav",
            )
            assert done.status_code == 303
        for account in (OPERATOR, OFFICER, STRANGER, COMMUNE, ARBITER, ADMINISTRATOR):
            async with browser(table, account) as web:
                assert (await web.get(f"{path}/packet")).status_code == 403, account.login
                if account in {STRANGER, ARBITER, ADMINISTRATOR}:
                    assert "Chợ này đã đóng" not in (await web.get(path)).text, account.login
        async with browser(table, POLICE) as police:
            assert "Chờ kết luận" in (await police.get("/suspicions")).text
            packet = (await police.get(f"{path}/packet")).text
            assert RUBBISH in packet and "+84912345678" in packet and "17.wav" in packet
            assert "Niêm phong còn nguyên" in packet
            case = (await police.get(path)).text
            assert CITIZEN.name not in case and "0912 345 678" not in case
            tamper(table, ref)
            assert "không còn khớp" in (await police.get(f"{path}/packet")).text
            assert (await send(police, path, f"{path}/conclude", result="malicious")).status_code == 303
            assert "Đã kết luận" in (await police.get("/suspicions")).text
        assert looks(table, ref).count(POLICE.id) == 2


def tamper(table: Worktable, ref: CaseRef) -> None:
    """Somebody with the database's password makes the words of the evidence milder."""
    engine = open_engine(table.office.settings.database_url)
    ours = (ENTRY.c.case_id == ref.case_id) & (ENTRY.c.token == "suspected-false")
    with writing(engine) as connection:
        body = connection.execute(select(ENTRY.c.body).where(ours)).scalar_one()
        connection.execute(update(ENTRY).where(ours).values(body=body.replace("ba ngày", "hai ngày")))
    engine.dispose()


@pytest.mark.parametrize("page", ["/inbox", "/triage", "/arbiter", "/calls/new", "/accounts", "/reports"])
async def test_a_police_unit_opens_no_other_list(server: NatsServer, tmp_path: Path, page: str) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, POLICE) as police:
        assert (await police.get(page)).status_code == 403
        assert (await police.get(table.path("late"))).status_code == 403
        home = await police.get("/")
        assert home.headers["location"] == "/suspicions"
