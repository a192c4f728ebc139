"""The desk's pages without a browser: who may open what, and that no word typed is ever lost."""

import re
from pathlib import Path

import pytest

from libs.contracts import events
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from tests.support.builders import CITIZEN
from tests.support.bus import connected
from tests.support.desks import ADMINISTRATOR, ARBITER, COLLEAGUE, OFFICER, OPERATOR, STRANGER
from tests.support.deskweb import SAME, browser, facts, send
from tests.support.office import PASSWORD
from tests.support.portals import hidden
from tests.support.worktable import SENT, a_worktable

NAME = CITIZEN.name


async def test_who_is_not_signed_in_is_led_to_the_log_in_and_back_to_our_own_pages_only(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table) as web:
        for path in ("/", "/inbox", table.path("late"), "/accounts", "/reports/cases.xlsx"):
            answer = await web.get(path)
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login"), path
        for wanted, lands in (("/triage", "/triage"), ("//evil.test", "/"), ("https://evil.test", "/")):
            page = await web.get("/login", params={"next": wanted})
            form = {"csrf": hidden(page.text, "csrf"), "next": hidden(page.text, "next")}
            answer = await web.post(
                "/login", data={**form, "login": OPERATOR.login, "password": PASSWORD}, headers=SAME
            )
            assert answer.headers["location"] == lands
            web.cookies.delete("desk")


async def test_a_wrong_password_says_so_and_keeps_the_name(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table) as web:
        page = await web.get("/login")
        form = {"csrf": hidden(page.text, "csrf"), "login": OPERATOR.login, "password": "sai mật khẩu"}
        answer = await web.post("/login", data=form, headers=SAME)
        assert answer.status_code == 422
        assert "Tên đăng nhập hoặc mật khẩu không đúng" in answer.text and 'value="truc1"' in answer.text
        assert "sai mật khẩu" not in answer.text and "desk" not in web.cookies


PAGES = {
    "/calls/new": {OPERATOR},
    "/triage": {OPERATOR, ADMINISTRATOR},
    "/arbiter": {OPERATOR, ARBITER, ADMINISTRATOR},
    "/inbox": {OPERATOR, OFFICER, STRANGER},
    "/accounts": {ADMINISTRATOR},
    "/parked": {ADMINISTRATOR},
    "/reports": {ARBITER, ADMINISTRATOR},
    "late": {OPERATOR, OFFICER, ARBITER, ADMINISTRATOR},
}
"""Page (or case) → who may open it; everybody else is told that it is not theirs."""


async def test_each_role_opens_its_own_pages_and_no_others(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table:
        for account in (OPERATOR, OFFICER, STRANGER, ARBITER, ADMINISTRATOR):
            async with browser(table, account) as web:
                for page, allowed in PAGES.items():
                    path = table.path(page) if page in table.cases else page
                    answer = await web.get(path)
                    expected = 200 if account in allowed else 403
                    assert answer.status_code == expected, (account.login, path)
                    assert "Traceback" not in answer.text


async def test_only_who_works_on_the_case_sees_the_person(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table:
        seen = {}
        for account in (OPERATOR, OFFICER, ARBITER, ADMINISTRATOR):
            async with browser(table, account) as web:
                page = (await web.get(table.path("late"))).text
                seen[account.role] = NAME in page
                assert ("0912 345 678" in page) == seen[account.role]
        assert seen == {"operator": True, "officer": True, "arbiter": False, "administrator": False}


async def test_secrecy_asks_for_a_reason_first(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as web:
        await table.put("secret", "Xin giữ kín", SENT, secret=True)
        assert NAME not in (await web.get(table.path("secret"))).text
        shown = await web.get(table.path("secret"), params={"reason": "Gọi lại cho người gửi"})
        assert NAME in shown.text


async def test_an_empty_answer_comes_back_open_with_its_mistake(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as web:
        path = table.path("today")
        page = await send(web, path, f"{path}/return", text="Việc của Sở Công Thương", ground="")
        assert page.status_code == 422
        assert '<details class="act risky" id="act-return" open>' in page.text
        assert 'href="#return-ground"' in page.text and "Việc của Sở Công Thương</textarea>" in page.text
        assert await facts(table, table.cases["today"]) == ["opened", "routed"]


async def test_a_public_text_with_personal_data_is_refused_by_name_and_the_draft_is_clean(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as web:
        path = table.path("answered")
        draft = (await web.get(path)).text
        assert "Tôi là […], số […], xin hỏi lịch tiêm ở xã.</textarea>" in draft
        refused = await send(web, path, f"{path}/publish", question="Hỏi", answer="Gọi anh Mẫu 0912 345 678")
        assert refused.status_code == 422 and "0912 345 678" in refused.text
        done = await send(web, path, f"{path}/publish", question="Lịch tiêm?", answer="Sáng thứ Bảy.")
        assert (done.status_code, done.headers["location"]) == (303, f"{path}?done=publish#main")
        assert (await facts(table, table.cases["answered"]))[-1] == "published"


async def test_a_double_click_is_one_fact(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as web:
        path = table.path("today")
        text = (await web.get(path)).text
        form = re.search(rf'action="{path}/receive".*?</form>', text, re.DOTALL)
        assert form
        kept = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[0]))
        for _ in range(2):
            assert (await web.post(f"{path}/receive", data=kept, headers=SAME)).status_code == 303
        assert await facts(table, table.cases["today"]) == ["opened", "routed", "received"]


async def test_who_comes_second_sees_both_texts(server: NatsServer, tmp_path: Path) -> None:
    async with (
        a_worktable(server, tmp_path) as table,
        browser(table, OFFICER) as mine,
        browser(table, COLLEAGUE) as theirs,
    ):
        path = table.path("today")
        opened = (await mine.get(path)).text
        kept = {name: hidden(opened, name) for name in ("csrf", "command_id", "seen")}
        assert (await send(theirs, path, f"{path}/answer", answer="Tiêm ở trạm y tế xã.")).status_code == 303
        late = await mine.post(
            f"{path}/promise-progress",
            data={**kept, "progress": "Đang hỏi trạm y tế", "promised_at": "2099-01-01T08:00"},
            headers=SAME,
        )
        assert late.status_code == 409
        assert "Đang hỏi trạm y tế" in late.text and COLLEAGUE.name in late.text
        assert await facts(table, table.cases["today"]) == ["opened", "routed", "answered"]


async def test_words_that_came_too_late_can_be_carried_into_a_fresh_form(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        path = table.path("triage")
        old = hidden((await web.get(path)).text, "seen")
        whole = {"name": NAME, "phone": "0912 345 678", "address": "Thôn 3"}
        assert (await send(web, path, f"{path}/amend", **whole, field="F04")).status_code == 303
        late = await send(web, path, f"{path}/amend", **{**whole, "address": "Thôn 5"}, seen=old)
        assert late.status_code == 409 and "Mở hồ sơ, giữ nội dung của tôi" in late.text
        inputs = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', late.text))
        again = await web.post(f"{path}/amend/again", data=inputs, headers=SAME)
        assert again.status_code == 200 and 'id="act-amend" open' in again.text
        form = re.search(rf'<form[^>]*action="{path}/amend".*?</form>', again.text, re.DOTALL)
        assert form and 'value="Thôn 5"' in form[0]
        kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        assert kept["seen"] != old
        sent = await web.post(f"{path}/amend", data={**kept, **whole, "address": "Thôn 5"}, headers=SAME)
        assert sent.status_code == 303


async def test_the_slip_goes_to_the_suggested_agency_with_the_ticked_ones(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        path = table.path("triage")
        page = (await web.get(path)).text
        assert "chưa đủ chắc chắn về lĩnh vực" in page and "R04-DISTRICT" in page
        inputs = {"lead": "SYT", "field": "F04", "coordinating.UBND_406": "yes", "coordinating": "SGTVT"}
        form = re.findall(rf'<form[^>]*action="{path}/direct".*?</form>', page, re.DOTALL)[-1]
        kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
        assert (await web.post(f"{path}/direct", data={**kept, **inputs}, headers=SAME)).status_code == 303
        async with connected(server, "desk") as js:
            stored = await CaseLog(js).since(table.cases["triage"], 0)
        sent = stored[-1].fact
        assert isinstance(sent, events.CaseDirected)
        assert (sent.slip.lead, sent.slip.coordinating, sent.slip.rule) == (
            "SYT",
            ("UBND_406", "SGTVT"),
            "operator",
        )


async def test_a_typed_call_becomes_a_case_whose_code_is_read_out(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        saved = await send(web, "/calls/new", "/calls/new", text="Xin hỏi điểm tiêm", do="save")
        assert saved.status_code == 303 and saved.headers["location"].endswith("?done=taken")
        page = (await web.get(saved.headers["location"])).text
        assert "Đã lưu cuộc gọi" in page and re.search(r"<h1[^>]*>\d{3} \d{3} \d{3}</h1>", page)
        empty = await send(web, "/calls/new", "/calls/new", text="", name="Trần Thị B", do="save")
        assert (
            empty.status_code == 422
            and "Nội dung: Vui lòng điền mục này" in empty.text
            and 'value="Trần Thị B"' in empty.text
        )


async def test_the_arbiter_sees_suggested_agencies_and_the_rule_behind_each(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ARBITER) as web:
        page = (await web.get(table.path("unclear"))).text
        assert "Gợi ý" in page and "Quy tắc R04-DISTRICT · độ chắc chắn 71%" in page


async def test_the_arbiter_names_an_agency_and_the_operator_is_offered_only_that_one(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        path = table.path("unclear")
        async with browser(table, ARBITER) as web:
            assert "Việc này thuộc Sở nào?" in (await web.get(path)).text
            done = await send(web, path, f"{path}/determine", agency="SYT", opinion="Thuộc ngành y tế.")
            assert done.status_code == 303
        async with browser(table, OPERATOR) as web:
            page = (await web.get(path)).text
            assert "Thuộc ngành y tế." in page
            assert page.count('class="suggestion') == 1


async def test_signing_out_ends_the_session_for_good(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OFFICER) as web:
        token = web.cookies["desk"]
        assert (await send(web, "/inbox", "/logout")).status_code == 303
        web.cookies.set("desk", token)
        assert (await web.get("/inbox")).headers["location"].startswith("/login")


@pytest.mark.parametrize("path", ["/cases/0", f"/cases/{'0' * 32}", "/inbox?group=x", "/nothing"])
async def test_what_is_not_there_is_said_in_plain_words(
    server: NatsServer, tmp_path: Path, path: str
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        answer = await web.get(path)
        assert answer.status_code == 404 and "Trang này không mở được" in answer.text
