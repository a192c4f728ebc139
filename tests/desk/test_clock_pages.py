"""Clocks on the case page, without a script: why a deadline is what it is, pausing, reopening."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

from libs.contracts import events
from libs.contracts.sidefacts import ClockArmed
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.sidelog import SideLog
from tests.support.builders import a_case, make, opened, routed, slip
from tests.support.bus import connected
from tests.support.calendardesk import WEDNESDAY, a_calendar, say, with_clocks
from tests.support.deskpages import browser, send
from tests.support.desks import ARBITER, OFFICER, OPERATOR, STRANGER, by
from tests.support.office import Office
from tests.support.provinces import thanh_hoa
from tests.support.waiting import eventually


async def a_coordinated_case(server: NatsServer, office: Office) -> CaseRef:
    """The department of industry owes its part to the department of health."""
    ref, start = a_case(), WEDNESDAY - timedelta(minutes=30)
    sent = routed(ref, at=start, slip=slip(1, "SYT", coordinating=("SCT",)))
    await office.receive(server, ref, opened(ref, at=start), sent)
    due = thanh_hoa().calendar().add(start, 21_600)
    part = {"clock": "part-1-1", "kind": "part", "agency": "SCT", "basis": "policy", "budget_seconds": 21_600}
    async with connected(server, "sla") as js:
        await SideLog(js).write(say(ClockArmed, ref, due, start, **part))
    async with browser(office, STRANGER) as web:

        async def known() -> bool:
            return "Phần việc của cơ quan phối hợp" in unescape((await web.get(f"/cases/{ref.case_id}")).text)

        await eventually(known, what="the clock is on the page")
    return ref


async def test_a_pause_without_a_reason_or_an_end_comes_back_with_both_named(tmp_path: Path) -> None:
    async with a_calendar(tmp_path) as (server, office):
        ref = await a_coordinated_case(server, office)
        page, action = f"/cases/{ref.case_id}", f"/cases/{ref.case_id}/pause-clock"
        async with browser(office, STRANGER) as web:
            wrong = await send(web, page, action, reason="", until="", note="Chờ hồ sơ")
            assert wrong.status_code == 422 and "Chờ hồ sơ" in unescape(wrong.text)
            assert {"reason", "until"} <= set(re.findall(r'id="pause-part-1-1-(\w+)-error"', wrong.text))
            good = {"reason": "waiting-for-expert", "until": "2026-09-16T15:00", "note": ""}
            done = await send(web, page, action, **good)
            assert done.status_code == 303
            text = unescape((await web.get(done.headers["location"])).text)
            assert "Đã tạm dừng thời hạn" in text and "đang tạm dừng đến 15:00 ngày 16/09/2026" in text
            assert "Đang chờ cơ quan chuyên môn cho ý kiến" in text
            again = await send(web, page, f"/cases/{ref.case_id}/resume-clock")
            assert again.status_code == 303
            assert "Cho thời hạn “Phần việc của cơ quan phối hợp” chạy tiếp" in unescape(
                (await web.get(page)).text
            )
        async with browser(office, OFFICER) as lead:
            assert "/pause-clock" not in (await lead.get(page)).text


async def test_the_page_says_in_two_languages_why_the_deadline_is_what_it_is(tmp_path: Path) -> None:
    async with a_calendar(tmp_path) as (server, office), browser(office, OFFICER) as web:
        (ref,) = await with_clocks(server, office, WEDNESDAY - timedelta(minutes=30))
        text = unescape((await web.get(f"/cases/{ref.case_id}")).text)
        for line in (
            "Thứ Tư 16/09/2026 11:30 – 13:30: nghỉ trưa, không tính",
            "Wed 16/09/2026 11:30 – 13:30: lunch break, not counted",
            f"Lịch: province, gói dữ liệu {thanh_hoa().version}",
            "Thời gian giữ hồ sơ",
        ):
            assert line in text, line
        assert text.index("<summary>Vì sao hạn như vậy?") < text.index("nghỉ trưa")


async def test_a_settled_case_is_reopened_on_the_page_with_a_reason(tmp_path: Path) -> None:
    async with a_calendar(tmp_path) as (server, office):
        ref, at = a_case(), WEDNESDAY - timedelta(minutes=30)
        rejected = make(events.CaseRejected, ref, at=at, reason="out-of-scope", by=by(OPERATOR))
        await office.receive(server, ref, opened(ref, at=at), rejected)
        page, action = f"/cases/{ref.case_id}", f"/cases/{ref.case_id}/reopen"
        async with browser(office, ARBITER) as web:
            wrong = await send(web, page, action, reason="")
            assert wrong.status_code == 422 and 'id="reopen-reason-error"' in wrong.text
            done = await send(web, page, action, reason="Người gửi bổ sung chứng cứ")
            text = unescape((await web.get(done.headers["location"])).text)
        assert "Đã mở lại hồ sơ" in text and "Mở lại hồ sơ, lần xử lý thứ 2" in text
        assert "Người gửi bổ sung chứng cứ" in text and "Không tiếp nhận" in text
