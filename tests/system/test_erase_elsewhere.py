"""What an erased case left elsewhere goes too: its file, its delivery, its call, its keys; nobody else's."""

import json
from pathlib import Path

import pytest

from libs.cli.erasing import Eraser, Waiting
from libs.contracts import events
from libs.contracts.casevalues import Attached
from libs.contracts.streams import CONSUMERS
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.files.expiry import belongs_to
from libs.files.files import open_files
from libs.files.store import NoSuchFile
from libs.privacy.remains import what_is_left
from tests.support.builders import a_case, make, opened
from tests.support.bus import connected
from tests.support.history import happen

FILE, OTHERS, CALL, SOUND = "f" * 32, "e" * 32, "c" * 32, "a" * 32
SECRET = b"0912 345 678 la so cua toi"


async def a_case_with_traces(server: NatsServer) -> CaseRef:
    """Erased in CASES; a file, a delivery, a call and two keys still speak of it; another file does not."""
    ref = a_case()
    first = opened(ref, files=(Attached(id=FILE),), raw="raw.zalo.k1", call=CALL)
    async with connected(server, "intake") as js:
        store = open_files(js).store
        await store.put(FILE, SECRET * 9000)
        await store.put(OTHERS, b"of somebody else")
        await store.put(SOUND, SECRET * 9000)  # years later nobody names it but its mark
        await belongs_to(store, SOUND, CALL)
        await belongs_to(store, OTHERS, "another")
        await js.publish("raw.zalo.k1", SECRET)
        await js.publish(f"call.{CALL}.main.ringing", SECRET)
        messages, talks = await js.key_value("MESSAGES"), await js.key_value("CONVERSATIONS")
        value = json.dumps({"case_id": ref.case_id, "year": 2026}).encode()
        for name in ("msg.k1", "code.123456782"):
            await messages.put(name, value)
        await talks.put("zalo.abc", value)
        await talks.put("zalo.other", json.dumps({"case_id": "d" * 32}).encode())
    seq = await happen(server, ref, first)
    fact = make(
        events.CaseErased,
        ref,
        ground="asked",
        reference="1",
        history=what_is_left([(seq, first)]),
        files=(FILE,),
        raw=("raw.zalo.k1",),
        calls=(CALL,),
    )
    await happen(server, ref, fact, after=seq)
    return ref


async def all_read(server: NatsServer) -> None:
    for consumer in CONSUMERS:
        if consumer.stream == "CASES":
            async with connected(server, "provisioner") as js:
                subscription = await js.pull_subscribe_bind(consumer.service, stream="CASES")
                for message in await subscription.fetch(10, timeout=1):
                    await message.ack_sync()


async def names(server: NatsServer, stream: str) -> set[str]:
    async with connected(server, "provisioner") as js:
        return set((await js.stream_info(stream, subjects_filter=">")).state.subjects or {})


async def test_nothing_of_it_is_left_and_nothing_of_others_is_gone(
    server: NatsServer, tmp_path: Path
) -> None:
    ref = await a_case_with_traces(server)
    async with connected(server, "privacy") as js:
        eraser = Eraser(js, open_files(js).store)
        (found,) = await eraser.found()
        with pytest.raises(Waiting, match="has read to"):
            await eraser.finish(found)
        assert "raw.zalo.k1" in await names(server, "RAW")
        await all_read(server)
        await eraser.finish(found)
        with pytest.raises(NoSuchFile):
            await eraser.store.get(FILE)
        left = {name async for name, _ in eraser.store.names()}
        assert left == {OTHERS, f"{OTHERS}-of-another"}
    async with connected(server, "intake") as js:
        assert await open_files(js).store.get(OTHERS) == b"of somebody else"
    assert await names(server, "RAW") == set()
    assert await names(server, "CALLS") == set()
    assert await names(server, "KV_MESSAGES") == {"$KV.MESSAGES.code.123456782"}
    assert await names(server, "KV_CONVERSATIONS") == {"$KV.CONVERSATIONS.zalo.other"}
    assert await names(server, "CASES") == {f"case.{ref.year}.{ref.case_id}.erased"}
    server.kill()
    files = [one for one in (tmp_path / "nats").rglob("*") if one.is_file()]
    assert [str(one) for one in files if SECRET in one.read_bytes()] == []
