"""Questions and answers at the desk: proposed by an agency, decided, copied to the arbiter."""

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.support.deskpages import SAME, browser, held, send
from tests.support.desks import ADMINISTRATOR, ARBITER, COLLEAGUE, OFFICER, OPERATOR, POLICE, STRANGER
from tests.support.office import Office
from tests.support.workbooks import HEAD, ROWS, xls, xlsx

DOCUMENT = "CV 120/SYT-VP ngày 02/03/2026"
ENTRY = {
    "field": "F04",
    "question": "Tiêm nhắc lại ở đâu?",
    "answer": "Tại trạm y tế nơi cư trú.",
    "source": "CV 119",
    "checked": "2026-03-01",
    "document": DOCUMENT,
    "do": "send",
}


def today(office: Office) -> date:
    return office.runtime.clock.now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()


def mine(office: Office) -> str:
    """An entry of the department of health."""
    pack = office.runtime.directory.pack
    return next(one.id for one in pack.questions if one.agency == "SYT")


async def proposed(web: httpx.AsyncClient, number: str = "", **inputs: str) -> httpx.Response:
    page = f"/knowledge/entry?id={number}" if number else "/knowledge/entry"
    text = (await web.get(page)).text
    day = re.search(r'name="effective" type="date" value="([^"]+)"', text)
    assert day, text
    form = {**held(text, "/knowledge/entry"), **ENTRY, "effective": day[1], **inputs}
    return await web.post("/knowledge/entry", data=form, headers=SAME)


def entry(office: Office, question: str) -> str:
    pack = office.runtime.directory.pack
    return next((one.answer for one in pack.questions if one.question == question), "")


PAGES = {
    "/knowledge": {OPERATOR, OFFICER, ARBITER, ADMINISTRATOR},
    "/knowledge?show=old": {OPERATOR, OFFICER, ARBITER, ADMINISTRATOR},
    "/knowledge/entry": {OPERATOR, OFFICER, ARBITER, ADMINISTRATOR},
    "/knowledge/changes": {OFFICER, ARBITER, ADMINISTRATOR},
    "/knowledge/import": {OFFICER, ADMINISTRATOR},
    "/knowledge/contacts": {OFFICER, ADMINISTRATOR},
    "/knowledge/notices": {OFFICER, ADMINISTRATOR},
    "/knowledge/sought": {OFFICER, ADMINISTRATOR},
    "/knowledge/faq.csv": {ADMINISTRATOR},
}


async def test_each_page_is_for_the_roles_that_need_it(office: Office) -> None:
    for account in (OPERATOR, OFFICER, ARBITER, POLICE, ADMINISTRATOR):
        async with browser(office, account) as web:
            for page, allowed in PAGES.items():
                status = (await web.get(page)).status_code
                assert status == (200 if account in allowed else 403), (account.login, page)


async def test_an_officer_proposes_the_administrator_accepts_and_the_arbiter_reads_a_copy(
    office: Office,
) -> None:
    async with browser(office, OFFICER) as web:
        sent = await proposed(web)
        assert sent.status_code == 303, sent.text
        assert "Đã gửi" in (await web.get(sent.headers["location"])).text
    assert entry(office, ENTRY["question"]) == ""
    async with browser(office, ARBITER) as web:
        assert "Chưa đọc" in (await web.get("/knowledge/changes")).text
        assert DOCUMENT in (await web.get("/knowledge/changes/1")).text
        assert "Chưa đọc" not in (await web.get("/knowledge/changes")).text
        assert (await web.post("/knowledge/changes/1", headers=SAME)).status_code == 403
    async with browser(office, ADMINISTRATOR) as web:
        done = await send(web, "/knowledge/changes/1", "/knowledge/changes/1", do="accept")
        assert done.status_code == 303, done.text
        assert "Đã áp dụng" in (await web.get(done.headers["location"])).text
    directory = office.runtime.directory
    assert entry(office, ENTRY["question"]) == ENTRY["answer"]
    new = directory.pack.questions[-1]
    assert (new.id, new.agency, new.valid_from) == ("SYT-0001", "SYT", today(office))
    change = directory.history[-1]
    assert change.document == DOCUMENT and change.by == f"{ADMINISTRATOR.name} ({ADMINISTRATOR.login})"
    assert change.note.startswith("Đề nghị 1 gửi ")


async def test_mistakes_are_named_at_their_inputs_and_nothing_is_lost(office: Office) -> None:
    async with browser(office, OFFICER) as web:
        for inputs, field in (
            ({"question": ""}, "question"),
            ({"field": "KHONG"}, "field"),
            ({"answer": "=HYPERLINK"}, "answer"),
            ({"checked": "hôm qua"}, "checked"),
            ({"effective": ""}, "effective"),
            ({"effective": "2020-01-01"}, "effective"),
            ({"document": ""}, "document"),
        ):
            answer = await proposed(web, **inputs)
            assert answer.status_code == 422 and f'href="#{field}"' in answer.text, (
                inputs,
                answer.status_code,
            )
            assert "CV 119" in answer.text
        assert "Chưa có đề nghị nào" in (await web.get("/knowledge/changes")).text


async def test_officers_neither_change_nor_see_what_is_another_agencys(office: Office) -> None:
    async with browser(office, OFFICER) as web:
        await proposed(web)
    async with browser(office, STRANGER) as web:
        assert (await web.get("/knowledge/changes/1")).status_code == 404
        assert "<textarea" not in (await web.get(f"/knowledge/entry?id={mine(office)}")).text
        blank = held((await web.get("/knowledge/entry")).text, "/knowledge/entry")
        forged = {**blank, **ENTRY, "id": mine(office), "agency": "SYT"}
        assert (await web.post("/knowledge/entry", data=forged, headers=SAME)).status_code == 403
        assert (await web.get("/knowledge/entry?id=GONE")).status_code == 404


async def test_the_second_to_change_an_entry_sees_the_first_and_the_administrator_sees_both(
    office: Office,
) -> None:
    number = mine(office)
    for account in (OFFICER, COLLEAGUE):
        async with browser(office, account) as web:
            page = (await web.get(f"/knowledge/entry?id={number}")).text
            assert ("Đang có đề nghị khác" in page) == (account is COLLEAGUE)
            sent = await proposed(web, number, answer=f"Câu trả lời của {account.name}.")
            assert sent.status_code == 303
    async with browser(office, ADMINISTRATOR) as web:
        assert "Còn đề nghị khác" in (await web.get("/knowledge/changes/1")).text
        old = held((await web.get("/knowledge/changes/2")).text, "/knowledge/changes/2")
        await send(web, "/knowledge/changes/1", "/knowledge/changes/1", do="accept")
        late = await web.post("/knowledge/changes/2", data={**old, "do": "accept"}, headers=SAME)
        assert late.status_code == 409, "what it changes is not what was seen"
        page = (await web.get("/knowledge/changes/2")).text
        assert "đã khác so với khi đề nghị được gửi" in page and f"của {OFFICER.name}" in page
        await send(web, "/knowledge/changes/2", "/knowledge/changes/2", do="accept")
    pack = office.runtime.directory.pack
    assert [one.answer for one in pack.questions if one.id == number] == [
        f"Câu trả lời của {COLLEAGUE.name}."
    ]


async def test_a_proposal_is_declined_with_a_reason_only_and_once(office: Office) -> None:
    async with browser(office, OFFICER) as web:
        await proposed(web)
    async with browser(office, ADMINISTRATOR) as web:
        kept = held((await web.get("/knowledge/changes/1")).text, "/knowledge/changes/1")
        for reason, status in (("", 422), ("Chưa có văn bản gốc", 303), ("Hai lần", 409)):
            form = {**kept, "do": "decline", "reason": reason}
            answer = await web.post("/knowledge/changes/1", data=form, headers=SAME)
            assert answer.status_code == status, reason
    async with browser(office, OFFICER) as web:
        assert "Chưa có văn bản gốc" in (await web.get("/knowledge/changes/1")).text
    assert len(office.runtime.directory.history) == 1


async def test_an_agency_takes_its_proposal_back_before_it_is_decided(office: Office) -> None:
    async with browser(office, OFFICER) as web:
        await proposed(web)
        sent = await send(web, "/knowledge/changes/1", "/knowledge/changes/1", do="withdraw")
        assert sent.status_code == 303
        assert "Đã rút" in (await web.get("/knowledge/changes")).text


async def test_a_change_for_a_later_day_waits_and_the_same_form_twice_is_one_proposal(office: Office) -> None:
    later = (today(office) + timedelta(days=10)).isoformat()
    async with browser(office, OFFICER) as web:
        for _ in range(2):
            sent = await proposed(web, effective=later, command_id="0" * 32)
            assert sent.headers["location"] == "/knowledge/changes/1?done=yes"
    async with browser(office, ADMINISTRATOR) as web:
        await send(web, "/knowledge/changes/1", "/knowledge/changes/1", do="accept")
        assert "đã nhận, chờ đến ngày" in (await web.get("/knowledge/changes/1")).text
    assert len(office.runtime.directory.history) == 1


async def test_an_ended_entry_is_not_offered_any_more_but_still_listed_as_ended(office: Office) -> None:
    number = mine(office)
    async with browser(office, ADMINISTRATOR) as web:
        sent = await proposed(web, number, do="end")
        assert sent.status_code == 303, sent.text
        assert number in (await web.get("/knowledge?show=ended&agency=SYT")).text
    question = next(one for one in office.runtime.directory.pack.questions if one.id == number)
    assert question.valid_to == today(office) - timedelta(days=1)
    async with browser(office, OPERATOR) as web:
        assert f"insert-{number}" not in (await web.get("/questions", params={"q": question.question})).text


async def test_the_console_says_of_an_answer_whose_it_is_and_how_old(office: Office) -> None:
    async with browser(office, ADMINISTRATOR) as web:
        await proposed(web, agency="SYT", valid_to="2099-12-31")
    async with browser(office, OPERATOR) as web:
        page = (await web.get("/questions", params={"q": "tiêm nhắc lại ở đâu"})).text
    for shown in ("Sở Y tế", "CV 119", "kiểm tra 01/03/2026", "đến 31/12/2099"):
        assert shown in page


async def test_entries_that_nobody_checked_for_long_are_listed_and_checked_by_their_owner(
    office: Office,
) -> None:
    number = mine(office)
    async with browser(office, OFFICER) as web:
        page = (await web.get("/knowledge?show=old")).text
        assert f'name="entry.{number}"' in page
        foreign = next(q.id for q in office.runtime.directory.pack.questions if q.agency == "SCT")
        ticks = {f"entry.{number}": "yes", f"entry.{foreign}": "yes"}
        sent = await send(web, "/knowledge?show=old", "/knowledge/checked", **ticks)
        assert sent.headers["location"].endswith("done=1")
        assert f'name="entry.{number}"' not in (await web.get("/knowledge?show=old")).text
    checked = {q.id: q.checked for q in office.runtime.directory.pack.questions}
    assert checked[number] == today(office) and checked[foreign] is None


async def test_a_focal_officer_is_replaced_like_an_answer(office: Office) -> None:
    async with browser(office, OFFICER) as web:
        wrong = await send(
            web, "/knowledge/contacts", "/knowledge/contacts", email="không", document=DOCUMENT
        )
        assert wrong.status_code == 422 and 'href="#email"' in wrong.text
        inputs = {"hotline": "0237 0000 009", "email": "moi@syt.example", "sms": "", "document": DOCUMENT}
        form = held((await web.get("/knowledge/contacts")).text, "/knowledge/contacts")
        day = {"effective": today(office).isoformat()}
        sent = await web.post("/knowledge/contacts", data={**form, **inputs, **day}, headers=SAME)
        assert sent.status_code == 303, sent.text
    async with browser(office, ADMINISTRATOR) as web:
        assert "moi@syt.example" in (await web.get("/knowledge/changes/1")).text
        await send(web, "/knowledge/changes/1", "/knowledge/changes/1", do="accept")
    agency = office.runtime.directory.pack.agency("SYT")
    assert (agency.hotline, agency.email, agency.sms) == ("02370000009", "moi@syt.example", None)


async def bring(web: httpx.AsyncClient, content: bytes, **inputs: str) -> httpx.Response:
    page = (await web.get("/knowledge/import")).text
    action = re.search(r'action="(/knowledge/import\?csrf=[^"]+)"', page)
    assert action
    agency = re.findall(r'type="hidden" name="agency" value="([^"]*)"', page)
    data = {"agency": "".join(agency), "field": "", **inputs}
    files = {"file": ("hoi-dap.xls", content, "application/vnd.ms-excel")}
    return await web.post(action[1], data=data, files=files, headers=SAME)


async def confirm(web: httpx.AsyncClient, brought: httpx.Response, **inputs: str) -> httpx.Response:
    address = brought.headers["location"]
    text = (await web.get(address)).text
    seen = re.search(r'name="seen" value="([^"]+)"', text)
    token = re.search(r'name="csrf" value="([^"]+)"', text)
    assert seen and token, text
    form = {"csrf": token[1], "seen": seen[1], "do": "confirm", "document": DOCUMENT, **inputs}
    return await web.post(address, data=form, headers=SAME)


async def test_a_workbook_is_previewed_and_nothing_of_it_holds_before_the_document(office: Office) -> None:
    day = {"effective": today(office).isoformat()}
    async with browser(office, OFFICER) as web:
        brought = await bring(web, xls(HEAD, *ROWS))
        assert brought.status_code == 303, brought.text
        page = (await web.get(brought.headers["location"])).text
        assert 'Mục mới</dt><dd class="nums">2' in page and "Tiêm mũi 3 ở đâu?" in page
        assert (await confirm(web, brought, **day, document="")).status_code == 422
        sent = await confirm(web, brought, **day)
        assert sent.status_code == 303
        assert (await web.get(brought.headers["location"])).status_code == 404
    assert entry(office, "Tiêm mũi 3 ở đâu?") == ""
    async with browser(office, ADMINISTRATOR) as web:
        await send(web, "/knowledge/changes/1", "/knowledge/changes/1", do="accept")
        assert entry(office, "Tiêm mũi 3 ở đâu?") != ""
        again = await bring(web, xls(HEAD, ROWS[0], [2, ROWS[1][1], "Câu trả lời mới.", "F03"]), agency="SYT")
        page = (await web.get(again.headers["location"])).text
        assert 'Thay đổi</dt><dd class="nums">1' in page and 'Như cũ</dt><dd class="nums">1' in page
        left = [q.id for q in office.runtime.directory.pack.questions if q.agency == "SYT"]
        assert f'Không còn trong tệp</dt><dd class="nums">{len(left) - 2}' in page
        assert (await confirm(web, again, **day, end_missing="yes")).status_code == 303
    pack = office.runtime.directory.pack
    standing = [q.question for q in pack.questions if q.agency == "SYT" and q.in_force(today(office))]
    assert standing == ["Tiêm mũi 3 ở đâu?", "Hỗ trợ lao động tự do thế nào?"]


async def test_a_workbook_with_a_mistake_is_told_by_sheet_and_row_and_cannot_be_confirmed(
    office: Office,
) -> None:
    rows = [
        HEAD,
        [1, "Hỏi một?", "", "F04"],
        [2, "Hỏi hai?", "Đáp hai.", "Lạ"],
        [3, "Hỏi ba?", "Đáp ba.", "F04"],
    ]
    async with browser(office, OFFICER) as web:
        brought = await bring(web, xlsx({"Tờ 1": rows}))
        page = (await web.get(brought.headers["location"])).text
        assert re.search(r'<td>Tờ 1</td><td class="nums">2</td><td>.*thiếu câu trả lời', page)
        assert re.search(r'<td>Tờ 1</td><td class="nums">3</td><td>.*không rõ lĩnh vực', page)
        assert "chưa nhập được dòng nào" in page and 'name="seen"' not in page
        broken = await bring(web, b"PK\x03\x04 hong")
        assert broken.status_code == 422 and "Không đọc được tệp" in broken.text
        huge = await bring(web, b"0" * 5_000_001)
        assert huge.status_code == 422 and "không quá 5 MB" in huge.text
        assert (await bring(web, b"0" * 7_000_000)).status_code == 413
    async with browser(office, STRANGER) as web:
        assert (await web.get(brought.headers["location"])).status_code == 404
        assert (await bring(web, xls(HEAD, *ROWS), agency="SYT")).status_code == 403


async def test_old_letters_are_converted_only_when_a_person_says_so(office: Office) -> None:
    head = ["STT", "C©u hái", "Tr¶ lêi", "LÜnh vùc"]
    rows: list[list[Any]] = [
        head,
        [1, "Thñ tôc cÊp giÊy phÐp thÕ nµo?", "Nép hå s¬ t¹i bé phËn mét cöa.", "F04"],
    ]
    async with browser(office, OFFICER) as web:
        brought = await bring(web, xls(*rows))
        page = (await web.get(brought.headers["location"])).text
        assert "có vẻ viết bằng phông cũ" in page and 'name="seen"' not in page
        await send(web, brought.headers["location"], brought.headers["location"], do="tcvn3")
        page = (await web.get(brought.headers["location"])).text
        assert "Thủ tục cấp giấy phép thế nào?" in page and 'name="seen"' in page


async def test_a_notice_stands_on_the_console_until_its_agency_takes_it_down(office: Office) -> None:
    last = (today(office) + timedelta(days=3)).isoformat()
    async with browser(office, OFFICER) as web:
        for inputs, field in (({"text": "", "valid_to": last}, "text"), ({"text": "Nghỉ tiêm"}, "valid_to")):
            wrong = await send(web, "/knowledge/notices", "/knowledge/notices", **inputs)
            assert wrong.status_code == 422 and f'href="#{field}"' in wrong.text
        inputs = {"text": "Nghỉ tiêm vì mưa bão", "valid_to": last}
        sent = await send(web, "/knowledge/notices", "/knowledge/notices", **inputs)
        assert sent.status_code == 303, sent.text
    notice = office.runtime.directory.pack.notices[0]
    async with browser(office, OPERATOR) as web:
        assert "Nghỉ tiêm vì mưa bão" in (await web.get("/calls/new")).text
    address = f"/knowledge/notices/{notice.id}/down"
    async with browser(office, STRANGER) as web:
        assert "Nghỉ tiêm" not in (await web.get("/knowledge/notices")).text
        form = held((await web.get("/knowledge/notices")).text, "/knowledge/notices")
        assert (await web.post(address, data=form, headers=SAME)).status_code == 404
    async with browser(office, COLLEAGUE) as web:
        assert (await send(web, "/knowledge/notices", address)).status_code == 303
    assert office.runtime.directory.pack.notices == ()
    assert [one.by for one in office.runtime.directory.history[1:]] == [
        f"{OFFICER.name} (syt)",
        f"{COLLEAGUE.name} (syt2)",
    ]


async def test_an_agency_has_five_notices_at_most(office: Office) -> None:
    last = today(office).isoformat()
    async with browser(office, OFFICER) as web:
        answers = [
            await send(web, "/knowledge/notices", "/knowledge/notices", text=f"Số {n}", valid_to=last)
            for n in range(6)
        ]
    assert [one.status_code for one in answers] == [303] * 5 + [422]
