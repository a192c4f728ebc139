"""Objects of a bucket: whole or not at all, and nothing stays behind of a reading that was given up."""

import asyncio
from pathlib import Path

import pytest
from nats.errors import Error as NatsError
from nats.js.errors import DigestMismatchError, ObjectNotFoundError

from libs.devstack.nats_server import NatsServer
from libs.packs.folder import load
from libs.runtime.bus import broker_for, connect, disconnect
from libs.runtime.directory import put_pack
from libs.runtime.objects import read_object
from tests.support.bus import connected

PACK = Path(__file__).parents[2] / "packs" / "thanh-hoa-2021"
MOMENTS = [step / 2000 for step in range(16)]
"""Seconds after which a reading of about 5 ms is given up."""


async def test_a_service_that_leaves_in_the_middle_of_a_pack_waits_for_nothing(server: NatsServer) -> None:
    pack = load(PACK)
    async with connected(server, "provisioner") as js:
        await put_pack(js, pack)
    for moment in MOMENTS:
        broker = broker_for("sla", server.url, server.seed("sla"))
        client = await connect(broker, "sla")
        reading = asyncio.create_task(
            read_object(client.jetstream(), "PACKS", pack.version, within=moment + 0.0001)
        )
        await asyncio.wait({reading})
        assert reading.exception() is None or isinstance(reading.exception(), TimeoutError)
        async with asyncio.timeout(1):
            await disconnect(broker)


async def test_an_object_is_given_whole_or_refused(server: NatsServer) -> None:
    content = bytes(range(256)) * 3000
    async with connected(server, "intake") as js, connected(server, "provisioner") as provisioner:
        store = await js.object_store("FILES")
        await store.put("whole", content)
        await store.put("empty", b"")
        damaged = await store.put("damaged", content)
        assert await read_object(js, "FILES", "whole", within=5) == content
        assert await read_object(js, "FILES", "empty", within=5) == b""
        with pytest.raises(ObjectNotFoundError):
            await read_object(js, "FILES", "nothing", within=5)
        await js.publish(f"$O.FILES.C.{damaged.nuid}", b"one piece too many")
        with pytest.raises(DigestMismatchError):
            await read_object(js, "FILES", "damaged", within=5)
        await provisioner.purge_stream("OBJ_FILES", subject=f"$O.FILES.C.{damaged.nuid}")
        with pytest.raises((TimeoutError, NatsError)):
            await read_object(js, "FILES", "damaged", within=0.5)
