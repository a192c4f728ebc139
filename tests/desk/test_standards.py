"""Standard texts at the desk: who writes which, and how they come into a form of the case."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import insert, select

from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, writing
from services.desk.wording.standards import MOST, STANDARD
from tests.support.deskpages import held
from tests.support.desks import ADMINISTRATOR, HEAD, OFFICER, OPERATOR, STRANGER
from tests.support.deskweb import SAME, browser, facts, send
from tests.support.portals import hidden
from tests.support.worktable import SENT, Worktable, a_worktable

DONE = {
    "action": "answer",
    "field": "",
    "title": "Đã kiểm tra tại chỗ",
    "text": "{cơ quan} đã kiểm tra ngày {ngày} về {mã hồ sơ}. Kết quả: ___.",
}


@pytest.fixture
async def table(server: NatsServer, tmp_path: Path) -> AsyncIterator[Worktable]:
    async with a_worktable(server, tmp_path) as table:
        yield table


async def saved(web: httpx.AsyncClient, page: str, cells: dict[str, str]) -> httpx.Response:
    """Send the form of a page that is sent to itself."""
    kept = held((await web.get(page)).text, page)
    return await web.post(page, data={**kept, **cells}, headers=SAME)


async def added(web: httpx.AsyncClient, **cells: str) -> str:
    """Write a text and give its number."""
    sent = await saved(web, "/standards", {**DONE, **cells})
    assert sent.status_code == 303, sent.text
    title = re.escape({**DONE, **cells}["title"])
    found = re.search(rf'href="/standards/(\w+)">{title}', (await web.get("/standards")).text)
    assert found
    return found[1]


async def test_a_heads_text_is_offered_to_officers_of_the_same_agency_alone(table: Worktable) -> None:
    await table.put("elsewhere", "Giá thuốc ở chợ tăng gấp đôi", SENT)
    async with browser(table, HEAD) as web:
        await added(web)
    async with browser(table, OFFICER) as web:
        assert DONE["title"] in (await web.get(table.path("late"))).text
        assert DONE["title"] in (await web.get("/standards")).text
    async with browser(table, STRANGER) as web:
        assert DONE["title"] not in (await web.get("/standards")).text


async def test_a_text_of_one_field_is_offered_there_and_the_provinces_to_all(
    table: Worktable,
) -> None:
    async with browser(table, HEAD) as web:
        await added(web, title="Chỉ của giao thông", field="F07")
        await added(web, title="Mọi việc")
    async with browser(table, ADMINISTRATOR) as web:
        await added(web, title="Của cả tỉnh", action="answer-at-desk")
    async with browser(table, OFFICER) as web:
        page = (await web.get(table.path("late"))).text
        assert "Mọi việc" in page and "Chỉ của giao thông" not in page and "Của cả tỉnh" not in page
    async with browser(table, OPERATOR) as web:
        page = (await web.get(table.path("triage"))).text
        assert "Của cả tỉnh" in page and "Mọi việc" not in page


async def test_a_text_comes_into_the_form_with_everything_typed_kept(table: Worktable) -> None:
    path = table.path("late")
    async with browser(table, HEAD) as web:
        number = await added(web, action="promise-progress", text="Về {mã hồ sơ}: hạn {hạn}, ngày {ngày}.")
    async with browser(table, OFFICER) as web:
        csrf = hidden((await web.get(path)).text, "csrf")
        typed = {
            "csrf": csrf,
            "command_id": "x",
            "progress": "Đã cử người.",
            "promised_at": "2030-01-02T08:00",
        }
        url = f"{path}/promise-progress/text"
        page = (await web.post(url, data={**typed, "standard": number}, headers=SAME)).text
        area = re.search(r'<textarea id="promise-progress-progress".*?>\n(.*?)</textarea>', page, re.DOTALL)
        assert area and re.fullmatch(r"Đã cử người\.\n\nVề [\d ]+: hạn \d\d:.*, ngày [\d/]+\.", area[1])
        assert 'value="2030-01-02T08:00"' in page
        plain = {**SAME, "accept": "text/plain"}
        bare = await web.post(url, data={"csrf": csrf, "standard": number}, headers=plain)
        assert bare.text.startswith("Về ") and bare.headers["content-type"].startswith("text/plain")
    async with browser(table, HEAD) as web:
        assert "đã dùng 2 lần" in (await web.get("/standards")).text


async def test_a_form_with_an_open_gap_comes_back_and_nothing_is_sent(table: Worktable) -> None:
    path, ref = table.path("late"), table.cases["late"]
    async with browser(table, OFFICER) as web:
        before = await facts(table, ref)
        answer = await send(web, path, f"{path}/answer", answer="Đã kiểm tra. Kết quả: ___.")
        assert answer.status_code == 422 and "chưa điền" in answer.text and "Kết quả: ___." in answer.text
        assert await facts(table, ref) == before
    async with table.office.person(OFFICER) as api:
        refused = await api.tell(ref, "answer", answer="Đã kiểm tra. Kết quả: ___.")
        assert refused.status_code == 422 and refused.json()["problems"][0]["field"] == "answer"
    assert await facts(table, ref) == before


async def test_a_double_click_is_one_text_and_one_too_many_comes_back(
    table: Worktable,
) -> None:
    async with browser(table, HEAD) as web:
        form = {**held((await web.get("/standards")).text, "/standards"), **DONE}
        twice = [web.post("/standards", data=form, headers=SAME) for _ in range(2)]
        assert [one.status_code for one in await asyncio.gather(*twice)] == [303, 303]
        assert (await web.get("/standards")).text.count(f">{DONE['title']}</a>") == 1
    engine = open_engine(table.office.settings.database_url)
    with writing(engine) as connection:
        row = dict(connection.execute(select(STANDARD)).mappings().one())
        connection.execute(insert(STANDARD), [{**row, "id": f"{n:032}"} for n in range(MOST)])
    engine.dispose()
    async with browser(table, HEAD) as web:
        full = await saved(web, "/standards", {**DONE, "text": "Lời vừa viết."})
    assert full.status_code == 422 and "Lời vừa viết." in full.text and f"Đã có {MOST} mẫu" in full.text


async def test_texts_of_others_are_neither_opened_nor_put_in(table: Worktable) -> None:
    async with browser(table, HEAD) as web:
        number = await added(web)
    async with browser(table, ADMINISTRATOR) as web:
        assert (await web.get(f"/standards/{number}")).status_code == 404
    async with browser(table, OFFICER) as web:
        assert (await web.get(f"/standards/{number}")).status_code == 403


async def test_every_change_is_kept_with_who_and_when_and_off_is_not_gone(table: Worktable) -> None:
    async with browser(table, HEAD) as web:
        number = await added(web)
        page = f"/standards/{number}"
        changed = {**DONE, "text": "Đã xong, theo biên bản ngày ___.", "condition": "off"}
        assert (await saved(web, page, changed)).status_code == 303
        text = (await web.get(page)).text
        assert text.count(f"{HEAD.name} ({HEAD.login})") == 2 and "Kết quả: ___." in text
        assert "đã tắt" in (await web.get("/standards")).text
    async with browser(table, OFFICER) as web:
        assert DONE["title"] not in (await web.get(table.path("late"))).text
    async with browser(table, ADMINISTRATOR) as web:
        audit = (await web.get("/audit?kind=changes")).text
        assert "thêm mẫu trả lời" in audit and "sửa mẫu trả lời" in audit


async def test_who_saves_second_sees_both_texts(table: Worktable) -> None:
    async with browser(table, HEAD) as first, browser(table, HEAD) as second:
        number = await added(first)
        page = f"/standards/{number}"
        mine = {**DONE, "condition": "on"}
        assert (await saved(first, page, {**mine, "text": "Bản một."})).status_code == 303
        late = await saved(second, page, {**mine, "text": "Bản hai.", "seen": "1"})
        assert late.status_code == 409 and "Bản một." in late.text and "Bản hai." in late.text
        again = {
            **mine,
            "text": "Bản hai.",
            "csrf": hidden(late.text, "csrf"),
            "seen": hidden(late.text, "seen"),
        }
        assert (await second.post(page, data=again, headers=SAME)).status_code == 303


async def test_the_starting_set_waits_for_approval_and_comes_once(table: Worktable) -> None:
    async with browser(table, ADMINISTRATOR) as web:
        for count in ("21", "0"):
            loaded = await send(web, "/standards", "/standards", do="samples")
            assert loaded.headers["location"] == f"/standards?done=samples-{count}"
        shelf = (await web.get("/standards")).text
        assert shelf.count("mẫu, chờ duyệt</span>") == 21
        number = re.search(r'/standards/(\w+)">Đã kiểm tra và xử lý xong', shelf)
        assert number
    async with browser(table, OFFICER) as web:
        assert "Đã kiểm tra và xử lý xong" not in (await web.get(table.path("late"))).text
    async with browser(table, ADMINISTRATOR) as web:
        approved = await send(web, "/standards", f"/standards/{number[1]}", do="approve")
        assert approved.status_code == 303
    async with browser(table, OFFICER) as web:
        assert "Đã kiểm tra và xử lý xong" in (await web.get(table.path("late"))).text


async def test_every_text_of_the_starting_set_may_stand(table: Worktable) -> None:
    async with browser(table, ADMINISTRATOR) as web:
        await send(web, "/standards", "/standards", do="samples")
        shelf = (await web.get("/standards")).text
        for number in re.findall(r'href="/standards/(\w+)"', shelf):
            approved = await send(web, "/standards", f"/standards/{number}", do="approve")
            assert approved.status_code == 303, approved.text


async def test_no_text_is_put_in_where_the_command_is_not_ones_own(table: Worktable) -> None:
    async with browser(table, HEAD) as web:
        number = await added(web)
    for account, status in ((OFFICER, 200), (STRANGER, 403), (OPERATOR, 403)):
        async with browser(table, account) as web:
            csrf = hidden((await web.get("/password")).text, "csrf")
            url = f"{table.path('late')}/answer/text"
            answer = await web.post(url, data={"csrf": csrf, "standard": number}, headers=SAME)
            assert answer.status_code == status, account.login


async def test_a_text_that_was_switched_off_meanwhile_is_said_to_be_gone(table: Worktable) -> None:
    async with browser(table, OFFICER) as web:
        csrf = hidden((await web.get("/password")).text, "csrf")
        url = f"{table.path('late')}/answer/text"
        gone = await web.post(url, data={"csrf": csrf, "standard": "f" * 32}, headers=SAME)
        assert gone.status_code == 404
