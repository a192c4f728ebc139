"""Notices of agencies on the front page, ended answers nowhere, and what citizens look for in vain."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from libs.devstack.nats_server import NatsServer
from libs.packs.questions import Notice
from libs.packs.revise import revise
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine, reading
from services.desk.knowledge.sought import SOUGHT_TABLE
from tests.support.desks import ADMINISTRATOR
from tests.support.office import desk_settings, hire, running_desk
from tests.support.portals import portal
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.waiting import eventually

NOW = SystemClock().now()
DAY = NOW.date()
SOON = DAY + timedelta(2)


async def test_the_front_page_shows_the_notices_that_hold_today_in_the_readers_language(
    server: NatsServer, tmp_path: Path
) -> None:
    one = Notice(
        id="A",
        agency="SYT",
        text="Nghỉ tiêm vì bão",
        text_en="No vaccination today",
        valid_to=DAY + timedelta(2),
    )
    ended = Notice(id="B", agency="SYT", text="Đã cũ", valid_to=DAY - timedelta(2))
    later = Notice(id="C", agency="SYT", text="Chưa đến", valid_from=SOON)
    pack = revise(thanh_hoa(), notices=[one, ended, later])
    async with portal(server, tmp_path, pack=pack, with_intake=False) as site, site.browser() as browser:
        page = (await browser.get("/")).text
        assert "Nghỉ tiêm vì bão" in page and "Sở Y tế" in page
        assert "Đã cũ" not in page and "Chưa đến" not in page
        browser.cookies.set("lang", "en")
        english = (await browser.get("/", params={"lang": "en"}, follow_redirects=True)).text
        assert "No vaccination today" in english and "Nghỉ tiêm" not in english


async def test_an_ended_answer_is_neither_found_nor_listed(server: NatsServer, tmp_path: Path) -> None:
    first = next(one for one in thanh_hoa().questions if not one.question.isascii())
    asked = {"q": first.question}
    async with portal(server, tmp_path / "a", with_intake=False) as site, site.browser() as browser:
        assert first.question in (await browser.get("/questions", params=asked)).text
    over = first.model_copy(update={"valid_to": DAY - timedelta(2)})
    pack = revise(
        thanh_hoa(), questions=[over if one.id == first.id else one for one in thanh_hoa().questions]
    )
    async with (
        portal(server, tmp_path / "b", pack=pack, with_intake=False) as site,
        site.browser() as browser,
    ):
        for query in (asked, {"field": first.field}):
            page = (await browser.get("/questions", params=query)).text
            assert f"<summary>{first.question}" not in page


async def test_a_search_in_vain_reaches_the_desk_with_its_words_only_and_a_good_one_does_not(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, ADMINISTRATOR)
    key = tmp_path / "portal-desk.key"
    key.write_text("khoa-cua-cong")
    engine = open_engine(url)

    def kept() -> list[tuple[str, int]]:
        with reading(engine) as connection:
            query = select(SOUGHT_TABLE.c.shown, SOUGHT_TABLE.c.citizens)
            return [(row.shown, row.citizens) for row in connection.execute(query)]

    settings = desk_settings(server, url, tmp_path, portal_key_file=key)
    async with running_desk(settings) as desk, serving(desk.app) as address:
        named: dict[str, Any] = {"desk_url": address, "desk_key_file": str(key)}
        async with (
            portal(server, tmp_path / "p", with_intake=False, **named) as site,
            site.browser() as browser,
        ):
            await browser.get("/questions", params={"q": "tiêm vắc xin cho trẻ em"})
            await browser.get("/questions", params={"q": "Nuôi lạc đà sa mạc, gọi 0912345678"})
            await eventually(kept, what="the desk has counted it")
            assert kept() == [("nuôi lạc đà sa mạc, gọi ##########", 1)]
        async with desk.client("khoa-khac") as stranger:
            answer = await stranger.post("/sought", json={"words": "a b c", "place": 1})
            assert answer.status_code == 401
    engine.dispose()
