"""Intake with a telephone system: `channels.toml` in a folder, the service on a real server, its facts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nats.js.client import JetStreamContext
from starlette.types import ASGIApp

from libs.contracts.calls import CallFact
from libs.contracts.subjects import decode
from libs.devstack.nats_server import NatsServer
from libs.runtime.service import Runtime, open_runtime
from services.intake.app import build
from tests.support.calling import SECRET
from tests.support.intake import intake_settings

PASSWORD = "mat-khau-ami"
TABLE = "tong-dai"


def channels_toml(folder: Path, kind: str, **keys: str | float | list[str]) -> Path:
    """A file with one table; strings, numbers and lists of strings as keys."""
    (folder / "secret").write_text(SECRET)
    (folder / "password").write_text(PASSWORD)
    told = {"kind": kind, "channel": "phone", "secret_file": str(folder / "secret")} | keys
    file = folder / f"{kind}.toml"
    file.write_text("\n".join([f"[{TABLE}]", *(f"{name} = {_toml(value)}" for name, value in told.items())]))
    return file


def listening(folder: Path, port: int, **keys: str | float | list[str]) -> Path:
    """A table for an Asterisk whose manager interface is on loopback."""
    known = {"host": "127.0.0.1", "port": port, "user": "hotline", "password_file": str(folder / "password")}
    return channels_toml(folder, "asterisk", trunks=["vnpt"], **known | keys)  # type: ignore[arg-type]


def _toml(value: str | float | list[str]) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@asynccontextmanager
async def telephone(
    server: NatsServer, channels: Path, *, patience: float = 10
) -> AsyncIterator[tuple[ASGIApp, Runtime]]:
    """Intake as it runs: its pages and its runtime; a pack must be in force."""
    settings = intake_settings(server, patience).model_copy(update={"channels_file": channels})
    async with open_runtime("intake", settings) as rt, build(rt) as app:
        assert app
        yield app, rt


async def call_facts(js: JetStreamContext) -> dict[str, CallFact]:
    """Everything in CALLS: `leg fact` → the fact, `fact` for the leg `main`."""
    info = await js.stream_info("CALLS", subjects_filter="call.>")
    found: dict[str, CallFact] = {}
    for subject in info.state.subjects or {}:
        fact = decode(subject, (await js.get_last_msg("CALLS", subject)).data or b"")
        assert isinstance(fact, CallFact)
        found[fact.token if fact.leg == "main" else f"{fact.leg} {fact.token}"] = fact
    return found
