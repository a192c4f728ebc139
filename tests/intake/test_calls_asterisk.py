"""Intake beside an Asterisk: from bytes on the wire to facts, through breaks, outages and two replicas."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from nats.js.client import JetStreamContext

from libs.devstack.nats_server import NatsServer
from tests.support.ami_server import AmiServer, ami_server
from tests.support.asterisk import (
    AWAY,
    OPERATOR,
    TARGET,
    arrived,
    dialled,
    going_on,
    hung_up,
    put_through,
    queued,
)
from tests.support.bus import connected
from tests.support.calling import AGENCY
from tests.support.provinces import in_force, thanh_hoa
from tests.support.telephone import TABLE, call_facts, listening, telephone
from tests.support.waiting import eventually

LEG = OPERATOR.replace(".", "-")


@pytest.fixture
async def asterisk() -> AsyncIterator[AmiServer]:
    async with ami_server() as running:
        yield running


@pytest.fixture
async def js(server: NatsServer) -> AsyncIterator[JetStreamContext]:
    await in_force(server, thanh_hoa())
    async with connected(server, "provisioner") as js:
        yield js


async def stored(js: JetStreamContext, stream: str = "CALLS") -> int:
    return int((await js.stream_info(stream)).state.messages)


async def test_a_call_is_told_while_it_happens_down_to_the_end_of_its_transfer(
    js: JetStreamContext, server: NatsServer, asterisk: AmiServer, tmp_path: Path
) -> None:
    async with telephone(server, listening(tmp_path, asterisk.port)):
        await eventually(lambda: asterisk.logins)
        assert asterisk.actions[:2] == ["challenge", "login"]
        await asterisk.say(arrived(), queued(), dialled(), dialled("ANSWER"), put_through(), pieces=7)
        await asterisk.say(hung_up(OPERATOR), dialled(target=TARGET, channel=AWAY))
        await asterisk.say(dialled("BUSY", target=TARGET, channel=AWAY), hung_up())
        await eventually(lambda: stored(js), what="a fact")

        async def ended() -> bool:
            return "ended" in await call_facts(js)

        await eventually(ended)
        found: dict[str, Any] = await call_facts(js)
        assert found.keys() == {
            "ringing", f"{LEG} ringing", f"{LEG} answered", f"{LEG} transferred", f"{LEG} transfer-ended",
            "ended",
        }  # fmt: skip
        assert (found[f"{LEG} transfer-ended"].number, found[f"{LEG} transfer-ended"].result) == (
            AGENCY,
            "busy",
        )
        assert {fact.system for fact in found.values()} == {TABLE}


async def test_a_break_in_the_middle_of_an_event_loses_that_event_only(
    js: JetStreamContext, server: NatsServer, asterisk: AmiServer, tmp_path: Path
) -> None:
    async with telephone(server, listening(tmp_path, asterisk.port)):
        await eventually(lambda: asterisk.logins)
        await asterisk.say(arrived())
        await eventually(lambda: stored(js))
        asterisk.channels = [going_on()]
        await asterisk.cut(half=dialled()[:60])
        await eventually(lambda: asterisk.logins == 2)
        await eventually(lambda: asterisk.actions.count("coreshowchannels") == 2)
        await asterisk.say(dialled("ANSWER"), hung_up())

        async def ended() -> bool:
            return "ended" in await call_facts(js)

        await eventually(ended)
        assert (await call_facts(js)).keys() == {"ringing", f"{LEG} answered", "ended"}


async def test_two_replicas_listen_and_every_event_is_kept_once(
    js: JetStreamContext, server: NatsServer, asterisk: AmiServer, tmp_path: Path
) -> None:
    channels = listening(tmp_path, asterisk.port)
    async with telephone(server, channels), telephone(server, channels):
        await eventually(lambda: asterisk.logins == 2)
        await asterisk.say(arrived(), dialled(), dialled("ANSWER"), hung_up())
        await eventually(lambda: _is(js, "CALLS", 4))
        await asyncio.sleep(0.3)
        assert (await stored(js), await stored(js, "RAW")) == (4, 4)


async def _is(js: JetStreamContext, stream: str, count: int) -> bool:
    return await stored(js, stream) == count


async def test_what_rings_while_the_store_is_away_is_kept_until_it_is_back(
    js: JetStreamContext, server: NatsServer, asterisk: AmiServer, tmp_path: Path
) -> None:
    async with telephone(server, listening(tmp_path, asterisk.port), patience=1):
        await eventually(lambda: asterisk.logins)
        server.kill()
        await asterisk.say(arrived(), queued(), hung_up())
        await asyncio.sleep(0.3)
        server.start()
        async with connected(server, "provisioner") as again:

            async def missed() -> bool:
                return (await call_facts(again)).keys() == {"ringing", "ended", "missed"}

            await eventually(missed, within=20)


async def test_an_asterisk_that_says_nothing_any_more_is_called_again(
    js: JetStreamContext, server: NatsServer, asterisk: AmiServer, tmp_path: Path
) -> None:
    asterisk.deaf = True
    async with telephone(server, listening(tmp_path, asterisk.port, ping_seconds=0.2)):
        await eventually(lambda: asterisk.logins >= 2, what="a second login")
        assert asterisk.actions[-4:] != ["ping"] * 4
        asterisk.deaf = False
        await eventually(lambda: asterisk.actions[-4:] == ["ping"] * 4, within=15, what="answered pings")


async def test_a_wrong_password_is_tried_less_and_less_often(
    js: JetStreamContext, server: NatsServer, asterisk: AmiServer, tmp_path: Path
) -> None:
    asterisk.password = "another"
    async with telephone(server, listening(tmp_path, asterisk.port)):
        await eventually(lambda: asterisk.refused == 2)
        await asyncio.sleep(0.5)
        assert asterisk.refused == 2 and not asterisk.logins
        asterisk.password = "mat-khau-ami"
        await eventually(lambda: asterisk.logins == 1, within=10)
