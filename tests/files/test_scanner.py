"""Files pass the virus scanner; where that is demanded, unscanned ones wait, and are scanned when opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from libs.files.files import Files, NotShown
from libs.files.jetstream import JetStreamStore
from libs.files.scanner import Scanner, ScannerAway
from libs.files.settings import FilesSettings
from libs.files.store import NoSuchFile
from tests.support.bus import connected
from tests.support.clamav import BAD, MISSING, clamd, stand_in
from tests.support.pictures import PDF, picture

NOBODY = "tcp://127.0.0.1:9"


@asynccontextmanager
async def files(server: NatsServer, clamd_at: str, *, required: bool = False) -> AsyncIterator[Files]:
    settings = FilesSettings(clamd=clamd_at, clamd_seconds=1, scan_required=required)
    async with connected(server, "intake") as js:
        yield Files(JetStreamStore(js), settings)


@pytest.mark.clamav
@pytest.mark.skipif(MISSING != "", reason=MISSING)
async def test_clamav_finds_what_its_signatures_name_and_passes_the_rest(
    server: NatsServer, tmp_path: Path
) -> None:
    with clamd(tmp_path / "clamav") as address:
        async with files(server, address, required=True) as kept:
            bad = await kept.put(BAD, key="m1", label="đơn.pdf")
            assert bad.lost == "infected"
            with pytest.raises(NoSuchFile):
                await kept.get(bad.id)
            good = await kept.put(PDF, key="m1")
            assert good.lost == "" and await kept.get(good.id) == PDF
            large = await kept.put(picture(3000, 2000, "PNG"), key="m1")
            assert large.lost == "" and await kept.thumb(large.id)


async def test_without_a_scanner_files_are_kept_and_shown(server: NatsServer) -> None:
    async with files(server, "") as kept:
        taken = await kept.put(PDF, key="m1")
        assert taken.lost == "" and await kept.get(taken.id) == PDF


async def test_while_the_scanner_is_away_files_are_kept_and_scanned_when_opened(server: NatsServer) -> None:
    async with files(server, NOBODY) as away:
        taken = await away.put(PDF, key="m1")
        assert taken.lost == "" and await away.get(taken.id) == PDF
    async with stand_in(b"stream: Eicar-Test-Signature FOUND\0") as address:
        async with files(server, address) as back:
            with pytest.raises(NotShown):
                await back.get(taken.id)


async def test_where_scanning_is_demanded_an_unscanned_file_waits_and_is_shown_later(
    server: NatsServer,
) -> None:
    async with files(server, NOBODY, required=True) as away:
        taken = await away.put(picture(), key="m1")
        assert (taken.lost, taken.type) == ("unscanned", "image/jpeg")
        for open_it in (away.get, away.thumb):
            with pytest.raises(NotShown):
                await open_it(taken.id)
    async with stand_in(b"stream: OK\0") as address, files(server, address, required=True) as back:
        assert len(await back.get(taken.id)) == taken.size
        assert await back.thumb(taken.id)


@pytest.mark.parametrize(
    ("says", "after"),
    [
        (None, 1 << 30),
        (b"", 1 << 30),
        (b"stream: OK", 1 << 30),
        (b"INSTREAM size limit exceeded. ERROR\0", 1 << 30),
        (b"x" * 100_000 + b"\0", 1 << 30),
        (None, 10),
    ],
    ids=["silent", "hangs up", "half an answer", "too large for it", "babbles", "hangs up early"],
)
async def test_an_answer_that_tells_nothing_is_no_answer(says: bytes | None, after: int) -> None:
    async with stand_in(says, after=after) as address:
        with pytest.raises(ScannerAway):
            await Scanner(address, within=0.5).clean(b"x" * 2_000_000)


async def test_a_scanner_that_is_not_there_is_away() -> None:
    for address in (NOBODY, "unix:///nowhere/clamd.sock"):
        with pytest.raises(ScannerAway):
            await Scanner(address, within=1).clean(b"x")
