"""A citizen's way through the pages, with no script, on a real server with a real intake."""

import re
from pathlib import Path

from libs.contracts.codes import with_check_digit
from libs.contracts.events import CaseAnswered, CaseInformationAsked, CaseOpened, CasePublished, CaseRejected
from libs.contracts.facts import Actor
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from tests.support.builders import a_case, make, opened, routed
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.portals import CONTACT, OpenPortal, fill_in, hidden, portal
from tests.support.waiting import eventually

WORDS = "Xã tôi có lịch tiêm mũi hai chưa?"
CODE = with_check_digit(12_345_678)


async def cases(server: NatsServer) -> list[CaseOpened]:
    """Every case that was opened."""
    async with connected(server, "provisioner") as js:
        info = await js.stream_info("CASES")
        found = [await js.get_msg("CASES", seq) for seq in range(1, info.state.last_seq + 1)]
    return [
        CaseOpened.model_validate_json(one.data or b"")
        for one in found
        if (one.subject or "").endswith("opened")
    ]


async def shown(site: OpenPortal, ref: CaseRef, seq: int) -> None:
    """Wait until the portal has read the fact with this sequence."""
    from services.portal.store import LINK

    def reached() -> bool:
        engine = site.runtime.readiness.engine
        assert engine is not None
        with engine.connect() as connection:
            row = connection.execute(LINK.select().where(LINK.c.case_id == ref.case_id)).first()
        return row is not None and row.last_seq >= seq

    await eventually(reached, what=f"fact {seq} in the portal")


async def test_a_request_becomes_a_case_and_its_sender_follows_it_by_code_and_four_digits(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        sent = await fill_in(browser, "/submit", text=WORDS, field="F04", place="Xã Quảng Lưu", **CONTACT)
        assert (sent.status_code, sent.headers["location"]) == (303, "/sent")
        receipt = (await browser.get("/sent")).text
        code = re.search(r'data-code="(\d{9})"', receipt)
        assert code and f"{code[1][:3]} {code[1][3:6]} {code[1][6:]}" in receipt
        (case,) = await cases(server)
        assert (case.code, case.channel, case.person.phone, case.field) == (
            code[1],
            "portal",
            "+84912345678",
            "F04",
        )
        assert (case.text, case.place) == (WORDS, "Xã Quảng Lưu")
        await shown(site, CaseRef(case.at.year, case.case_id), 1)
        tracked = await fill_in(browser, "/track", code=code[1], digits="5678")
        assert (tracked.status_code, tracked.headers["location"]) == (303, "/case")
        page = await browser.get("/case")
        assert 'data-status="new"' in page.text and page.headers["cache-control"] == "no-store"
        assert "Nguyễn Văn Mẫu" not in page.text and "345 678" not in page.text


async def test_a_form_sent_twice_is_one_case_with_one_code(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = (await browser.get("/submit")).text
        form = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "text": WORDS, **CONTACT}
        codes = []
        for _ in range(2):
            assert (await browser.post("/submit", data=form)).status_code == 303
            codes += re.findall(r'data-code="(\d{9})"', (await browser.get("/sent")).text)
        assert codes[0] == codes[1]
        assert len(await cases(server)) == 1


async def test_who_leaves_no_phone_gets_a_link_of_their_own(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        await fill_in(browser, "/submit", text=WORDS)
        link = re.search(r'href="(/t/[^"]+)"', (await browser.get("/sent")).text)
        (case,) = await cases(server)
        await shown(site, CaseRef(case.at.year, case.case_id), 1)
        assert link
        page = await browser.get(link[1])
        assert page.status_code == 200 and 'data-status="new"' in page.text
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in page.headers["x-robots-tag"]
        assert (await browser.get(link[1] + "x")).status_code == 404


async def test_an_empty_form_says_what_is_missing_and_loses_nothing(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = await fill_in(browser, "/submit", text="", **CONTACT)
        assert page.status_code == 422
        assert "<title>Lỗi:" in page.text and 'href="#text"' in page.text
        assert 'name="phone" value="0912 345 678"' in page.text
        wrong = await fill_in(browser, "/submit", text=WORDS, phone="số của mẹ tôi")
        assert wrong.status_code == 422 and 'href="#phone"' in wrong.text and WORDS in wrong.text
        assert await cases(server) == []


async def test_when_intake_is_down_the_text_stays_and_the_number_to_call_is_shown(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p", with_intake=False) as site, site.browser() as browser:
        page = (await browser.get("/submit")).text
        key = hidden(page, "key")
        form = {"csrf": hidden(page, "csrf"), "key": key, "text": WORDS}
        down = await browser.post("/submit", data=form)
        assert down.status_code == 503
        assert WORDS in down.text and "1022" in down.text
        assert hidden(down.text, "key") == key


async def test_unknown_codes_and_wrong_digits_get_the_same_reply(server: NatsServer, tmp_path: Path) -> None:
    ref = a_case()
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        await shown(site, ref, await happen(server, ref, opened(ref, code=CODE)))
        assert (await fill_in(browser, "/track", code=CODE, digits="5678")).status_code == 303
        pages = [
            await fill_in(browser, "/track", code=CODE, digits="0000"),
            await fill_in(browser, "/track", code="000000000", digits="5678"),
            await fill_in(browser, "/track", code="12345", digits="5678"),
        ]
        assert {page.status_code for page in pages} == {404}
        summary = re.compile(r"<ul>.*?</ul>", re.DOTALL)
        summaries = {re.sub(r"\s+", " ", summary.findall(page.text)[0]) for page in pages}
        assert len(summaries) == 1


async def test_guessing_the_digits_of_a_code_ends_after_ten_tries_from_any_browser(
    server: NatsServer, tmp_path: Path
) -> None:
    ref = a_case()
    async with portal(server, tmp_path / "p") as site:
        await shown(site, ref, await happen(server, ref, opened(ref, code=CODE)))
        statuses = []
        for digits in range(11):
            async with site.browser() as browser:
                guess = await fill_in(browser, "/track", code=CODE, digits=f"{digits:04}")
                statuses.append(guess.status_code)
        assert statuses == [404] * 10 + [429]


async def test_a_rejected_sender_reads_why(server: NatsServer, tmp_path: Path) -> None:
    ref = a_case()
    reject = make(
        CaseRejected, ref, by=Actor(service="desk"), reason="other-province", text="Mời gọi 1022 Nghệ An."
    )
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        await shown(site, ref, await happen(server, ref, opened(ref, code=CODE), reject))
        await fill_in(browser, "/track", code=CODE, digits="5678")
        page = (await browser.get("/case")).text
        assert 'data-status="rejected"' in page
        assert "Sự việc không xảy ra trên địa bàn tỉnh" in page and "Mời gọi 1022 Nghệ An." in page


async def test_who_is_asked_for_more_can_say_it_there(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        await fill_in(browser, "/submit", text=WORDS, **CONTACT)
        (case,) = await cases(server)
        ref = CaseRef(case.at.year, case.case_id)
        asked = make(CaseInformationAsked, ref, at=case.at, question="Cháu bé mấy tuổi?")
        async with connected(server, "router") as router, connected(server, "desk") as desk:
            for js, fact, last in ((router, routed(ref, at=case.at), 1), (desk, asked, 2)):
                await CaseLog(js).append(ref, fact, last, decide=lambda one: one, fold=lambda one, _: one)
        await shown(site, ref, 3)
        await fill_in(browser, "/track", code=case.code, digits="5678")
        page = (await browser.get("/case")).text
        assert "Cháu bé mấy tuổi?" in page and "Sở Y tế đề nghị Ông/Bà bổ sung thông tin" in page
        said = await fill_in(browser, "/case", text="Cháu 7 tuổi")
        assert (said.status_code, said.headers["location"]) == (303, "/case?added=1")
        await shown(site, ref, 4)
        assert "Ông/Bà đã bổ sung thông tin" in (await browser.get("/case")).text
        assert (await fill_in(browser, "/case", text="")).status_code == 422


async def test_a_published_answer_is_found_with_and_without_marks_and_shows_nobody(
    server: NatsServer, tmp_path: Path
) -> None:
    ref = a_case()
    facts = (
        opened(ref, code=CODE),
        routed(ref),
        make(CaseAnswered, ref, answer="Mời anh Mẫu ra trạm y tế xã sáng thứ Bảy."),
        make(
            CasePublished,
            ref,
            question="Khi nào tiêm mũi hai cho đường phố?",
            answer="Trạm y tế tiêm vào sáng thứ Bảy.",
        ),
    )
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        await shown(site, ref, await happen(server, ref, *facts))
        for words in ("đường phố", "duong pho", "TIÊM mũi hai"):
            found = (await browser.get("/answers", params={"q": words})).text
            assert "Khi nào tiêm mũi hai" in found, words
        assert "Khi nào tiêm" not in (await browser.get("/answers", params={"q": "học phí"})).text
        link = re.search(r'href="(/answers/[0-9a-f]{16})"', (await browser.get("/")).text)
        assert link
        page = (await browser.get(link[1])).text
        assert "Sở Y tế" in page and "Trả lời trong ngày" in page
        assert not [secret for secret in ("Mẫu", CODE, ref.case_id, "345") if secret in page]
        assert link[1] in (await browser.get("/sitemap.xml")).text


async def test_questions_are_found_and_a_vain_search_offers_to_send_the_words(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        found = (await browser.get("/questions", params={"q": "cap do dich xa toi"})).text
        assert "<details open>" in found
        vain = (await browser.get("/questions", params={"q": "xyzzy"})).text
        assert "/submit?q=xyzzy" in vain and "<details" not in vain
        assert ">\nxyzzy</textarea>" in (await browser.get("/submit?q=xyzzy")).text
        assert "<details" in (await browser.get("/questions", params={"field": "F04"})).text


async def test_the_pages_speak_english_when_asked_and_remember_it(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        assert '<html lang="vi">' in (await browser.get("/")).text
        assert '<html lang="en">' in (await browser.get("/track?lang=en")).text
        page = (await browser.get("/track")).text
        assert '<html lang="en">' in page and "Look-up code" in page


async def test_machines_are_told_what_to_read(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        robots = (await browser.get("/robots.txt")).text
        assert "Disallow: /t/" in robots and "Sitemap: http://portal.test/sitemap.xml" in robots
        assert (await browser.get("/favicon.ico")).status_code == 308
        for address in ("/nothing", "/answers/0000"):
            missing = await browser.get(address)
            assert missing.status_code == 404 and "Trang này không mở được" in missing.text
