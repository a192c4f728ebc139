"""A desk that is slow to read the stream: what was sent is kept, said so, and never asked for again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from tests.support.bus import connected
from tests.support.desks import OFFICER, OPERATOR
from tests.support.deskweb import SAME, browser, facts, send
from tests.support.portals import hidden
from tests.support.waiting import eventually
from tests.support.worktable import Worktable, a_worktable


@asynccontextmanager
async def reading_nothing(table: Worktable) -> AsyncIterator[None]:
    """The server gives the desk no facts of cases for as long as the block lasts."""
    async with connected(table.server, "provisioner") as js:
        until = SystemClock().now() + timedelta(minutes=1)
        paused = await js._jsm.pause_consumer("CASES", "desk", until.isoformat().replace("+00:00", "Z"))
        assert paused.paused
        try:
            yield
        finally:
            await js._jsm.resume_consumer("CASES", "desk")


async def test_what_was_done_is_said_though_the_page_does_not_show_it_yet(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as web:
        async with reading_nothing(table):
            answer = await send(web, table.path("late"), f"{table.path('late')}/receive")
            assert answer.status_code == 303
            page = (await web.get(answer.headers["location"])).text
            assert "Đã nhận phiếu. Trang này chưa kịp đổi theo:" in page
            assert f'data-words-done="case-{table.cases["late"].case_id}-receive"' in page
        assert (await facts(table, table.cases["late"])).count("received") == 1

        async def shown() -> bool:
            page = (await web.get(answer.headers["location"])).text
            return "Đã nhận phiếu." in page and "chưa kịp" not in page

        await eventually(shown)


async def test_a_call_is_kept_and_its_answer_is_sent_as_soon_as_the_case_is_there(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        call = {
            "csrf": hidden((await web.get("/calls/new")).text, "csrf"),
            "command_id": str(uuid4()),
            "text": "Xin hỏi giờ làm việc của trạm y tế",
            "channel": "phone",
        }
        async with reading_nothing(table):
            kept = await web.post("/calls/new", data={**call, "do": "save"}, headers=SAME)
            saved = kept.headers["location"].removeprefix("/calls/new?saved=").partition("&")[0]
            assert "Đã lưu cuộc gọi, mã" in (await web.get(kept.headers["location"])).text
            answering = {**call, "do": "answer", "answer": "Từ 7 giờ đến 17 giờ."}
            early = await web.post("/calls/new", data=answering, headers=SAME)
            assert early.status_code == 503 and "Cuộc gọi đã lưu" in early.text
            assert "Từ 7 giờ đến 17 giờ." in early.text and call["command_id"] in early.text
            assert f'href="/search?q={saved}"' in early.text
            mended = {**answering, "text": f"{call['text']} xã Quảng Lưu", "kept": saved}
            other = await web.post("/calls/new", data=mended, headers=SAME)
            assert other.status_code == 409 and "đã lưu với nội dung trước đó" in other.text
            assert f'href="/search?q={saved}"' in other.text and "Từ 7 giờ đến 17 giờ." in other.text

        async def opened() -> bool:
            return (await web.get("/search", params={"q": saved})).status_code == 303

        await eventually(opened)
        done = await web.post("/calls/new", data=answering, headers=SAME)
        assert done.status_code == 303 and done.headers["location"].endswith("?done=answer-at-desk")
        case = done.headers["location"].split("?")[0].rsplit("/", 1)[-1]
        async with connected(server, "provisioner") as js:
            state = (await js.stream_info("CASES", subjects_filter=f"case.*.{case}.>")).state
            assert sorted(one.rsplit(".", 1)[-1] for one in state.subjects or {}) == [
                "answered-at-desk",
                "opened",
            ]
