"""Recordings: ready minutes after the call, fetched with patience, kept with their hash, or told lost."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from nats.js.client import JetStreamContext
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from libs.contracts.calls import CallRecordingReady
from libs.contracts.casevalues import Attached
from libs.contracts.facts import Actor
from libs.devstack.nats_server import NatsServer
from libs.files.expiry import expire
from libs.files.files import Files, open_files
from libs.files.jetstream import JetStreamStore
from libs.files.settings import FilesSettings
from libs.files.store import NoSuchFile
from libs.runtime.service import open_runtime
from services.intake.channels.rows import read_channels
from services.intake.media import Allowed, _may
from services.intake.recordings import Recordings
from tests.support.bus import connected, has_read
from tests.support.calling import CITIZEN, NOW
from tests.support.intake import intake_settings
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.telephone import TABLE, call_facts, channels_toml
from tests.support.waiting import eventually

WAV = b"RIFF\x24\x10\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00" + bytes(4_000)
TOKEN = "token=khoa-bi-mat"


@pytest.fixture
async def js(server: NatsServer) -> AsyncIterator[JetStreamContext]:
    await in_force(server, thanh_hoa())
    async with connected(server, "provisioner") as js:
        yield js


class Pbx:
    """Has the recording only after `missing` questions; before that it says `early`."""

    def __init__(self, missing: int = 0, early: int = 404, content: bytes = WAV) -> None:
        self.missing, self.early, self.content = missing, early, content
        self.asked = 0

    async def answer(self, request: Request) -> Response:
        self.asked += 1
        assert request.url.query == TOKEN
        if self.asked <= self.missing:
            return Response(b"" if self.early == 404 else self.content, self.early)
        return Response(self.content, media_type="audio/wav")


@asynccontextmanager
async def fetching(
    server: NatsServer, folder: Path, pbx: Pbx, *, tries: int = 5, pause: float = 0.05, **keys: Any
) -> AsyncIterator[tuple[CallRecordingReady, Files, Any]]:
    """The fact that a recording is ready, written after the worker runs; the files it puts away."""
    table = channels_toml(folder, "url_pbx", recording_hosts=["127.0.0.1"], recording_days=365, **keys)
    async with serving(Starlette(routes=[Route("/{name:path}", pbx.answer)])) as address:
        async with open_runtime("intake", intake_settings(server)) as rt:
            files = open_files(rt.js)
            limits = Allowed((), loopback=True, pauses=())
            worker = Recordings(rt, read_channels(table), files, (pause,) * tries, limits)
            rt.keep_running(worker.run(), "recordings")
            yield ready(f"{address}/2026/in-42.wav?{TOKEN}"), files, rt


def ready(source: str, **changed: Any) -> CallRecordingReady:
    told: dict[str, Any] = {
        "call": "c" * 32,
        "system": TABLE,
        "caller": CITIZEN,
        "seconds": 38,
        "source": source,
    }
    return CallRecordingReady(event_id=uuid4(), at=NOW, by=Actor(service="intake"), **told | changed)


async def outcome(js: JetStreamContext) -> Any:
    async def there() -> bool:
        return "recording-stored" in await call_facts(js)

    await eventually(there, within=10)
    return (await call_facts(js))["recording-stored"]


async def test_a_recording_that_comes_minutes_later_is_kept_with_its_hash_and_its_time(
    js: JetStreamContext, server: NatsServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for noisy in ("httpx", "httpcore", "uvicorn"):  # as every service sets them up
        caplog.set_level(logging.WARNING, noisy)
    pbx = Pbx(missing=3)
    async with fetching(server, tmp_path, pbx) as (fact, files, rt):
        await rt.side.write(fact)
        stored = await outcome(js)
        assert (stored.file.lost, stored.file.type, stored.file.size) == ("", "audio/x-wav", len(WAV))
        assert stored.file.sha256 == hashlib.sha256(WAV).hexdigest()
        assert (stored.seconds, stored.keep_days, stored.cause) == (38, 365, fact.event_id)
        assert await files.get(stored.file.id) == WAV and pbx.asked == 4
    assert TOKEN not in stored.model_dump_json(), "the vendor's link is a key"
    assert not [record for record in caplog.records if "khoa" in f"{record.getMessage()} {record.__dict__}"]


@pytest.mark.parametrize(
    ("early", "content", "lost"),
    [
        (404, b"x", "gone"),
        (500, b"x", "unreachable"),
        (200, b"<html>log in</html>", "refused-type"),
        (200, b"", "refused-type"),
    ],
)
async def test_a_recording_that_never_comes_is_said_to_be_lost_and_why(
    js: JetStreamContext, server: NatsServer, tmp_path: Path, early: int, content: bytes, lost: str
) -> None:
    pbx = Pbx(missing=99, early=early, content=content)
    async with fetching(server, tmp_path, pbx, tries=2) as (fact, _, rt):
        await rt.side.write(fact)
        stored = await outcome(js)
        assert (stored.file.lost, pbx.asked) == (lost, 3)


@pytest.mark.parametrize("start", [b"\xff\xe3\x18\xc4", b"\xff\xfb\x90\x00", b"ID3\x04", b"OggS"])
async def test_a_telephones_eight_kilohertz_are_sound_too(
    js: JetStreamContext, server: NatsServer, tmp_path: Path, start: bytes
) -> None:
    async with fetching(server, tmp_path, Pbx(content=start + bytes(500))) as (fact, _, rt):
        await rt.side.write(fact)
        assert (await outcome(js)).file.lost == ""


async def test_a_recording_goes_when_its_days_are_over_and_not_before(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    async with fetching(server, tmp_path, Pbx()) as (fact, files, rt):
        await rt.side.write(fact)
        file = (await outcome(js)).file
        store, last = JetStreamStore(js), NOW.date() + timedelta(days=365)
        assert await expire(store, today=last, remove=True) == ()
        assert await expire(store, today=last + timedelta(days=1), remove=False) == (file.id,)
        assert await files.get(file.id) == WAV
        assert await expire(store, today=last + timedelta(days=1), remove=True) == (file.id,)
        with pytest.raises(NoSuchFile):
            await files.get(file.id)
        assert await expire(store, today=last + timedelta(days=1), remove=True) == ()


async def test_an_address_elsewhere_is_never_asked(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    pbx = Pbx()
    async with fetching(server, tmp_path, pbx) as (_, _files, rt):
        await rt.side.write(ready("https://elsewhere.example/in-42.wav"))
        assert (await outcome(js)).file.lost == "refused-address"
        assert pbx.asked == 0


@pytest.mark.parametrize(
    ("address", "private", "may"),
    [("10.0.0.5", True, True), ("192.168.7.1", True, True), ("fd00::5", True, True),
     ("10.0.0.5", False, False), ("127.0.0.1", True, False), ("169.254.169.254", True, False),
     ("::1", True, False), ("0.0.0.0", True, False),
     ("::ffff:10.0.0.5", True, False), ("100.64.0.1", True, False)],
)  # fmt: skip
def test_our_own_network_is_open_to_a_row_that_says_so_and_this_machine_never(
    address: str, private: bool, may: bool
) -> None:
    assert _may(address, Allowed((), private=private)) is may


async def test_a_recording_beyond_the_rows_size_is_not_taken(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    async with fetching(server, tmp_path, Pbx(), recording_bytes=1_000) as (fact, _, rt):
        await rt.side.write(fact)
        assert (await outcome(js)).file.lost == "too-large"


async def test_a_recording_of_a_table_that_is_gone_is_lost_not_stuck(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    async with fetching(server, tmp_path, Pbx(), tries=1) as (_, _files, rt):
        await rt.side.write(ready("https://elsewhere.example/x.wav", system="another"))
        assert (await outcome(js)).file.lost == "no-such-channel"


class Broken(Files):
    """Has a fault of our own: no later try would change that."""

    asked = 0

    async def put(self, content: bytes, **_: Any) -> Attached:
        self.asked += len(content) > 0
        raise RuntimeError("0912 345 678")


async def test_a_fault_of_our_own_is_tried_a_few_times_and_then_a_pointer_is_left_for_a_person(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    table = channels_toml(tmp_path, "url_pbx", recording_hosts=["127.0.0.1"], recording_days=365)
    async with serving(Starlette(routes=[Route("/{name:path}", Pbx().answer)])) as address:
        async with open_runtime("intake", intake_settings(server)) as rt:
            broken = Broken(open_files(rt.js).store, FilesSettings())
            limits = Allowed((), loopback=True, pauses=())
            worker = Recordings(rt, read_channels(table), broken, (0.05,), limits, away=0.05)
            rt.keep_running(worker.run(), "recordings")
            await rt.side.write(ready(f"{address}/2026/in-42.wav?{TOKEN}"))

            async def parked() -> bool:
                return bool(
                    (await js.stream_info("DEAD", subjects_filter="dead.intake.CALLS.>")).state.subjects
                )

            await eventually(parked, what="the pointer")
            await eventually(lambda: has_read(server, "intake", "CALLS"))
            assert broken.asked == 6
            subjects = (await js.stream_info("DEAD", subjects_filter="dead.intake.CALLS.>")).state.subjects
            pointer = await js.get_last_msg("DEAD", next(iter(subjects or {})))
            assert b"RuntimeError" in (pointer.data or b"") and b"0912" not in (pointer.data or b"")


async def test_a_recording_is_fetched_again_after_a_restart_in_between(
    js: JetStreamContext, server: NatsServer, tmp_path: Path
) -> None:
    pbx = Pbx(missing=2)
    async with fetching(server, tmp_path, pbx, pause=2) as (fact, _, rt):
        await rt.side.write(fact)
        await eventually(lambda: pbx.asked == 1)
        await asyncio.sleep(0.3)  # it is given back for two seconds
    assert "recording-stored" not in await call_facts(js)
    # the second life listens at another port: the address of the fact is asked in vain, and it is told so
    async with fetching(server, tmp_path, Pbx(), tries=1):
        assert (await outcome(js)).file.lost == "unreachable"
