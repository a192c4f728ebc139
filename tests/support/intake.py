"""Intake in this process on a real server, and what a client posts to it."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from libs.devstack.nats_server import NatsServer
from libs.runtime.service import Runtime, open_runtime
from services.intake.app import build
from services.intake.settings import Client, Settings

PORTAL_KEY, DESK_KEY = "portal-key-for-tests", "desk-key-for-tests"
CLIENTS = {
    "portal": Client(
        key_sha256=hashlib.sha256(PORTAL_KEY.encode()).hexdigest(), channels=("portal",), person_hourly=1_000
    ),
    "desk": Client(
        key_sha256=hashlib.sha256(DESK_KEY.encode()).hexdigest(), channels=("phone", "zalo"), held=True
    ),
}
WORDS = "Hàng xóm ở xã Quảng Lưu, huyện Quảng Xương mới về từ vùng dịch mà không khai báo y tế"
REQUEST = {
    "text": WORDS,
    "name": "Nguyễn Văn Mẫu",
    "phone": "0912 345 678",
    "address": "Thôn 3, xã Quảng Lưu, huyện Quảng Xương",
}


def headers(key: str = "key-00000001", client_key: str = PORTAL_KEY) -> dict[str, str]:
    return {"Authorization": f"Bearer {client_key}", "Idempotency-Key": key}


def intake_settings(server: NatsServer, patience: float = 10) -> Settings:
    return Settings(
        nats_url=server.url, nkey_seed_file=server.seed("intake"), clients=CLIENTS, patience=patience
    )


@asynccontextmanager
async def running_intake(
    server: NatsServer, patience: float = 10
) -> AsyncIterator[tuple[httpx.AsyncClient, Runtime]]:
    """A client of intake's interface, and intake's runtime; a pack must be in force."""
    async with open_runtime("intake", intake_settings(server, patience)) as rt, build(rt) as app:
        transport: Any = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://intake", timeout=20) as client:
            yield client, rt
