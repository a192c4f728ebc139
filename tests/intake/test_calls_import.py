"""The scripts of docs/operations.md: records written while our address was away are posted later."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from tests.support.asterisk import CALL
from tests.support.bus import connected
from tests.support.calling import HOTLINE, SECRET
from tests.support.pbx_poster import cdr
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.telephone import call_facts, channels_toml, telephone
from tests.support.waiting import eventually

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="the scripts need curl")


def script(marker: str) -> str:
    """The one script of the page that works on this."""
    found = re.findall(r"```sh\n(#!/bin/sh\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (chosen,) = [one for one in found if marker in one]
    return str(chosen)


async def run(text: str, spool: Path, address: str) -> int:
    names = {"SPOOL": str(spool), "HOTLINE": address, "SECRET": SECRET, "PATH": "/usr/bin:/bin"}
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", text, env=names, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(20):
        await process.communicate()
    return process.returncode or 0


async def test_lines_that_asterisk_wrote_are_posted_until_they_are_taken(
    server: NatsServer, tmp_path: Path
) -> None:
    row = f"uniqueid={CALL}&linkedid={CALL}&dst={HOTLINE}&channel=PJSIP%2Fvnpt-0a&dstchannel=&src=0912345678"
    (tmp_path / "calls").write_text(f"{row}&disposition=ANSWERED&billsec=20\n{row}&disposition=NO%20ANSWER\n")
    assert await run(script("calls taken"), tmp_path, "http://127.0.0.1:9") != 0
    assert (tmp_path / "taken").exists(), "nothing is lost while nobody answers"
    await in_force(server, thanh_hoa())
    async with telephone(server, channels_toml(tmp_path, "asterisk", trunks=["vnpt"])) as (app, _):
        async with serving(app) as address:
            assert await run(script("calls taken"), tmp_path, address) == 0
        assert not (tmp_path / "taken").exists()
        await posted_once(server)


async def test_records_that_freeswitch_left_on_its_disk_are_posted(
    server: NatsServer, tmp_path: Path
) -> None:
    spool = tmp_path / "json_cdr"
    spool.mkdir()
    (spool / "a.cdr.json").write_bytes(cdr({"uuid": "a", "direction": "inbound", "bridge_epoch": 0}))
    await in_force(server, thanh_hoa())
    async with telephone(server, channels_toml(tmp_path, "freeswitch")) as (app, _):
        async with serving(app) as address:
            assert await run(script("json_cdr"), spool, address) == 0
            assert [path.name for path in spool.rglob("*.json")] == ["a.cdr.json"]
            assert await run(script("json_cdr"), spool, address) == 0
        assert (spool / "done" / "a.cdr.json").exists()
        await posted_once(server)


async def posted_once(server: NatsServer) -> None:
    async with connected(server, "provisioner") as js:

        async def told() -> bool:
            return (await call_facts(js)).keys() == {"ended", "missed"}

        await eventually(told, within=10)
