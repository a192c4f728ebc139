"""What was put aside is listed with its reason, shown to whoever may see it, and taken again by hand."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from libs.runtime.service import open_runtime
from services.intake.again import take_again
from services.intake.app import taker_of
from tests.support.channels import app_table, dead, partner, said, settled
from tests.support.intake import intake_settings
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


async def hotline(server: NatsServer, *words: str) -> str:
    seed = str(server.seed("provisioner"))
    env = os.environ | {
        "HOTLINE_PROVISIONER_NATS_URL": server.url,
        "HOTLINE_PROVISIONER_SEED_FILE": seed,
        "HOTLINE_INTAKE_NATS_URL": server.url,
        "HOTLINE_INTAKE_NKEY_SEED_FILE": str(server.seed("intake")),
        "HOTLINE_INTAKE_CLIENTS": json.dumps({"x": {"key_sha256": "0" * 64, "channels": ["portal"]}}),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "libs.cli", *words),
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return out.decode()


async def taken(server: NatsServer, channels: Path, *sequences: int) -> tuple[int, int]:
    os.environ["HOTLINE_PROVISIONER_SEED_FILE"] = str(server.seed("provisioner"))
    settings = intake_settings(server).model_copy(update={"channels_file": channels})
    async with open_runtime("intake", settings) as rt:
        return await take_again(rt, taker_of(rt), sequences)


async def test_what_is_over_the_limit_is_listed_and_goes_through_by_hand(
    server: NatsServer, tmp_path: Path
) -> None:
    channels = app_table(tmp_path, person_hourly=1)
    async with partner(server, channels) as app:
        await app.say("A-1", "Một")
        await eventually(lambda: settled(server))
        await app.say("A-2", "Hai")
        await app.say("A-3", "Ba")
        await eventually(lambda: settled(server))
    assert await dead(server) == ["OverLimit: limit"] * 2
    lines = (await hotline(server, "raw", "list")).splitlines()
    assert [line.split("\t")[0] for line in lines] == ["2", "3"]
    assert all("OverLimit: limit" in line and "\tapp\t" in line and "Hai" not in line for line in lines)
    assert await taken(server, channels, 3) == (1, 0)
    assert await taken(server, channels) == (1, 0) and await dead(server) == []
    assert list((await said(server)).values()) == [["Một", "Ba", "Hai"]]


async def test_a_delivery_is_shown_whole_and_one_that_stays_unreadable_stays_listed(
    server: NatsServer, tmp_path: Path
) -> None:
    channels = app_table(tmp_path)
    async with partner(server, channels) as app:
        await app.post("{đèn \udcff".encode(errors="surrogateescape"))
        await eventually(lambda: settled(server))
    shown = await hotline(server, "raw", "show", "1")
    assert "{đèn \\xff" in shown and '"table": "app"' in shown
    assert await taken(server, channels) == (0, 1) and len(await dead(server)) == 1
    assert await hotline(server, "raw", "retry", "1") == "intake: 0 taken, 1 still set aside\n"


async def test_what_was_refused_for_a_mistyped_secret_is_taken_once_the_secret_is_right(
    server: NatsServer, tmp_path: Path
) -> None:
    channels = app_table(tmp_path)
    (tmp_path / "app.secret").write_text("mistyped")
    async with partner(server, channels) as app:
        assert (await app.post(json.dumps({"id": "A-1", "text": "Một"}).encode())).status_code == 403
        await eventually(lambda: settled(server))
    app_table(tmp_path)
    assert await taken(server, channels) == (1, 0)
    assert list((await said(server)).values()) == [["Một"]]
