"""Both kinds of store keep the same promises: JetStream objects, and a real S3-speaking server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from libs.files.jetstream import JetStreamStore
from libs.files.s3 import S3Store
from libs.files.settings import FilesSettings
from libs.files.store import NoSuchFile, Store
from libs.runtime.errors import OutcomeUnknown
from tests.support.bus import connected, provisioned
from tests.support.s3 import s3_bucket
from tests.support.waiting import eventually

MEGABYTES = bytes(range(256)) * 4096 * 10


@pytest.fixture(params=["jetstream", "s3"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """The store as intake may use it, and as the provisioner may."""
    if request.param == "s3":
        with s3_bucket(tmp_path) as settings:
            yield S3Store(settings), S3Store(settings)
        return
    async with provisioned(tmp_path / "nats") as server:
        async with connected(server, "intake") as intake, connected(server, "provisioner") as provisioner:
            yield JetStreamStore(intake), JetStreamStore(provisioner)


async def test_what_was_put_is_what_is_given_back_large_or_empty(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    for name, content in (("large", MEGABYTES), ("empty", b""), ("small-about", b"{}")):
        await store.put(name, content)
        assert await store.get(name) == content


async def test_a_name_keeps_what_it_held_first(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await store.put("one", b"first")
    await store.put("one", b"second")
    assert await store.get("one") == b"first"


async def test_what_is_not_there_is_said_so(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    with pytest.raises(NoSuchFile):
        await store.get("nothing")


async def test_what_is_removed_is_gone_and_may_be_removed_again(stores: tuple[Store, Store]) -> None:
    store, provisioner = stores
    for name in ("stays", "goes"):
        await store.put(name, MEGABYTES[:300_000])
    await provisioner.remove("goes")
    await provisioner.remove("goes")
    assert [name async for name, _ in provisioner.names()] == ["stays"]
    with pytest.raises(NoSuchFile):
        await store.get("goes")


async def test_an_empty_store_has_no_names(stores: tuple[Store, Store]) -> None:
    assert [name async for name, _ in stores[1].names()] == []


async def test_every_name_is_listed_with_its_time(stores: tuple[Store, Store]) -> None:
    store, provisioner = stores
    for number in range(30):
        await store.put(f"name-{number}", b"x")
    found = dict([pair async for pair in provisioner.names()])
    assert set(found) == {f"name-{number}" for number in range(30)}
    assert all(at.tzinfo for at in found.values())


async def test_removing_leaves_no_piece_on_the_server(server: NatsServer) -> None:
    async with connected(server, "provisioner") as js, connected(server, "intake") as intake:
        await JetStreamStore(intake).put("one", MEGABYTES)
        await JetStreamStore(js).remove("one")
        assert (await js.stream_info("OBJ_FILES")).state.messages == 0


async def test_a_server_that_is_away_makes_the_outcome_unknown(server: NatsServer, tmp_path: Path) -> None:
    async with connected(server, "intake") as js:
        store, connection = JetStreamStore(js, patience=1), js._nc
        server.kill()
        with pytest.raises(OutcomeUnknown):
            await store.put("one", b"x")
        server.start()
        await eventually(lambda: connection.is_connected, what="the connection")
    secret = tmp_path / "secret"
    secret.write_text("x")
    nobody = FilesSettings(
        s3_bucket="b", s3_endpoint="http://127.0.0.1:9", s3_key_id="x", s3_secret_file=secret
    )
    with pytest.raises(OutcomeUnknown):
        await S3Store(nobody).put("one", b"x")


async def test_desk_reads_files_and_writes_none(server: NatsServer) -> None:
    async with connected(server, "intake") as intake, connected(server, "desk") as desk:
        await JetStreamStore(intake).put("one", MEGABYTES)
        assert await JetStreamStore(desk).get("one") == MEGABYTES
        with pytest.raises(OutcomeUnknown):
            await JetStreamStore(desk, patience=1).put("two", b"x")
