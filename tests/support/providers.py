"""Intake on a real port, as a provider's webhook finds it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from libs.contracts.deliveries import DeliveryFact
from libs.contracts.subjects import decode
from libs.devstack.nats_server import NatsServer
from libs.runtime.service import open_runtime
from services.intake.app import build
from tests.support.bus import connected
from tests.support.intake import intake_settings
from tests.support.serving import serving


@asynccontextmanager
async def listening(server: NatsServer, channels: Path, port: int | None = None) -> AsyncIterator[str]:
    """The address in front of intake's tables: `<address>/hooks/<table>`."""
    settings = intake_settings(server).model_copy(update={"channels_file": channels})
    async with open_runtime("intake", settings) as rt, build(rt) as app:
        assert app
        async with serving(app, port) as url:
            yield url


async def reported(server: NatsServer) -> list[DeliveryFact]:
    """All of DELIVERIES, in order."""
    async with connected(server, "provisioner") as js:
        last = (await js.stream_info("DELIVERIES")).state.last_seq
        found = [await js.get_msg("DELIVERIES", seq=seq) for seq in range(1, last + 1)]
    facts = [decode(one.subject or "", one.data or b"") for one in found]
    return [fact for fact in facts if isinstance(fact, DeliveryFact)]
