"""The Thanh Hóa pack for tests, and packs put in force on a test's server."""

import functools
from datetime import date
from pathlib import Path
from typing import Any

from libs.devstack.nats_server import NatsServer
from libs.packs.folder import load
from libs.packs.knowledge import Knowledge
from libs.packs.model import Pack
from libs.runtime.directory import put_pack
from tests.support.bus import connected

PACKS = Path(__file__).parents[2] / "packs"


@functools.cache
def thanh_hoa() -> Pack:
    """The pack of 2021 as it is shipped."""
    return province("thanh-hoa-2021")


def changed_agency(code: str, **changes: Any) -> Pack:
    """The Thanh Hóa pack with one agency changed, under a version of its own."""
    pack = thanh_hoa()
    agencies = [a.model_copy(update=changes) if a.code == code else a for a in pack.agencies]
    return pack.model_copy(update={"agencies": tuple(agencies), "version": f"{pack.version}-{code}"})


def with_a_commune(code: str, **more: Any) -> Pack:
    """The Thanh Hóa pack with one more agency: a commune that a desk's people may be of."""
    pack = thanh_hoa()
    told = {"code": code, "kind": "commune", "name_vi": "Xã Mẫu", **more}
    commune = pack.agencies[0].model_copy(update=told)
    return pack.model_copy(update={"agencies": (*pack.agencies, commune)})


async def in_force(server: NatsServer, pack: Pack) -> None:
    """Put a pack in force with the provisioner's key."""
    async with connected(server, "provisioner") as js:
        await put_pack(js, pack)


@functools.cache
def province(name: str) -> Pack:
    """A pack as it is shipped, by the name of its folder."""
    return load(PACKS / name)


@functools.cache
def knowledge(name: str, day: date = date(2026, 3, 2)) -> Knowledge:
    """What is learnt from a shipped pack on a day."""
    return Knowledge.of(province(name), day)
