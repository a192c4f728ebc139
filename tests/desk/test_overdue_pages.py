"""The coordinator's board, reminders of several cases at once, and reviews by departments, as pages."""

from pathlib import Path

import pytest

from libs.contracts import events
from libs.contracts.sidefacts import ClockArmed, ClockMissed
from libs.devstack.nats_server import NatsServer
from libs.runtime.sidelog import SideLog
from services.desk.domain.people import Account
from tests.support.builders import make, routed, slip
from tests.support.bus import connected
from tests.support.deskpages import SAME, browser, held, send
from tests.support.desks import ARBITER, COMMUNE, OFFICER, OPERATOR, STRANGER
from tests.support.portals import hidden
from tests.support.waiting import eventually
from tests.support.worktable import HOUR, NOW, SOME, WAITS, Worktable, a_worktable, clock_fact

COUNCIL = COMMUNE.agency
ANSWERED_BELOW = (
    routed(SOME, at=NOW - HOUR, slip=slip(1, COUNCIL, field="F04", place="406")),
    make(
        events.CaseAnswered,
        SOME,
        at=NOW - HOUR,
        by=COMMUNE.actor(),
        answer="Đã phát thuốc cho ông Nguyễn Văn Mẫu, 0912 345 678.",
    ),
)


async def late_too(table: Worktable, name: str) -> None:
    """One more case of the department whose time is over."""
    ref = await table.put(name, f"Chuyện của {name}", routed(SOME, at=NOW - 28 * HOUR, slip=slip(1, "SYT")))
    async with connected(table.server, "sla") as js:
        for cls in (ClockArmed, ClockMissed):
            await SideLog(js).write(clock_fact(cls, ref, -40 * HOUR))


@pytest.mark.timeout(90)
async def test_several_late_cases_are_reminded_with_one_form_and_one_letter(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table.office, ARBITER) as web:
        await late_too(table, "later")

        async def both() -> bool:
            return (await web.get("/overdue/cases?what=late")).text.count('name="case.') == 2

        await eventually(both, what="both cases stand in the list")
        board = (await web.get("/overdue")).text
        assert "Sở Y tế" in board and "/overdue/cases?agency=SYT" in board
        page = (await web.get("/overdue/cases?what=late")).text
        ids = [table.cases[name].case_id for name in ("late", "later")]
        ticks = {f"case.{one}": "yes" for one in ids}
        form = held(page, "/overdue/remind") | ticks | {"text": "Trả lời ngay"}
        sent = await web.post("/overdue/remind", data=form, headers=SAME)
        assert "Đã nhắc 2 hồ sơ, 1 cơ quan" in sent.text
        again = await web.post("/overdue/remind", data=form, headers=SAME)
        assert "Đã nhắc 2 hồ sơ" in again.text, "the same form again is no second reminder"
        history = (await web.get("/reminders?agency=SYT")).text
        assert history.count("Trả lời ngay") == 2 and "lần 2" not in history
        case = (await web.get(table.path("late"))).text
        assert "Nhắc Sở Y tế, lần 1" in case and ARBITER.name in case
        async with browser(table.office, OFFICER) as officer:
            assert "Đã nhắc 1 lần" in (await officer.get("/inbox")).text


async def test_a_form_without_a_tick_says_so_and_words_with_a_person_are_refused(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table.office, ARBITER) as web:

        async def listed() -> bool:
            return "case." in (await web.get("/overdue/cases?what=late")).text

        await eventually(listed, what="the late case is listed")
        form = held((await web.get("/overdue/cases")).text, "/overdue/remind")
        nothing = await web.post("/overdue/remind", data={**form, "text": "Lời đã gõ"}, headers=SAME)
        assert "Chưa chọn hồ sơ nào" in nothing.text and "Lời đã gõ" in nothing.text
        tick = {f"case.{table.cases['late'].case_id}": "yes", "text": "Gọi 0912 345 678 ngay"}
        refused = await web.post("/overdue/remind", data=form | tick, headers=SAME)
        assert "hãy bỏ dữ liệu cá nhân" in refused.text and "Gọi 0912 345 678 ngay" in refused.text


@pytest.mark.parametrize("account", [OPERATOR, OFFICER], ids=["operator", "officer"])
async def test_nobody_else_sees_the_board(server: NatsServer, tmp_path: Path, account: Account) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table.office, account) as web:
        for page in ("/overdue", "/overdue/cases", "/reminders"):
            assert (await web.get(page)).status_code == 403


async def test_a_direction_puts_the_case_first_and_fills_in_the_agency(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table.office, ARBITER) as web:
        await table.put("other", "Một việc khẩn đến trước", WAITS, urgent=True)
        path = table.path("unclear")
        said = await send(web, path, f"{path}/instruct", agency="SCT", text="Có người bị nạn, chuyển ngay")
        assert said.status_code == 303, said.text
        async with browser(table.office, OPERATOR) as operator:
            queue = (await operator.get("/triage")).text
            assert queue.index(table.cases["unclear"].case_id) < queue.index(table.cases["other"].case_id)
            assert "Chỉ đạo gấp" in queue
            page = (await operator.get(path)).text
            assert 'value="SCT" selected' in page and "Có người bị nạn, chuyển ngay" in page
            sent = await send(operator, path, f"{path}/direct", lead="SCT")
            assert sent.status_code == 303
        async with browser(table.office, STRANGER) as officer:
            assert "Chỉ đạo gấp" in (await officer.get("/inbox")).text


async def test_a_department_reads_answers_below_without_the_citizen_and_comments(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        await table.put("below", "Tôi là Nguyễn Văn Mẫu, cần thuốc", *ANSWERED_BELOW)
        ref = table.cases["below"]
        async with browser(table.office, OFFICER) as web:
            page = (await web.get("/reviews")).text
            assert ref.case_id in page and "0912 345 678" not in page
            empty = await send(web, "/reviews", f"/reviews/{ref.case_id}", agreed="false")
            assert empty.status_code == 422 and "Cần nêu ý kiến" in empty.text
            said = await send(
                web, "/reviews", f"/reviews/{ref.case_id}", agreed="false", text="Thiếu liều dùng"
            )
            assert said.status_code == 303
            assert ref.case_id not in (await web.get("/reviews")).text
            assert "Thiếu liều dùng" in (await web.get("/reviews?seen=yes")).text
        async with browser(table.office, COMMUNE) as commune:
            case = (await commune.get(table.path("below"))).text
            assert "có ý kiến về câu trả lời" in case and "Thiếu liều dùng" in case
            assert (await commune.get("/reviews")).status_code == 403
            typed = {"csrf": hidden((await commune.get("/inbox")).text, "csrf"), "agreed": "maybe"}
            refusal = await commune.post(f"/reviews/{ref.case_id}", data=typed, headers=SAME)
            assert refusal.status_code == 403, "whose it is comes before what was typed"
            assert 'href="/reviews"' not in case
