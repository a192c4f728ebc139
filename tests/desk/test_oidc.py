"""Signing in at a provider over the wire: who holds an account gets in, and no lie is believed."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from libs.devstack.nats_server import NatsServer
from tests.support.desks import COLLEAGUE, OFFICER
from tests.support.office import PEOPLE, Office, desk_settings, hire, running_desk
from tests.support.oidc_standin import CLIENT, SECRET, StandIn, over_there, provider
from tests.support.provinces import in_force, thanh_hoa

pytestmark = pytest.mark.timeout(90)
Place = tuple[Office, StandIn]


@pytest.fixture
async def place(server: NatsServer, tmp_path: Path) -> AsyncIterator[Place]:
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    (tmp_path / "oidc.secret").write_text(SECRET)
    async with provider() as standin:
        settings = desk_settings(
            server,
            url,
            tmp_path,
            oidc_issuer=standin.issuer,
            oidc_client_id=CLIENT,
            oidc_secret_file=tmp_path / "oidc.secret",
        )
        async with running_desk(settings) as office:
            yield office, standin


def a_browser(office: Office) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(office.app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url=office.settings.public_url, headers={"accept": "text/html"}, timeout=20
    )


async def tried(office: Office, wanted: str = "/inbox") -> tuple[int, str]:
    """One sign-in from the button to the end: the status, and where it led or what was said."""
    async with a_browser(office) as web:
        going = await web.get("/oidc", params={"next": wanted})
        assert going.status_code == 303, going.text
        came = await web.get(await over_there(going.headers["location"]))
        return came.status_code, came.headers.get("location", "")


async def test_who_has_an_account_here_is_signed_in_and_comes_where_they_wanted(place: Place) -> None:
    office, standin = place
    async with a_browser(office) as web:
        assert "tài khoản của tỉnh" in (await web.get("/login")).text
        going = await web.get("/oidc", params={"next": "/inbox?group=closed"})
        came = await web.get(await over_there(going.headers["location"]))
        assert (came.status_code, came.headers["location"]) == (303, "/inbox?group=closed")
        page = (await web.get("/inbox")).text
        assert OFFICER.name in page
        from tests.support.portals import hidden

        left = await web.post("/logout", data={"csrf": hidden(page, "csrf")})
        assert f"{standin.issuer}/end?" in (await web.get(left.headers["location"])).text
        assert (await web.get("/inbox")).headers["location"].startswith("/login")


async def test_it_never_leads_to_another_site(place: Place) -> None:
    office, _ = place
    for wanted in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert await tried(office, wanted) == (303, "/")


async def test_nobody_gets_in_without_an_account_or_as_somebody_else(place: Place) -> None:
    office, standin = place
    standin.login = "khong-co-ai"
    assert (await tried(office))[0] == 422
    standin.login = OFFICER.login
    assert (await tried(office))[0] == 303
    standin.claims = {"sub": "sub-of-a-new-holder-of-the-name"}
    assert (await tried(office))[0] == 422
    standin.claims = {"preferred_username": COLLEAGUE.login}
    assert (await tried(office))[0] == 303


def lies(now: int) -> list[dict[str, Any]]:
    """What a provider may not say of somebody who signs in at this moment, a second since 1970."""
    return [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"azp": "another-client"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": now - 180},
        {"exp": None},
        {"iat": now + 900},
        {"sub": None},
        {"preferred_username": None},
        {"preferred_username": 7},
    ]


async def test_no_lie_of_a_token_is_believed(place: Place) -> None:
    office, standin = place
    for lie in lies(int(time.time())):
        standin.claims = lie
        assert (await tried(office))[0] == 422, lie
    standin.claims = {}
    assert (await tried(office))[0] == 303


async def test_clocks_may_differ_by_less_than_a_minute(place: Place) -> None:
    office, standin = place
    now = int(time.time())
    standin.claims = {"exp": now - 20, "iat": now + 20}
    assert (await tried(office))[0] == 303


async def test_only_published_keys_sign(place: Place) -> None:
    office, standin = place
    assert (await tried(office))[0] == 303
    for kid in ("one", "two"):
        standin.sign_with = RSAKey.generate_key(2048, {"kid": kid})
        assert (await tried(office))[0] == 422
    standin.sign_with = OctKey.import_key(SECRET)  # type: ignore[assignment]
    standin.header = {"alg": "HS256"}
    assert (await tried(office))[0] == 422
    assert standin.looked_for_keys <= 2, "forged tokens make us ask for keys again and again"


async def test_an_answer_is_worth_something_only_once_and_only_in_its_own_browser(place: Place) -> None:
    office, _ = place
    async with a_browser(office) as mine, a_browser(office) as theirs:
        going = await mine.get("/oidc")
        back = await over_there(going.headers["location"])
        assert (await theirs.get(back)).status_code == 422
        await theirs.get("/oidc")
        assert (await theirs.get(back)).status_code == 422
        kept = mine.cookies["oidc"]
        assert (await mine.get(back)).status_code == 303
        assert (await mine.get(back)).status_code == 422
        mine.cookies.set("oidc", kept)
        assert (await mine.get(back)).status_code == 422, "a code was taken twice"
        assert (await mine.get("/oidc/back?error=access_denied")).status_code == 422
        assert (await mine.get("/oidc/back")).status_code == 422


async def test_a_provider_that_is_away_leaves_the_password(place: Place) -> None:
    office, standin = place
    standin.down = True
    async with a_browser(office) as web:
        page = await web.get("/oidc")
        assert page.status_code == 503
        assert "dùng mật khẩu" in page.text and 'name="password"' in page.text
