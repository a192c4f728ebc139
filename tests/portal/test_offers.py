"""Whether it is a matter that somebody reported already: the citizen is asked, and an operator decides."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from tests.portal.test_pages import cases
from tests.support.builders import a_case, opened, routed, slip
from tests.support.desks import OPERATOR
from tests.support.office import Office, desk_settings, hire, running_desk
from tests.support.portals import CONTACT, SITE, OpenPortal, fill_in, portal
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving

FLOOD = "Đường vào thôn 3 bị ngập sâu ba ngày nay, xe máy không đi được, trẻ em không đến trường được"
REQUEST = {
    "text": "Đường vào thôn 3 bị ngập sâu ba ngày nay rồi, xe máy không đi được",
    "field": "F07",
    "place": "Xã Quảng Lưu, huyện Quảng Xương",
    **CONTACT,
}
QUANG_LUU = "16543"
KEY = "khoa-cua-cong-o-ban-truc"


@asynccontextmanager
async def both(server: NatsServer, folder: Path) -> AsyncIterator[tuple[OpenPortal, Office]]:
    """A portal that may ask a real desk."""
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{folder / 'desk.db'}"
    await hire(url, OPERATOR)
    (folder / "portal-desk.key").write_text(KEY)
    settings = desk_settings(server, url, folder, portal_key_file=folder / "portal-desk.key")
    async with running_desk(settings) as desk, serving(desk.app) as address:
        more: Any = {"desk_url": address, "desk_key_file": str(folder / "portal-desk.key")}
        async with portal(server, folder / "p", **more) as site:
            yield site, desk


async def reported(server: NatsServer, desk: Office, *, secret: bool = False) -> CaseRef:
    """An hour ago somebody reported the flood, and it is with the district."""
    ref = a_case()
    at = desk.runtime.clock.now() - timedelta(hours=1)
    facts = (
        opened(ref, text=FLOOD, field="F07", at=at, secret=secret),
        routed(ref, at=at, slip=slip(lead="UBND_406", field="F07", place=QUANG_LUU)),
    )
    await desk.receive(server, ref, *facts)
    return ref


async def choose(browser: httpx.AsyncClient, page: str, same: str) -> httpx.Response:
    """Answer the question with this choice, all that was typed being in the form."""
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    return await browser.post(
        "/submit", data={**kept, "same": same}, headers={"origin": SITE, "sec-fetch-site": "same-origin"}
    )


async def test_who_reports_a_known_matter_is_asked_and_an_operator_sees_what_they_said(
    server: NatsServer, tmp_path: Path
) -> None:
    async with both(server, tmp_path) as (site, desk), site.browser() as browser:
        known = await reported(server, desk)
        asked = await fill_in(browser, "/submit", **REQUEST)
        assert asked.status_code == 200
        assert "Có phải việc này?" in asked.text
        assert "Xã Quảng Lưu" in asked.text
        assert FLOOD not in asked.text
        assert len(await cases(server)) == 1
        token = re.search(r'name="same" value="([^"]+)"', asked.text)
        assert token
        sent = await choose(browser, asked.text, token[1])
        assert (sent.status_code, sent.headers["location"]) == (303, "/sent")
        new = (await cases(server))[-1]
        assert (new.same_as, new.held, new.person.name) == (known.case_id, True, CONTACT["name"])
        ref = CaseRef(new.at.year, new.case_id)
        await desk.receive(server, ref)
        async with desk.person(OPERATOR) as operator:
            similar = (await operator.client.get(f"/cases/{new.case_id}/similar")).json()
            assert (similar[0]["row"]["case_id"], similar[0]["same"]) == (known.case_id, ["citizen"])


async def test_who_says_that_it_is_another_matter_is_not_asked_again(
    server: NatsServer, tmp_path: Path
) -> None:
    async with both(server, tmp_path) as (site, desk), site.browser() as browser:
        await reported(server, desk)
        asked = await fill_in(browser, "/submit", **REQUEST)
        assert (await choose(browser, asked.text, "")).status_code == 303
        new = (await cases(server))[-1]
        assert (new.same_as, new.held) == (None, False)


async def test_a_matter_that_was_not_offered_cannot_be_claimed(server: NatsServer, tmp_path: Path) -> None:
    async with both(server, tmp_path) as (site, desk), site.browser() as browser:
        known = await reported(server, desk)
        asked = await fill_in(browser, "/submit", **REQUEST)
        assert (await choose(browser, asked.text, known.case_id)).status_code == 303
        assert (await cases(server))[-1].same_as is None


async def test_what_was_reported_in_confidence_is_offered_to_nobody(
    server: NatsServer, tmp_path: Path
) -> None:
    async with both(server, tmp_path) as (site, desk), site.browser() as browser:
        await reported(server, desk, secret=True)
        assert (await fill_in(browser, "/submit", **REQUEST)).status_code == 303


async def test_without_an_answer_of_the_desk_a_request_is_sent_all_the_same(
    server: NatsServer, tmp_path: Path
) -> None:
    (tmp_path / "desk.key").write_text(KEY)
    more: Any = {"desk_url": "http://127.0.0.1:9", "desk_key_file": str(tmp_path / "desk.key")}
    async with portal(server, tmp_path / "p", **more) as site, site.browser() as browser:
        assert (await fill_in(browser, "/submit", **REQUEST)).status_code == 303
        assert len(await cases(server)) == 1


async def test_only_the_portals_key_may_ask(server: NatsServer, tmp_path: Path) -> None:
    async with both(server, tmp_path) as (_, desk):
        described = {"text": FLOOD}
        for token, status in (("", 401), ("sai", 401), (KEY, 200)):
            async with desk.client(token) as client:
                assert (await client.post("/offers", json=described)).status_code == status
        async with desk.client(await desk.token(OPERATOR)) as client:
            assert (await client.post("/offers", json=described)).status_code == 401
