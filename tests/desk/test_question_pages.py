"""Questions and answers at the desk: proposed by an agency, decided, copied to the arbiter."""

from datetime import timedelta

from tests.support.deskpages import SAME, browser, held, send
from tests.support.deskquestions import DOCUMENT, ENTRY, entry, mine, proposed, today
from tests.support.desks import ADMINISTRATOR, ARBITER, COLLEAGUE, OFFICER, OPERATOR, POLICE, STRANGER
from tests.support.office import Office

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
