"""What everybody may read and say: answers with filters, feed, languages, “did this help?”, a bad network."""

import html
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from libs.contracts.events import CaseAnswered, CasePublished
from libs.devstack.nats_server import NatsServer
from services.desk.helpful import Helpful
from tests.portal.test_pages import CODE, shown
from tests.portal.test_voices import OURS, both
from tests.support.builders import a_case, make, opened, routed
from tests.support.history import happen
from tests.support.portals import OpenPortal, hidden, portal

ATOM = "{http://www.w3.org/2005/Atom}"
MARKS = re.compile("[ăâđêôơưĂÂĐÊÔƠƯàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]")


async def published(server: NatsServer, site: OpenPortal) -> None:
    ref = a_case()
    answer = make(CaseAnswered, ref, answer="Mời bác Mẫu ra trạm")
    public = make(CasePublished, ref, question="Khi nào tiêm <mũi hai>?", answer="Sáng thứ Bảy & Chủ Nhật")
    await happen(server, ref, opened(ref, code=CODE), routed(ref), answer, public)
    await shown(site, ref, 4)


async def test_the_feed_holds_the_public_text_and_keeps_its_filters(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        await published(server, site)
        answer = await browser.get("/feed.atom?field=F04")
        assert answer.headers["content-type"].startswith("application/atom+xml")
        feed = ET.fromstring(answer.text)
        assert feed.findtext(f"{ATOM}id") == "http://portal.test/feed.atom?field=F04"
        (entry,) = feed.findall(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}title") == "Khi nào tiêm <mũi hai>?"
        assert entry.findtext(f"{ATOM}content") == "Sáng thứ Bảy & Chủ Nhật"
        assert "bác Mẫu" not in answer.text
        assert not ET.fromstring((await browser.get("/feed.atom?field=F05")).text).findall(f"{ATOM}entry")
        page = (await browser.get("/answers?field=F04")).text
        assert (
            'type="application/atom+xml" href="/feed.atom?field=F04"' in page
            and 'rel="canonical"' not in page
        )


async def test_each_page_names_itself_and_its_other_language(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = (await browser.get("/answers")).text
        assert '<link rel="canonical" href="http://portal.test/answers">' in page
        english = (await browser.get("/answers?lang=en")).text
        assert '<link rel="canonical" href="http://portal.test/answers?lang=en">' in english
        for text in (page, english):
            assert 'hreflang="en" href="http://portal.test/answers?lang=en"' in text
            assert 'hreflang="vi" href="http://portal.test/answers"' in text


@pytest.mark.parametrize("path", ["/answers", "/questions"])
async def test_too_many_words_are_told_on_the_page_itself(
    server: NatsServer, tmp_path: Path, path: str
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = await browser.get(path, params={"q": "từ " * 80})
        assert page.status_code == 422 and "dài quá 200 chữ" in page.text and 'value="từ từ' in page.text
        odd = await browser.get(f"{path}?q=%ff%fe&field={'x' * 99}&page=zero&after=~&days=-1")
        assert odd.status_code == 200


async def test_troubles_are_pages_in_words_also_for_whoever_names_no_kind(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser(accept="*/*") as browser:
        form = {"content-type": "application/x-www-form-urlencoded", **OURS}
        for body, status in (("text=a", 403), ("text=%ff", 400)):
            answer = await browser.post("/submit/what", content=body, headers=form)
            assert answer.status_code == status
            assert answer.headers["content-type"].startswith("text/html") and "<h1>" in answer.text


async def test_whether_an_answer_helped_is_counted_once_for_a_browser(
    server: NatsServer, tmp_path: Path
) -> None:
    async with both(server, tmp_path) as (site, desk), site.browser() as browser:
        await published(server, site)
        address = re.findall(r'href="(/answers/[0-9a-f]{16})"', (await browser.get("/answers")).text)[0]
        page = (await browser.get(address)).text
        value = re.search(r'name="no" value="([^"]+)"', page)
        assert value
        form = {"csrf": hidden(page, "csrf"), "no": value[1]}
        for _ in range(2):
            sent = await browser.post("/helpful", data=form, headers=OURS)
            assert sent.headers["location"] == f"{address}?thanked=1"
        assert "Cảm ơn Ông/Bà" in (await browser.get(sent.headers["location"])).text
        question = (await browser.get("/questions?q=cap+do+dich+xa+toi")).text
        yes = re.search(r'name="yes" value="([^"]+)"', question)
        assert yes
        sent = await browser.post("/helpful", data={**form, "yes": yes[1], "q": "cap do dich"}, headers=OURS)
        assert sent.headers["location"].startswith("/questions?q=cap+do+dich&thanked=")
        for wrong in ("answer:none:12345678", "x", "question::"):
            assert (
                await browser.post("/helpful", data={**form, "no": wrong}, headers=OURS)
            ).status_code == 400
        stale = value[1].rpartition(":")[0] + ":00000000"
        assert (await browser.post("/helpful", data={**form, "no": stale}, headers=OURS)).status_code == 303
        engine = desk.runtime.readiness.engine
        assert engine is not None
        rows = {(row.kind, row.yes, row.no) for row in await Helpful(engine).worst()}
        assert rows == {("answer", 0, 1), ("question", 1, 0)}


async def test_emergency_numbers_come_first_where_somebody_may_be_in_danger(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        for path in ("/", "/submit", "/questions", "/offline", "/nothing"):
            page = (await browser.get(path)).text
            assert page.index('href="tel:113"') < page.index("<main"), path
        assert "tel:113" not in (await browser.get("/answers")).text


async def test_the_worker_names_files_that_are_there_and_the_page_for_bad_networks_sets_no_cookie(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        worker = await browser.get("/sw.js")
        assert worker.headers["content-type"].startswith("text/javascript")
        for url in re.findall(r'"(/static/[^"]+)"', worker.text):
            assert (await browser.get(url)).status_code == 200
        page = await browser.get("/offline")
        assert "set-cookie" not in page.headers and 'data-draft="submit"' in page.text


def words(page: str) -> str:
    """What is read on a page, without what is marked as Vietnamese."""
    body = page[page.index("<body") :]
    body = re.sub(r'<(\w+)[^>]* lang="vi"[^>]*>.*?</\1>', " ", body, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


async def test_no_vietnamese_sentence_stands_on_an_english_page(server: NatsServer, tmp_path: Path) -> None:
    async with both(server, tmp_path) as (site, _), site.browser() as browser:
        await published(server, site)
        await browser.get("/?lang=en")
        token = (await browser.get("/track")).text
        tracked: dict[str, Any] = {"csrf": hidden(token, "csrf"), "code": CODE, "digits": "5678"}
        assert (await browser.post("/track", data=tracked, headers=OURS)).status_code == 303
        address = re.findall(r'href="(/answers/[0-9a-f]{16})"', (await browser.get("/answers")).text)[0]
        pack = site.runtime.directory.pack
        names = sorted(
            {unit.name_vi for unit in pack.units}
            | {field.name_vi for field in pack.fields}
            | {name for agency in pack.agencies for name in (agency.name_vi, agency.name_en)}
            | {"Thanh Hóa"},
            key=len,
            reverse=True,
        )
        paths = ("/", "/submit", "/track", "/answers", address, "/questions", "/questions?q=tiem", "/offline")
        for path in (*paths, "/case", "/nothing", "/answers?q=" + "x" * 201):
            text = words((await browser.get(path)).text)
            for name in names:
                text = text.replace(name, "")
            assert not (left := [line.strip() for line in text.splitlines() if MARKS.search(line)]), (
                path,
                left,
            )
