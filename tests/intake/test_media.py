"""What a citizen's message points to is fetched from where the row allows, and from nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from services.intake.media import Allowed, NotFetched, fetch
from tests.support.serving import serving

PICTURE = b"\xff\xd8\xff" + bytes(100_000)
HERE = Allowed((), loopback=True, pauses=(0.01, 0.01))


@dataclass
class Cdn:
    """A provider's store of pictures; `troubles` are the statuses of the next answers."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    troubles: list[int] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        what = request.path_params["what"]
        self.asked.append(what)
        if self.troubles and (status := self.troubles.pop(0)):
            return Response(status_code=status)
        match what:
            case "elsewhere":
                return RedirectResponse(request.query_params["to"])
            case "packed":
                return Response(PICTURE, headers={"Content-Encoding": "gzip"})
            case "endless":
                return StreamingResponse(self._drops(0.0, b"x" * 65_536))
            case "drops":
                return StreamingResponse(self._drops(0.05, b"x"))
        return Response(PICTURE, media_type="text/html")

    @staticmethod
    async def _drops(pause: float, drop: bytes) -> AsyncIterator[bytes]:
        for _ in range(2_000):
            yield drop
            await asyncio.sleep(pause)


@pytest.fixture
async def cdn() -> AsyncIterator[Cdn]:
    cdn = Cdn()
    async with serving(Starlette(routes=[Route("/{what}", cdn.answer)])) as url:
        cdn.url = url
        yield cdn


async def reason(url: str, allowed: Allowed = HERE) -> str:
    with pytest.raises(NotFetched) as caught:
        await fetch(url, allowed)
    return caught.value.reason


async def test_a_picture_comes_as_it_is(cdn: Cdn) -> None:
    assert await fetch(f"{cdn.url}/a.jpg?token=1", HERE) == PICTURE


async def test_this_machine_is_out_of_bounds_unless_the_row_says_otherwise(cdn: Cdn) -> None:
    assert await reason(f"{cdn.url}/a.jpg", Allowed(("127.0.0.1", "zdn.vn"))) == "refused-address"
    assert cdn.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a.jpg",
        "https://zdn.vn.evil.example/a.jpg",
        "https://evilzdn.vn/a.jpg",
        "https://zdn.vn@evil.example/",
        "https://user:word@zdn.vn/",
        "https://zdn.vn:8222/",
        "ftp://zdn.vn/a.jpg",
        "file:///etc/passwd",
        "//zdn.vn/a.jpg",
        "https://",
        "",
        "https://[::1]/",
        "http://127.0.0.1@evil.example/",
        "http://0x7f.1/",
        "http://localhost/",
    ],
)
async def test_an_address_that_is_not_the_providers_is_refused(url: str) -> None:
    assert await reason(url, Allowed(("zdn.vn",), loopback=True)) == "refused-address"


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "10.1.2.3", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"]
)
async def test_a_name_that_leads_into_our_own_network_is_refused(host: str) -> None:
    assert await reason(f"https://{host}/", Allowed((host,))) == "refused-address"


async def test_a_name_below_the_providers_is_looked_up_and_one_that_cannot_be_is_unreachable() -> None:
    assert await reason(f"https://{'f' * 64}.zdn.vn/", Allowed(("zdn.vn",), pauses=())) == "unreachable"


async def test_a_redirect_leads_only_to_where_an_address_may_lead(cdn: Cdn) -> None:
    assert await fetch(f"{cdn.url}/elsewhere?to=/a.jpg", HERE) == PICTURE
    port = cdn.url.rpartition(":")[2]
    for to in (
        "https://evil.example/a.jpg",
        f"http://localhost:{port}/a.jpg",
        "http://[",
        "file:///etc/passwd",
    ):
        assert await reason(f"{cdn.url}/elsewhere?to={to}") == "refused-address"
    assert await reason(f"{cdn.url}/elsewhere?to=/elsewhere?to=/elsewhere") in {"gone", "unreachable"}


async def test_more_than_the_limit_is_left_where_it_is(cdn: Cdn) -> None:
    assert await reason(f"{cdn.url}/a.jpg", Allowed((), loopback=True, limit=50_000)) == "too-large"
    assert await reason(f"{cdn.url}/endless", Allowed((), loopback=True, limit=500_000)) == "too-large"
    assert len(cdn.asked) == 2


async def test_a_link_that_has_expired_is_not_tried_again(cdn: Cdn) -> None:
    for status in (403, 404, 410):
        cdn.troubles.append(status)
        assert await reason(f"{cdn.url}/a.jpg") == "gone"
    assert len(cdn.asked) == 3


async def test_a_passing_trouble_is_tried_again(cdn: Cdn) -> None:
    cdn.troubles += [503, 429]
    assert await fetch(f"{cdn.url}/a.jpg", HERE) == PICTURE
    cdn.troubles += [500, 500, 500]
    assert await reason(f"{cdn.url}/a.jpg") == "unreachable"
    assert len(cdn.asked) == 6


async def test_packed_content_is_not_unpacked(cdn: Cdn) -> None:
    assert await reason(f"{cdn.url}/packed") == "gone"


async def test_all_tries_together_have_an_end(cdn: Cdn) -> None:
    started = asyncio.get_running_loop().time()
    assert await reason(f"{cdn.url}/drops", Allowed((), loopback=True, seconds=0.3)) == "unreachable"
    assert asyncio.get_running_loop().time() - started < 2


@given(st.one_of(st.text(), st.from_regex(r"https?://[^/]{0,20}(/.{0,10})?"), st.binary().map(repr)))
def test_whatever_stands_for_an_address_only_a_named_error_follows(url: str) -> None:
    assert asyncio.run(reason(url, Allowed(()))) == "refused-address"
