"""The portal with two partners of Open311, a real intake behind it, and what a partner sends."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from libs.contracts.events import CaseFact, CaseOpened
from libs.contracts.subjects import CaseRef, decode
from libs.devstack.nats_server import NatsServer
from tests.support.bus import connected
from tests.support.portals import OpenPortal, portal

FIX_KEY, APP_KEY, MUTE_KEY = "khoa-cua-fix-my-street", "khoa-cua-ung-dung", "khoa-cua-may-goi"
V2 = "http://portal.test/open311/v2"
WORDS = "Hố ga mất nắp trước cổng trường, rất nguy hiểm cho các cháu."
REPORT = {
    "api_key": FIX_KEY,
    "service_code": "F09",
    "lat": "19.6512",
    "long": "105.8231",
    "address_string": "Xã Quảng Lưu, huyện Quảng Xương",
    "description": WORDS,
    "first_name": "Nguyễn",
    "last_name": "Văn Mẫu",
    "email": "nguyen.van.mau@dan.example",
    "phone": "0912 345 678",
    "deviceid": "may-7",
}


def partners_file(folder: Path, hourly: int) -> Path:
    """Three partners: one shows what it reads to everybody, one to the sender alone, one may not read."""
    file = folder / "partners.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    tables = [
        ("fix", FIX_KEY, ""),
        ("app", APP_KEY, "for_sender = true\nextended = true\n"),
        ("mute", MUTE_KEY, "may_read_own = false\n"),
    ]
    file.write_text(
        "".join(
            f'[{code}]\nname = "Đối tác {code}"\nhourly = {hourly}\n'
            f'key_sha256 = "{hashlib.sha256(key.encode()).hexdigest()}"\n{more}'
            for code, key, more in tables
        ),
        encoding="utf-8",
    )
    return file


@dataclass
class Partnered:
    """A portal with partners, and a client of its Open311 interface."""

    site: OpenPortal
    client: httpx.AsyncClient
    server: NatsServer

    async def get(self, path: str, **params: str) -> Any:
        """What the interface says, in JSON; it must be content."""
        answer = await self.client.get(f"{V2}/{path}.json", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, changes: Mapping[str, Any] | None = None, key: str = "") -> httpx.Response:
        """A report as it was, but for the changes; `key` is an Idempotency-Key of the client's own."""
        headers = {"Idempotency-Key": key} if key else {}
        data = {**REPORT, **(changes or {})}
        return await self.client.post(f"{V2}/requests.json", data=data, headers=headers)

    async def sent(self, changes: Mapping[str, Any] | None = None, key: str = "") -> str:
        """The number of a report that must have been taken."""
        answer = await self.send(changes, key)
        assert answer.status_code == 200, answer.text
        (row,) = answer.json()
        number: str = row["service_request_id"]
        return number

    async def facts(self) -> list[CaseFact]:
        """Everything in CASES."""
        async with connected(self.server, "provisioner") as js:
            info = await js.stream_info("CASES")
            stored = [await js.get_msg("CASES", seq) for seq in range(1, info.state.last_seq + 1)]
        return [
            fact
            for fact in (decode(one.subject or "", one.data or b"") for one in stored)
            if isinstance(fact, CaseFact)
        ]

    async def opened(self) -> list[CaseOpened]:
        return [fact for fact in await self.facts() if isinstance(fact, CaseOpened)]

    async def the_case(self) -> tuple[CaseOpened, CaseRef]:
        """The only case there is."""
        (case,) = await self.opened()
        return case, CaseRef(case.at.year, case.case_id)


@asynccontextmanager
async def partnered(server: NatsServer, folder: Path, hourly: int = 100_000) -> AsyncIterator[Partnered]:
    file = str(partners_file(folder, hourly))
    async with portal(server, folder, partners_file=file) as site, site.browser() as client:
        yield Partnered(site, client, server)


def plain(element: ET.Element) -> Any:
    """What an element says, as its JSON would: a list where its children share one name of a list."""
    children = list(element)
    if not children:
        return element.text or ""
    if element.tag in LISTS:
        return [plain(child) for child in children]
    return {child.tag: plain(child) for child in children}


LISTS = frozenset(
    {"services", "attributes", "values", "service_requests", "service_request_updates"}
    | {"endpoints", "formats", "errors"}
)


def flat(value: Any) -> Any:
    """JSON as XML has it: everything is text, and nothing is empty text."""
    if isinstance(value, dict):
        return {name: flat(one) for name, one in value.items()} or ""
    if isinstance(value, list):
        return [flat(one) for one in value] or ""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
