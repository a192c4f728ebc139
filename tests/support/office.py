"""The desk in this process on a real server, its people signed in, and cases put on its table."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from starlette.types import ASGIApp

from libs.contracts.events import CaseFact
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, table, writing
from libs.runtime.service import Runtime, open_runtime
from services.desk.app import build
from services.desk.domain.people import Account
from services.desk.migrations import prepare
from services.desk.passwords import Passwords
from services.desk.settings import Settings
from services.desk.tables import AccountRow
from tests.support.desks import (
    ADMINISTRATOR,
    ARBITER,
    AUDITOR,
    COLLEAGUE,
    COMMUNE,
    HEAD,
    OFFICER,
    OPERATOR,
    POLICE,
    STRANGER,
)
from tests.support.history import happen
from tests.support.intake import DESK_KEY
from tests.support.waiting import eventually

PASSWORD = "mật khẩu đủ dài"
PEOPLE = (OPERATOR, OFFICER, COLLEAGUE, HEAD, STRANGER, COMMUNE, ARBITER, POLICE, ADMINISTRATOR, AUDITOR)


def desk_settings(server: NatsServer, database_url: str, folder: Path, **more: Any) -> Settings:
    """Settings with secrets of their own in `folder`."""
    (folder / "desk.secret").write_text("bi-mat-cua-ban-truc")
    (folder / "intake.key").write_text(DESK_KEY)
    values: dict[str, Any] = {
        "nats_url": server.url,
        "nkey_seed_file": server.seed("desk"),
        "database_url": database_url,
        "secret_file": folder / "desk.secret",
        "intake_key_file": folder / "intake.key",
        "intake_url": "http://127.0.0.1:9",
        **more,
    }
    return Settings(**values)


async def hire(database_url: str, *accounts: Account) -> None:
    """Accounts with ids that tests know; all of them have the same password, hashed once."""
    engine = open_engine(database_url)
    prepare(engine)
    kept = await Passwords().hashed(PASSWORD)
    rows = [{**account.model_dump(), "password": kept, "made_at": 0} for account in accounts]
    with writing(engine) as connection:
        connection.execute(table(AccountRow).insert(), rows)
    engine.dispose()


@dataclass
class Office:
    """A running desk: its application for in-process requests, and its runtime."""

    app: ASGIApp
    runtime: Runtime
    settings: Settings

    def client(self, token: str = "") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(
            transport=transport, base_url="http://desk/api/v1", headers=headers, timeout=20
        )

    async def token(self, account: Account) -> str:
        """A new session of this account."""
        async with self.client() as client:
            answer = await client.post("/sessions", json={"login": account.login, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    @asynccontextmanager
    async def person(self, account: Account) -> AsyncIterator["Person"]:
        async with self.client(await self.token(account)) as client:
            yield Person(client)

    async def receive(self, server: NatsServer, ref: CaseRef, *facts: CaseFact) -> int:
        """Let these facts happen, the first being `opened`, and wait until the desk has read them."""
        seq = await happen(server, ref, *facts)
        await eventually(lambda: self.reached(ref, seq), what="the desk reads the case")
        return seq

    def reached(self, ref: CaseRef, seq: int) -> bool:
        from services.desk import reads

        engine = open_engine(self.settings.database_url)
        try:
            with engine.connect() as connection:
                return reads.last_seq(connection, ref.case_id) >= seq
        finally:
            engine.dispose()


@dataclass
class Person:
    """Somebody signed in, at the API."""

    client: httpx.AsyncClient

    async def tell(self, ref: CaseRef, command: str, **fields: Any) -> httpx.Response:
        """Give a command; with an id of its own unless one is given."""
        body = {"command_id": str(uuid4()), **fields}
        return await self.client.post(f"/cases/{ref.case_id}/{command}", json=body)

    async def look(self, ref: CaseRef, **asked: str) -> dict[str, Any]:
        answer = await self.client.get(f"/cases/{ref.case_id}", params=asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def listed(self, name: str) -> list[str]:
        """The case ids of a list."""
        answer = await self.client.get("/cases", params={"list": name})
        assert answer.status_code == 200, answer.text
        return [row["case_id"] for row in answer.json()["rows"]]


@asynccontextmanager
async def running_desk(settings: Settings) -> AsyncIterator[Office]:
    """A pack must be in force and the people hired."""
    async with open_runtime("desk", settings) as rt, build(rt) as app:
        assert app is not None
        yield Office(app, rt, settings)
