"""After the answer: rated once a cycle, or opened again when nothing was solved."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from libs.contracts.events import CASE_FACTS, CaseAnswered, CaseFact
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from tests.portal.test_pages import CODE, shown
from tests.support.builders import a_case, make, opened, routed
from tests.support.bus import connected
from tests.support.desks import OPERATOR
from tests.support.office import Office, desk_settings, hire, running_desk
from tests.support.portals import SITE, OpenPortal, fill_in, hidden, portal
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving

KEY = "khoa-cua-cong-o-ban-truc"
GOOD = {"answer": "5", "attitude": "4", "timeliness": "2"}
OURS = {"origin": SITE, "sec-fetch-site": "same-origin"}


@asynccontextmanager
async def both(server: NatsServer, folder: Path) -> AsyncIterator[tuple[OpenPortal, Office]]:
    """A portal and the desk that hears what its citizens say."""
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{folder / 'desk.db'}"
    await hire(url, OPERATOR)
    (folder / "portal-desk.key").write_text(KEY)
    settings = desk_settings(server, url, folder, portal_key_file=folder / "portal-desk.key")
    async with running_desk(settings) as desk, serving(desk.app) as address:
        more: Any = {"desk_url": address, "desk_key_file": str(folder / "portal-desk.key")}
        async with portal(server, folder / "p", **more) as site:
            yield site, desk


async def answered(server: NatsServer, site: OpenPortal, desk: Office, **person: Any) -> CaseRef:
    ref, now = a_case(), desk.runtime.clock.now()
    answer = make(CaseAnswered, ref, answer="Đã có lịch tiêm", at=now)
    await desk.receive(server, ref, opened(ref, code=CODE, at=now, **person), routed(ref, at=now), answer)
    await shown(site, ref, 3)
    return ref


async def facts(server: NatsServer) -> list[CaseFact]:
    async with connected(server, "provisioner") as js:
        last = (await js.stream_info("CASES")).state.last_seq
        found = [await js.get_msg("CASES", seq) for seq in range(1, last + 1)]
    return [
        CASE_FACTS[(one.subject or "").split(".")[-1]].model_validate_json(one.data or b"") for one in found
    ]


async def tracked(browser: httpx.AsyncClient) -> str:
    assert (await fill_in(browser, "/track", code=CODE, digits="5678")).status_code == 303
    return (await browser.get("/case")).text


def form_at(page: str, action: str) -> dict[str, str]:
    form = page[page.index(f'action="{action}"') :]
    return {name: hidden(form, name) for name in ("csrf", "key", "cycle")}


async def test_a_rating_is_one_fact_however_often_the_button_is_pressed(
    server: NatsServer, tmp_path: Path
) -> None:
    async with both(server, tmp_path) as (site, desk), site.browser() as browser:
        ref = await answered(server, site, desk)
        form = form_at(await tracked(browser), "/case/rating") | GOOD | {"text": "Nhanh"}
        for _ in range(2):
            sent = await browser.post("/case/rating", data=form, headers=OURS)
            assert (sent.status_code, sent.headers["location"]) == (303, "/case?told=rated")
        await shown(site, ref, 4)
        rated = [one for one in await facts(server) if one.token == "rated"]
        assert [
            one.model_dump(include={"answer", "attitude", "timeliness", "text", "agency"}) for one in rated
        ] == [{"answer": 5, "attitude": 4, "timeliness": 2, "text": "Nhanh", "agency": "SYT"}]
        page = (await browser.get("/case?told=rated")).text
        assert "Cảm ơn Ông/Bà" in page and "/case/rating" not in page
        assert "/case/rating" not in (await browser.get("/case")).text


async def test_what_was_left_out_is_asked_for_and_what_was_chosen_stays_chosen(
    server: NatsServer, tmp_path: Path
) -> None:
    async with both(server, tmp_path) as (site, desk), site.browser() as browser:
        await answered(server, site, desk)
        form = form_at(await tracked(browser), "/case/rating") | {"answer": "4", "text": "Chậm"}
        page = await browser.post("/case/rating", data=form, headers=OURS)
        assert page.status_code == 422 and page.text.startswith("<!doctype html>")
        assert 'href="#attitude"' in page.text and 'href="#timeliness"' in page.text
        assert (
            re.search(r'name="answer" value="4"[^>]* checked', page.text) and "Chậm</textarea>" in page.text
        )
        assert form_at(page.text, "/case/rating")["key"] == form["key"]
        empty = form_at(page.text, "/case/reopening")
        page = await browser.post("/case/reopening", data=empty, headers=OURS)
        assert page.status_code == 422 and 'href="#reason"' in page.text
        assert [one.token for one in await facts(server)] == ["opened", "routed", "answered"]


async def test_not_solved_opens_the_case_again_and_the_sender_is_told_what_happens_next(
    server: NatsServer, tmp_path: Path
) -> None:
    async with both(server, tmp_path) as (site, desk), site.browser() as browser:
        await answered(server, site, desk)
        page = await tracked(browser)
        form = form_at(page, "/case/reopening") | {"reason": "Đến nơi thì hết vắc xin"}
        sent = await browser.post("/case/reopening", data=form, headers=OURS)
        assert (sent.status_code, sent.headers["location"]) == (303, "/case?told=reopened")
        again = (await browser.get("/case?told=reopened")).text
        assert 'data-status="triage"' in again and "cán bộ Trực xem lại" in again
        assert "/case/reopening" not in again and "/case/rating" not in again
        assert "Trả lời lần trước" in again
        fact = (await facts(server))[-1]
        assert (fact.token, fact.by.role, getattr(fact, "reason", "")) == (
            "reopened",
            "citizen",
            "Đến nơi thì hết vắc xin",
        )
        old = {**form_at(page, "/case/rating"), **GOOD}
        refused = await browser.post("/case/rating", data=old, headers=OURS)
        assert refused.status_code == 409 and "xin chờ câu trả lời" in refused.text


async def test_the_link_serves_as_well_as_the_code_and_nobody_else_may_speak(
    server: NatsServer, tmp_path: Path
) -> None:
    async with both(server, tmp_path) as (site, desk), site.browser() as browser:
        await answered(server, site, desk, track_token="duong-dan-rieng")
        page = (await browser.get("/t/duong-dan-rieng")).text
        form = form_at(page, "/t/duong-dan-rieng/rating") | GOOD
        async with site.browser() as stranger:
            assert (
                await stranger.post("/t/duong-dan-rieng/rating", data=form, headers=OURS)
            ).status_code == 403
            csrf = hidden((await stranger.get("/track")).text, "csrf")
            for path in ("/case/rating", "/case/reopening"):
                sent = await stranger.post(path, data={**form, "csrf": csrf}, headers=OURS)
                assert sent.status_code == 403
        assert (await browser.post("/t/sai/rating", data=form, headers=OURS)).status_code == 404
        assert (
            await browser.post("/t/duong-dan-rieng/rating", data={**form, "key": "1"}, headers=OURS)
        ).status_code == 400
        sent = await browser.post("/t/duong-dan-rieng/rating", data=form, headers=OURS)
        assert sent.headers["location"] == "/t/duong-dan-rieng?told=rated"


@pytest.mark.parametrize("path", ["rating", "reopening"])
async def test_without_the_desk_nothing_is_lost_and_the_number_to_call_is_shown(
    server: NatsServer, tmp_path: Path, path: str
) -> None:
    (tmp_path / "desk.key").write_text(KEY)
    more: Any = {"desk_url": "http://127.0.0.1:9", "desk_key_file": str(tmp_path / "desk.key")}
    async with portal(server, tmp_path / "p", **more) as site, site.browser() as browser:
        from tests.support.history import happen

        ref, now = a_case(), site.runtime.clock.now()
        answer = make(CaseAnswered, ref, answer="Đã có lịch tiêm", at=now)
        await happen(server, ref, opened(ref, code=CODE, at=now), routed(ref, at=now), answer)
        await shown(site, ref, 3)
        form = (
            form_at(await tracked(browser), f"/case/{path}") | GOOD | {"text": "Lời tôi", "reason": "Lời tôi"}
        )
        page = await browser.post(f"/case/{path}", data=form, headers=OURS)
        assert page.status_code == 503
        assert "Lời tôi</textarea>" in page.text and "gọi 1022" in page.text
        assert form_at(page.text, f"/case/{path}")["key"] == form["key"]
