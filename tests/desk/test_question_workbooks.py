"""Whole workbooks of questions and answers, and the notices on the console."""

import re
from datetime import timedelta
from typing import Any

import httpx

from tests.support.deskpages import SAME, browser, held, send
from tests.support.deskquestions import DOCUMENT, entry, today
from tests.support.desks import ADMINISTRATOR, COLLEAGUE, OFFICER, OPERATOR, STRANGER
from tests.support.office import Office
from tests.support.workbooks import HEAD, ROWS, xls, xlsx


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
