"""Fetches what a provider keeps for a while, from the hosts that a channel's row names and from nowhere else.

The address comes from outside, so it is believed in nothing: the name is looked up once, every address it has
must be a public one, and the connection goes to that very address.
"""

import asyncio
import functools
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import Literal

import httpx

from libs.contracts.errors import HotlineError

Reason = Literal["refused-address", "too-large", "gone", "unreachable"]

_REDIRECTS = 3
_PASSING = {408, 425, 429}
_PRIVATE = [
    ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]


class NotFetched(HotlineError):
    """There is no content; `reason` is what the case will show. Only `unreachable` may change later."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Allowed:
    """Where from, and how much: `limit` in bytes, `seconds` for all tries together, `pauses` between them.

    `hosts` include their sub-domains. `private`: addresses of the province's own network count too, for a
    telephone system that stands there. `loopback`: this machine too, without TLS; for tests only.
    """

    hosts: tuple[str, ...]
    private: bool = False
    loopback: bool = False
    limit: int = 25 * 1024 * 1024
    seconds: float = 30.0
    pauses: tuple[float, ...] = (0.5, 2.0)


async def fetch(url: str, allowed: Allowed) -> bytes:
    """The content. Raises NotFetched."""
    try:
        async with asyncio.timeout(allowed.seconds):
            return await _persistently(url, allowed)
    except TimeoutError:
        raise NotFetched("unreachable") from None


async def _persistently(url: str, allowed: Allowed) -> bytes:
    for pause in allowed.pauses:
        try:
            return await _followed(url, allowed)
        except NotFetched as error:
            if error.reason != "unreachable":
                raise
        await asyncio.sleep(pause)
    return await _followed(url, allowed)


async def _followed(url: str, allowed: Allowed) -> bytes:
    """Redirects are followed to where an address may lead in the first place."""
    target = _parsed(url, allowed)
    for _ in range(_REDIRECTS):
        found = await _got(target, allowed)
        if isinstance(found, bytes):
            return found
        target = _parsed(found, allowed, target)
    raise NotFetched("gone")


def _parsed(url: str, allowed: Allowed, base: httpx.URL | None = None) -> httpx.URL:
    try:
        target = base.join(url) if base else httpx.URL(url)
        host = target.raw_host.decode().rstrip(".").lower()
    except (httpx.InvalidURL, ValueError):
        raise NotFetched("refused-address") from None
    if allowed.loopback and host == "127.0.0.1" and target.scheme == "http":
        return target
    named = any(host == name or host.endswith(f".{name}") for name in allowed.hosts)
    if (
        not named
        or target.userinfo
        or target.scheme not in {"http", "https"}
        or target.port not in {None, 80, 443}
    ):
        raise NotFetched("refused-address")
    return target.copy_with(scheme="https", port=None)


async def _got(target: httpx.URL, allowed: Allowed) -> bytes | str:
    """The content, or where it is said to be."""
    host = target.raw_host.decode()
    address = await _address(host, target.port or 443, allowed)
    headers = {"Host": target.netloc.decode(), "Accept-Encoding": "identity"}
    try:
        async with (
            httpx.AsyncClient(verify=_tls(), trust_env=False, timeout=10) as client,
            client.stream(
                "GET", target.copy_with(host=address), headers=headers, extensions={"sni_hostname": host}
            ) as answer,
        ):
            if answer.has_redirect_location:
                return answer.headers["location"]
            _require_content(answer)
            return await _content(answer, allowed.limit)
    except httpx.HTTPError:
        raise NotFetched("unreachable") from None


def _require_content(answer: httpx.Response) -> None:
    if answer.status_code in _PASSING or answer.status_code >= 500:
        raise NotFetched("unreachable")
    if answer.status_code != 200 or answer.headers.get("content-encoding", "identity") != "identity":
        raise NotFetched("gone")


async def _content(answer: httpx.Response, limit: int) -> bytes:
    """Measured while it comes: what is announced may be a lie."""
    content = bytearray()
    async for chunk in answer.aiter_raw():
        content += chunk
        if len(content) > limit:
            raise NotFetched("too-large")
    return bytes(content)


async def _address(host: str, port: int, allowed: Allowed) -> str:
    """The address to connect to, after every address of the name was looked at."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched("unreachable") from None
    addresses = [str(where[0]) for *_, where in found]
    if not addresses or not all(_may(address, allowed) for address in addresses):
        raise NotFetched("refused-address")
    return addresses[0]


def _may(address: str, allowed: Allowed) -> bool:
    if allowed.loopback and address == "127.0.0.1":
        return True
    return _public(address) or (allowed.private and _ours(address))


def _ours(text: str) -> bool:
    """In a network that only we have (RFC 1918, RFC 4193); never this machine or the link."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return any(address in network for network in _PRIVATE)


def _public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or address
    return inner.is_global and not inner.is_multicast


@functools.cache
def _tls() -> ssl.SSLContext:
    """Made once: reading the certificates costs tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)
