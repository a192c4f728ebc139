"""Files and recordings: for those who may, with a reason where one is due, each look written down."""

from pathlib import Path

import httpx
from sqlalchemy import select

from libs.contracts import calls
from libs.contracts.casevalues import Attached
from libs.devstack.nats_server import NatsServer
from libs.files.files import Files
from libs.files.jetstream import JetStreamStore
from libs.files.settings import FilesSettings
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine, reading
from services.desk.audit import VIEW
from services.desk.domain.people import Account
from tests.support.bus import connected
from tests.support.desks import ARBITER, COMMUNE, OFFICER, STRANGER
from tests.support.desktelephone import a_call, rung, spoken, telephone
from tests.support.deskweb import browser
from tests.support.pictures import PDF, picture
from tests.support.waiting import eventually
from tests.support.worktable import SENT, Worktable, a_worktable


async def stored(server: NatsServer, *contents: bytes) -> tuple[Attached, ...]:
    """As intake puts them away."""
    async with connected(server, "intake") as js:
        files = Files(JetStreamStore(js), FilesSettings())
        return tuple(
            [await files.put(one, key="m1", index=at, label="<b>.jpg") for at, one in enumerate(contents)]
        )


def looks(table: Worktable, account: Account, case_id: str) -> list[str]:
    engine = open_engine(table.office.settings.database_url)
    try:
        with reading(engine) as connection:
            query = select(VIEW.c.reason).where(VIEW.c.account == account.id, VIEW.c.case_id == case_id)
            return list(connection.execute(query).scalars())
    finally:
        engine.dispose()


def closed(answer: httpx.Response) -> bool:
    """Whether a browser can do nothing with it but show or keep it."""
    headers = answer.headers
    return (
        headers["x-content-type-options"] == "nosniff"
        and headers["content-security-policy"] == "default-src 'none'; sandbox"
        and "no-store" in headers["cache-control"]
    )


async def test_whoever_holds_the_case_opens_its_files_and_each_look_is_written_down(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        files = await stored(server, picture(), PDF)
        ref = await table.put("photos", "Hố sâu", SENT, files=files, code="123456782")
        path = table.path("photos")
        async with browser(table, OFFICER) as web:
            page = (await web.get(path)).text
            assert page.count("<img") == 1 and 'loading="lazy"' in page and "“&lt;b&gt;.jpg”" in page
            assert looks(table, OFFICER, ref.case_id) == [""], "the page itself loads no file"
            whole, small = await web.get(f"{path}/files/1"), await web.get(f"{path}/files/1?small=1")
            paper = await web.get(f"{path}/files/2")
            assert all(map(closed, (whole, small, paper)))
            assert whole.headers["content-disposition"] == 'inline; filename="123456782-1.jpg"'
            assert paper.headers["content-disposition"] == 'attachment; filename="123456782-2.pdf"'
            assert whole.content.startswith(b"\xff\xd8") and 0 < len(small.content) <= len(whole.content)
            assert paper.content == PDF
            for number in ("0", "3", "-1", "x", "9999999999"):
                assert (await web.get(f"{path}/files/{number}")).status_code in {404, 422}, number
            assert [one.split(":")[0] for one in looks(table, OFFICER, ref.case_id)[1:4]] == [
                "file 1",
                "file 1",
                "file 2",
            ]


async def test_others_who_may_see_the_case_give_a_reason_and_strangers_get_nothing(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        files = await stored(server, picture())
        ref = await table.put("photos", "Hố sâu", SENT, files=files)
        path = table.path("photos")
        async with browser(table, ARBITER) as web:
            page = (await web.get(path)).text
            assert "<img" not in page and "Lý do xem tệp" in page
            assert (await web.get(f"{path}/files/1")).status_code == 403
            assert (await web.get(f"{path}/files/1?reason=%20")).status_code == 403
            assert "reason=Thanh%20tra" in (await web.get(path, params={"reason": "Thanh tra"})).text
            assert (await web.get(f"{path}/files/1?reason=Thanh%20tra")).status_code == 200
            assert looks(table, ARBITER, ref.case_id) == ["file 1: Thanh tra"]
        for account in (STRANGER, COMMUNE):
            async with browser(table, account) as web:
                assert (await web.get(f"{path}/files/1?reason=x")).status_code == 403
        async with browser(table) as web:
            assert (await web.get(f"{path}/files/1")).status_code == 303


async def test_secrecy_asks_everybody_for_a_reason(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as web:
        await table.put("secret", "Giữ kín", SENT, files=await stored(server, picture()), secret=True)
        path = table.path("secret")
        assert (await web.get(f"{path}/files/1")).status_code == 403
        assert (await web.get(f"{path}/files/1?reason=Xem")).status_code == 200


async def test_a_file_that_was_lost_is_named_and_not_served(server: NatsServer, tmp_path: Path) -> None:
    gone = (Attached(id="a" * 32, lost="infected", label="anh.jpg"), Attached(id="b" * 32, type="image/jpeg"))
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as web:
        await table.put("lost", "Ảnh", SENT, files=gone)
        assert "có mã độc, đã bỏ" in (await web.get(table.path("lost"))).text
        for number in (1, 2):
            assert (await web.get(f"{table.path('lost')}/files/{number}")).status_code == 404


async def test_a_recording_is_for_who_holds_the_case_and_gives_a_reason(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        (sound,) = await stored(server, b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40))
        assert not sound.lost
        call = a_call()
        ref = await table.put("typed", "Xin hỏi", SENT, call=call)
        now = SystemClock().now()
        ready = rung(calls.CallRecordingStored, call, 90, start=now, file=sound)
        await telephone(server, *spoken(call, start=now), ready)
        path = table.path("typed")
        async with browser(table, OFFICER) as web:
            await eventually(lambda: _has(web, path, "Nghe ghi âm cuộc gọi"), what="the recording")
            assert (await web.get(f"{path}/recordings/1")).status_code == 403
            given = await web.get(f"{path}/recordings/1?reason=Nghe%20lại")
            assert given.status_code == 200 and closed(given)
            assert given.headers["content-disposition"].startswith("attachment; ")
            assert "recording 1: Nghe lại" in looks(table, OFFICER, ref.case_id)
        async with browser(table, ARBITER) as web:
            assert "ghi âm" not in (await web.get(path)).text
            assert (await web.get(f"{path}/recordings/1?reason=x")).status_code == 403


async def _has(web: httpx.AsyncClient, path: str, words: str) -> bool:
    return words in (await web.get(path)).text
