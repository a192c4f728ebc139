"""What the guard in front of every page lets through, and what it turns away."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from libs.web.app import civic, web_app
from libs.web.guard import MAX_BODY, Visit
from libs.web.headers import CONTENT_SECURITY_POLICY
from libs.web.pages import Pages
from libs.web.signing import Signer
from tests.support.webs import NOW, a_site, small_pages

OURS = {"origin": "http://site.test", "sec-fetch-site": "same-origin"}


def guarded(public_url: str = "http://site.test") -> ASGIApp:
    """An application with one form, one page that fails, and one JSON interface."""
    app = web_app()
    pages = small_pages()

    @app.get("/form")
    async def form(request: Request) -> Response:
        visit: Visit = request.state.visit
        return Response(visit.token())

    @app.get("/plain")
    async def plain() -> Response:
        return Response("plain")

    @app.post("/form")
    async def sent(request: Request) -> Response:
        visit: Visit = request.state.visit
        return Response(repr(visit.form))

    @app.get("/broken")
    async def broken() -> Response:
        raise RuntimeError("a secret detail")

    return civic(app, pages, signer=Signer("s"), public_url=public_url, session_cookie="session")


def browser(app: ASGIApp | None = None, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app or guarded(), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://site.test", headers=headers)


async def test_a_form_of_ours_passes_with_its_token() -> None:
    async with browser() as web:
        token = (await web.get("/form")).text
        sent = await web.post("/form", data={"csrf": token, "text": " cà\r\nphê "}, headers=OURS)
        assert (sent.status_code, sent.text) == (200, repr({"text": "cà\nphê"}))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "http://site.test"},
        {"sec-fetch-site": "same-site", "origin": "http://site.test"},
        {"origin": "http://evil.test"},
        {"origin": "null"},
    ],
)
async def test_a_form_from_elsewhere_is_refused_even_with_the_token(headers: dict[str, str]) -> None:
    async with browser() as web:
        token = (await web.get("/form")).text
        assert (await web.post("/form", data={"csrf": token}, headers=headers)).status_code == 403


@pytest.mark.parametrize("token", ["", "0" * 48, "é", None])
async def test_a_form_without_the_right_token_is_refused(token: str | None) -> None:
    async with browser() as web:
        await web.get("/form")
        data = {} if token is None else {"csrf": token}
        assert (await web.post("/form", data=data, headers=OURS)).status_code == 403


async def test_a_token_serves_only_the_browser_it_was_made_for() -> None:
    app = guarded()
    async with browser(app) as one, browser(app) as other:
        token = (await one.get("/form")).text
        await other.get("/form")
        assert (await other.post("/form", data={"csrf": token}, headers=OURS)).status_code == 403


async def test_a_token_made_before_signing_in_does_not_serve_the_session() -> None:
    async with browser() as web:
        token = (await web.get("/form")).text
        web.cookies.set("session", "abc")
        assert (await web.post("/form", data={"csrf": token}, headers=OURS)).status_code == 403
        token = (await web.get("/form")).text
        assert (await web.post("/form", data={"csrf": token}, headers=OURS)).status_code == 200


async def test_a_script_may_send_the_token_in_a_header_and_a_program_its_key() -> None:
    async with browser() as web:
        token = (await web.get("/form")).text
        json = {"content-type": "application/json"}
        assert (await web.post("/form", content="{}", headers=OURS | json)).status_code == 403
        with_token = OURS | json | {"x-csrf-token": token}
        assert (await web.post("/form", content="{}", headers=with_token)).status_code == 200
        assert (
            await web.post("/form", content="{}", headers=json | {"authorization": "Bearer k"})
        ).status_code == 200


async def test_a_cookie_is_set_only_by_pages_with_a_form() -> None:
    async with browser() as web:
        assert "set-cookie" not in (await web.get("/plain")).headers
        cookie = (await web.get("/form")).headers["set-cookie"]
        assert cookie.startswith("visit=") and "HttpOnly" in cookie and "Secure" not in cookie
    async with browser(guarded("https://site.test")) as web:
        cookie = (await web.get("/form")).headers["set-cookie"]
        assert cookie.startswith("__Host-visit=") and cookie.endswith("; Secure")


async def test_too_long_a_body_is_refused_whether_it_says_so_or_not() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"a" * (MAX_BODY // 4)

    async with browser() as web:
        token = {"x-csrf-token": (await web.get("/form")).text}
        assert (
            await web.post("/form", content=b"a" * (MAX_BODY + 1), headers=OURS | token)
        ).status_code == 413
        assert (await web.post("/form", content=chunks(), headers=OURS | token)).status_code == 413
        assert (await web.post("/form", content=b"a" * MAX_BODY, headers=OURS | token)).status_code == 200
        many = "&".join(f"f{number}=1" for number in range(201))
        form = {"content-type": "application/x-www-form-urlencoded"}
        assert (await web.post("/form", content=many, headers=OURS | token | form)).status_code == 413


@pytest.mark.parametrize("body", ["text=%FF%FE", "text=a%00b"])
async def test_what_is_not_readable_text_is_refused_by_the_name_of_its_input(body: str) -> None:
    async with browser() as web:
        token = (await web.get("/form")).text
        headers = OURS | {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
        page = await web.post("/form", content=f"csrf={token}&{body}", headers=headers)
        assert page.status_code == 400 and "<code>text</code>" in page.text


async def test_letters_typed_in_two_parts_arrive_as_one() -> None:
    async with browser() as web:
        token = (await web.get("/form")).text
        sent = await web.post("/form", data={"csrf": token, "text": "ho\u0300a"}, headers=OURS)
        assert sent.text == repr({"text": "hòa"})


@pytest.mark.parametrize("path", ["/plain", "/broken", "/nothing"])
async def test_every_answer_has_the_security_headers(path: str) -> None:
    async with browser() as web:
        headers = (await web.get(path)).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "unsafe" not in CONTENT_SECURITY_POLICY


async def test_an_error_is_a_page_in_plain_words_and_never_its_details() -> None:
    async with browser(accept="text/html") as web:
        page = await web.get("/broken")
        assert page.status_code == 500
        assert "Có lỗi ở phía chúng tôi" in page.text
        assert "secret detail" not in page.text and "Traceback" not in page.text
        missing = await web.get("/nothing")
        assert missing.status_code == 404 and "Trang này không mở được" in missing.text


async def test_a_program_gets_problems_instead_of_a_page() -> None:
    async with browser(accept="application/json") as web:
        missing = await web.get("/nothing")
        assert (missing.status_code, missing.json()["problems"][0]["en"]) == (
            404,
            "there is nothing at this address",
        )


async def test_a_chosen_language_is_shown_at_once_and_remembered() -> None:
    async with browser() as web:
        answer = await web.get("/plain?lang=en&q=a")
        assert answer.status_code == 200
        assert answer.headers["set-cookie"].startswith("lang=en; Max-Age=31536000")
        assert "set-cookie" not in (await web.get("/plain?lang=xx")).headers


async def test_static_files_have_addresses_that_browsers_may_keep_for_ever() -> None:
    async with browser() as web:
        url = small_pages().static.url("site.css")
        packed = await web.get(url, headers={"accept-encoding": "gzip"})
        plain = await web.get(url, headers={"accept-encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip" and packed.text == plain.text
        assert "immutable" in packed.headers["cache-control"]
        assert (await web.get(url.replace(".css", "x.css"))).status_code == 404
        assert (await web.get("/static/../guard.py")).status_code == 404


def test_a_page_asks_for_what_its_template_names_and_nothing_less() -> None:
    pages: Pages = small_pages()
    assert pages.static.url("not-there.js") == ""
    assert (pages.site().hotline, pages.now()) == (a_site().hotline, NOW)
