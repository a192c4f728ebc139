"""The portal with a real intake behind it, in this process, and a browser-like client that keeps cookies."""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from libs.devstack.nats_server import NatsServer, free_port
from libs.packs.model import Pack
from libs.runtime.service import Runtime, open_runtime
from services.intake import app as intake_app
from services.intake import settings as intake_settings
from services.portal import app as portal_app
from services.portal.settings import Settings
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving

KEY = "khoa-cua-cong-nguoi-dan"
OPEN311_KEY = "khoa-cua-open311"
SITE = "http://portal.test"

CONTACT = {
    "name": "Nguyễn Văn Mẫu",
    "phone": "0912 345 678",
    "address": "Thôn 3, xã Quảng Lưu, huyện Quảng Xương",
}


@dataclass
class OpenPortal:
    """A running portal: its application for in-process requests, its runtime, its settings."""

    app: ASGIApp
    runtime: Runtime
    settings: Settings

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """A client that keeps cookies and follows no redirect."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(
            transport=transport, base_url=SITE, headers={"accept": "text/html", **headers}
        )


def portal_settings(server: NatsServer, folder: Path, **more: str) -> Settings:
    """Settings with secrets of their own in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "intake.key").write_text(KEY)
    (folder / "open311.key").write_text(OPEN311_KEY)
    (folder / "portal.secret").write_text("bi-mat-cua-cong")
    values: dict[str, Any] = {
        "nats_url": server.url,
        "nkey_seed_file": server.seed("portal"),
        "database_url": f"sqlite:///{folder / 'portal.db'}",
        "intake_key_file": folder / "intake.key",
        "open311_key_file": folder / "open311.key",
        "secret_file": folder / "portal.secret",
        "public_url": SITE,
        **more,
    }
    return Settings(**values)


@asynccontextmanager
async def intake(server: NatsServer, **limits: int) -> AsyncIterator[str]:
    """The real intake on a port of its own; yields its address."""
    clients = {
        name: intake_settings.Client(
            key_sha256=hashlib.sha256(key.encode()).hexdigest(), channels=(name,), **limits
        )
        for name, key in (("portal", KEY), ("open311", OPEN311_KEY))
    }
    settings = intake_settings.Settings(
        nats_url=server.url, nkey_seed_file=server.seed("intake"), clients=clients
    )
    async with open_runtime("intake", settings) as rt, intake_app.build(rt) as app:
        assert app is not None
        async with serving(app) as address:
            yield address


@asynccontextmanager
async def portal(
    server: NatsServer, folder: Path, *, pack: Pack | None = None, with_intake: bool = True, **more: str
) -> AsyncIterator[OpenPortal]:
    """A portal on a pack in force; without intake, nothing listens where it should be."""
    await in_force(server, pack or thanh_hoa())
    async with AsyncExitStack() as stack:
        address = (
            await stack.enter_async_context(intake(server))
            if with_intake
            else f"http://127.0.0.1:{free_port()}"
        )
        settings = portal_settings(server, folder, **{"intake_url": address, **more})
        runtime = await stack.enter_async_context(open_runtime("portal", settings))
        app = await stack.enter_async_context(portal_app.build(runtime))
        assert app is not None
        yield OpenPortal(app, runtime, settings)


def hidden(page: str, name: str) -> str:
    """The value of a hidden input."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no input {name} on the page"
    return found[1]


async def fill_in(browser: httpx.AsyncClient, address: str, /, **inputs: str) -> httpx.Response:
    """Open a page and send its form, as a person without a script would."""
    page = await browser.get(address)
    kept = {"csrf": hidden(page.text, "csrf")}
    if 'name="key"' in page.text:
        kept["key"] = hidden(page.text, "key")
    return await browser.post(
        address, data={**kept, **inputs}, headers={"origin": SITE, "sec-fetch-site": "same-origin"}
    )
