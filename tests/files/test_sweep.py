"""Uploads that no request named are forgotten after two days, and nothing else ever is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nats.js.client import JetStreamContext

from libs.cli.main import parser
from libs.contracts.events import CaseAdded
from libs.devstack.nats_server import NatsServer
from libs.files.files import Files
from libs.files.jetstream import JetStreamStore
from libs.files.s3 import S3Store
from libs.files.settings import FilesSettings
from libs.files.store import NoSuchFile, Store
from libs.files.sweep import Swept, sweep
from libs.runtime.clock import SystemClock
from tests.support.builders import a_case, make, opened
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.pictures import PDF, picture
from tests.support.s3 import s3_bucket

DAY = timedelta(days=1)


@dataclass
class Room:
    """Files as intake puts them away, and as the provisioner sweeps them."""

    files: Files
    js: JetStreamContext
    store: Store

    async def sweep(self, now: datetime, *, remove: bool = True) -> Swept:
        return await sweep(self.js, self.store, now=now, remove=remove)


@pytest.fixture(params=["jetstream", "s3"])
async def room(request: pytest.FixtureRequest, server: NatsServer, tmp_path: Path) -> AsyncIterator[Room]:
    async with connected(server, "intake") as intake, connected(server, "provisioner") as js:
        if request.param == "jetstream":
            yield Room(Files(JetStreamStore(intake), FilesSettings()), js, JetStreamStore(js))
            return
        with s3_bucket(tmp_path) as settings:
            yield Room(Files(S3Store(settings), settings), js, S3Store(settings))


async def left(store: Store) -> set[str]:
    return {name async for name, _ in store.names()}


async def test_only_what_nobody_named_is_forgotten_and_only_after_two_days(
    server: NatsServer, room: Room
) -> None:
    now = SystemClock().now()
    put = room.files.put
    sent, added, vain = [await put(picture(n, n), key=f"u{n}", owner="portal") for n in (20, 30, 40)]
    mailed = await put(PDF, key="a mail")
    ref = a_case()
    more = make(CaseAdded, ref, text="Thêm ảnh", channel="portal", files=(added,))
    await happen(server, ref, opened(ref, files=(sent,)), more)
    assert await room.sweep(now + DAY) == Swept((), ())
    later = now + 3 * DAY
    before = await left(room.store)
    looked = await room.sweep(later, remove=False)
    assert set(looked.named) == {sent.id, added.id} and looked.forgotten == (vain.id,)
    assert await left(room.store) == before
    assert await room.sweep(later) == looked
    assert await left(room.store) == {
        f"{one.id}{what}"
        for one, beside in (
            (sent, ("", "-thumb", "-about")),
            (added, ("", "-thumb", "-about")),
            (mailed, ("", "-about")),
        )
        for what in beside
    }
    with pytest.raises(NoSuchFile):
        await room.files.get(vain.id)
    assert await room.files.get(sent.id)
    assert await room.sweep(later) == Swept((), ())


async def test_the_command_counts_first_and_needs_to_be_told(
    server: NatsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async with connected(server, "intake") as js:
        await Files(JetStreamStore(js), FilesSettings()).put(PDF, key="u1", owner="portal")
    words = ["files", "sweep", "--nats", server.url, "--seed-file", str(server.seed("provisioner"))]
    from libs.cli.files import _sweep

    for more in ([], ["--remove"]):
        assert await _sweep(parser().parse_args([*words, *more])) == 0
        assert "0 in cases, 0" in capsys.readouterr().out
