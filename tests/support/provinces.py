"""The Thanh Hóa pack for tests, and packs put in force on a test's server."""

import functools
from pathlib import Path

from libs.devstack.nats_server import NatsServer
from libs.packs.folder import load
from libs.packs.model import Pack
from libs.runtime.directory import put_pack
from tests.support.bus import connected

PACKS = Path(__file__).parents[2] / "packs"


@functools.cache
def thanh_hoa() -> Pack:
    """The pack of 2021 as it is shipped."""
    return load(PACKS / "thanh-hoa-2021")


async def in_force(server: NatsServer, pack: Pack) -> None:
    """Put a pack in force with the provisioner's key."""
    async with connected(server, "provisioner") as js:
        await put_pack(js, pack)
