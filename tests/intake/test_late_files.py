"""A picture that cannot be had yet: its words stand at once, and it follows when it can be had, once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from libs.contracts.events import CaseAdded, CaseOpened
from libs.devstack.nats_server import NatsServer
from libs.files.files import open_files
from libs.runtime.service import open_runtime
from services.intake.app import taker_of
from services.intake.channels.rows import Row
from services.intake.channels.shape import Delivery, Enclosed
from services.intake.files import AT_ONCE, Enclosures
from services.intake.gathering import Gathering, StillAway
from services.intake.late import Late
from services.intake.worker import Worker
from tests.intake.test_again import taken
from tests.support.bus import connected
from tests.support.channels import app_table, dead, facts, settled, signature
from tests.support.gathering import ARRIVED, Died, Dying, gathering, words
from tests.support.intake import intake_settings
from tests.support.pictures import picture
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.waiting import eventually

ROW = Row(code="zalo", kind="zalo", media_loopback=True)


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


@dataclass
class Cdn:
    """A provider's store of pictures, which is down for as long as it is told to be."""

    status: int = 200
    slow: float = 0.0
    asked: list[str] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    async def answer(self, request: Request) -> Response:
        self.asked.append(request.path_params["what"])
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await asyncio.sleep(self.slow)
        self.busy -= 1
        return Response(picture(), status_code=self.status)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        async with serving(Starlette(routes=[Route("/{what}", self.answer)])) as url:
            yield url


def rested(gathering: Gathering) -> Gathering:
    """Another replica, or the same one some time later: it gives every host another chance."""
    gathering.files._resting.clear()
    return gathering


async def files(server: NatsServer) -> list[tuple[type[Any], str, bool]]:
    """Of every fact with files: its kind, why there is none, whether a machine said it."""
    found = [fact for _, fact in await facts(server) if isinstance(fact, CaseOpened | CaseAdded)]
    return [
        (type(fact), one.lost, isinstance(fact, CaseAdded) and fact.automatic)
        for fact in found
        for one in fact.files
    ]


async def test_words_do_not_wait_for_a_picture_that_is_away_and_it_follows_once(server: NatsServer) -> None:
    cdn = Cdn(status=503)
    async with cdn.serve() as url, open_runtime("intake", intake_settings(server)) as rt:
        one, two = gathering(rt), gathering(rt)
        said = words("m1", enclosed=(Enclosed(url=f"{url}/a"), Enclosed(url=f"{url}/b")))
        with pytest.raises(StillAway) as away:
            await one.gather(ROW, said, arrived=ARRIVED)
        assert away.value.outcome == "opened"
        assert await files(server) == [(CaseOpened, "unreachable", False)] * 2
        cdn.status = 200
        again = [rested(each).gather(ROW, said, arrived=ARRIVED) for each in (one, two, one, two)]
        await asyncio.gather(*again, return_exceptions=True)  # who finds the store busy comes again
        assert await rested(one).gather(ROW, said, arrived=ARRIVED) == "repeated"
    assert (await files(server))[2:] == [(CaseAdded, "", True)] * 2


async def test_a_replica_that_dies_before_or_after_a_late_picture_neither_loses_nor_doubles_it(
    server: NatsServer,
) -> None:
    cdn = Cdn(status=503)
    async with cdn.serve() as url, open_runtime("intake", intake_settings(server)) as rt:
        said = words("m1", enclosed=(Enclosed(url=f"{url}/a"),))
        with pytest.raises(StillAway):
            await gathering(rt).gather(ROW, said, arrived=ARRIVED)
        cdn.status = 200
        for step in range(1, 4):
            for heard in (False, True):
                try:
                    dying = gathering(rt, Dying(rt.js, at=step, heard=heard))
                    await replace(dying, files=Enclosures(open_files(rt.js))).gather(
                        ROW, said, arrived=ARRIVED
                    )
                except Died:
                    continue
        assert await gathering(rt).gather(ROW, said, arrived=ARRIVED) == "repeated"
    assert (await files(server))[1:] == [(CaseAdded, "", True)]


async def test_a_picture_that_is_gone_for_good_is_not_waited_for(server: NatsServer) -> None:
    cdn = Cdn(status=404)
    async with cdn.serve() as url, open_runtime("intake", intake_settings(server)) as rt:
        said = words("m1", enclosed=(Enclosed(url=f"{url}/a"),))
        assert await gathering(rt).gather(ROW, said, arrived=ARRIVED) == "opened"
        assert await gathering(rt).gather(ROW, said, arrived=ARRIVED) == "repeated"
    assert cdn.asked == ["a"] and await files(server) == [(CaseOpened, "gone", False)]


async def test_pictures_are_fetched_side_by_side_and_a_host_that_is_down_costs_one_wait(
    server: NatsServer,
) -> None:
    cdn = Cdn(slow=0.4)
    async with cdn.serve() as url, connected(server, "intake") as js:
        enclosures = Enclosures(open_files(js))
        kept = await enclosures.enclose([Enclosed(url=f"{url}/{n}") for n in range(10)], "k", ROW)
        assert [one.lost for one in kept] == [""] * 10 and cdn.busiest == AT_ONCE
        cdn.slow, cdn.asked = 2.0, []
        lost = await enclosures.one(0, Enclosed(url=f"{url}/x"), "k2", ROW, within=0.3)
        rest = await asyncio.gather(
            *(enclosures.one(0, Enclosed(url=f"{url}/{n}"), f"k{n}", ROW) for n in range(20, 40))
        )
        assert {lost.lost, *(one.lost for one in rest)} == {"unreachable"}
        assert cdn.asked == ["x"]


async def test_the_worker_tries_again_by_itself_and_then_lists_what_a_person_may_have_tried(
    server: NatsServer, tmp_path: Path
) -> None:
    cdn, channels = Cdn(status=503), app_table(tmp_path, media_loopback=True)
    settings = intake_settings(server).model_copy(update={"channels_file": channels})
    async with cdn.serve() as url:
        body = json.dumps({"id": "A-1", "text": "Cây đổ", "files": [{"url": f"{url}/a"}]}).encode()
        async with open_runtime("intake", settings) as rt:
            taker = taker_of(rt)
            delivery = Delivery(body, rt.clock.now(), headers={"x-signature": signature(body)})
            await taker.raw.keep("app", "A-1", delivery)
            rt.keep_running(Worker(taker, late=Late((0.1, 0.1))).run(), "worker")
            await eventually(lambda: settled(server))
        assert [reason.partition(":")[0] for reason in await dead(server)] == ["StillAway"]
        cdn.status = 200
        assert await taken(server, channels) == (1, 0)
    assert await files(server) == [(CaseOpened, "unreachable", False), (CaseAdded, "", True)]


def test_no_more_deliveries_wait_than_leave_the_server_room_for_others() -> None:
    late = Late(pauses=(10.0, 20.0), at_once=2)
    assert [late.pause(seq, 1, now=0.0) for seq in (1, 2, 3)] == [10.0, 10.0, 0.0]
    assert late.pause(1, 2, now=9.0) == 20.0 and late.pause(1, 3, now=29.0) == 0.0
    assert late.pause(3, 1, now=29.5) == 10.0
