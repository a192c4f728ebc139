"""Intake with channels on a real server, and a partner's app that signs what it posts."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from libs.contracts.events import CaseAdded, CaseFact, CaseOpened
from libs.contracts.subjects import CaseRef, case_ref, decode
from libs.devstack.nats_server import NatsServer
from libs.runtime.service import Runtime, open_runtime
from services.intake.app import build
from tests.support.bus import connected, has_read
from tests.support.intake import intake_settings

SECRET = "secret-of-the-app"


def app_table(folder: Path, **keys: Any) -> Path:
    """channels.toml with the table `app`; further keys of it as they are to be read."""
    (folder / "app.secret").write_text(SECRET)
    lines = ["[app]", 'kind = "signed"', f'secret_file = "{folder / "app.secret"}"']
    lines += [f"{name} = {json.dumps(value)}" for name, value in keys.items()]
    file = folder / "channels.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def signature(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Partner:
    """The app: posts messages, signed, to one or several replicas in turn."""

    replicas: list[httpx.AsyncClient]
    runtimes: list[Runtime]
    _sent: int = field(default=0)

    async def post(self, body: bytes, **headers: str) -> httpx.Response:
        self._sent += 1
        client = self.replicas[self._sent % len(self.replicas)]
        return await client.post(
            "/hooks/app", content=body, headers={"x-signature": signature(body), **headers}
        )

    async def say(self, id: str, text: str, **more: Any) -> httpx.Response:  # noqa: A002
        """One message of user-1, who may be somebody else (`sender=`)."""
        message = {"id": id, "sender": "user-1", "text": text, **more}
        answer = await self.post(json.dumps(message).encode())
        assert answer.status_code == 200, answer.text
        return answer


@asynccontextmanager
async def replica(
    server: NatsServer, channels: Path | None, **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Runtime]]:
    """One intake with channels, and a client of it."""
    chosen = intake_settings(server).model_copy(update={"channels_file": channels, **settings})
    async with open_runtime("intake", chosen) as rt, build(rt) as app:
        transport: Any = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://intake", timeout=20) as client:
            yield client, rt


@asynccontextmanager
async def partner(server: NatsServer, channels: Path) -> AsyncIterator[Partner]:
    """The app in front of one replica."""
    async with replica(server, channels) as (client, rt):
        yield Partner([client], [rt])


@asynccontextmanager
async def partner_of_two(server: NatsServer, channels: Path) -> AsyncIterator[Partner]:
    """The app in front of two replicas, in turn."""
    async with replica(server, channels) as (one, first), replica(server, channels) as (two, second):
        yield Partner([one, two], [first, second])


async def facts(server: NatsServer) -> list[tuple[CaseRef, CaseFact]]:
    """All of CASES, in order."""
    async with connected(server, "provisioner") as js:
        last = (await js.stream_info("CASES")).state.last_seq
        found = [await js.get_msg("CASES", seq=seq) for seq in range(1, last + 1)]
    decoded = [(case_ref(one.subject or ""), decode(one.subject or "", one.data or b"")) for one in found]
    return [(ref, fact) for ref, fact in decoded if isinstance(fact, CaseFact)]


async def said(server: NatsServer) -> dict[str, list[str]]:
    """Case → what was said in it, in order; every fact of intake's is there."""
    cases: dict[str, list[str]] = {}
    for ref, fact in await facts(server):
        if isinstance(fact, CaseOpened | CaseAdded):
            cases.setdefault(ref.case_id, []).append(fact.text)
    return cases


async def settled(server: NatsServer) -> bool:
    """Whether the worker has nothing in hand and nothing before it."""
    return await has_read(server, "intake", "RAW")


async def dead(server: NatsServer) -> list[str]:
    """The reasons of intake's dead letters, in order."""
    async with connected(server, "provisioner") as js:
        info = await js.stream_info("DEAD", subjects_filter="dead.intake.>")
        subjects = sorted(info.state.subjects or {})
        letters = [json.loads((await js.get_last_msg("DEAD", one)).data or b"{}") for one in subjects]
    return [letter["error"] for letter in letters]


async def forget_raw(server: NatsServer) -> None:
    """What the stream would do after ninety days."""
    async with connected(server, "provisioner") as js:
        await js.purge_stream("RAW")
