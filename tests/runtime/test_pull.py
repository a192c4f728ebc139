"""Pulling from a durable: prompt, complete, and alive after the server was away."""

import asyncio
import os
import signal
import time
from functools import partial

import pytest
from nats.aio.msg import Msg

from libs.contracts.events import CaseFact
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.pull import Pull
from tests.support.builders import a_case, opened
from tests.support.bus import connected


def given(fact: CaseFact, _state: None) -> CaseFact:
    return fact


async def write(log: CaseLog, cases: int) -> None:
    refs = [a_case() for _ in range(cases)]
    await asyncio.gather(
        *(
            log.append(ref, None, 0, decide=partial(given, opened(ref)), fold=lambda state, _: state)
            for ref in refs
        )
    )


async def test_a_small_burst_on_an_idle_consumer_is_not_held_back(server: NatsServer) -> None:
    async with connected(server, "intake") as intake, connected(server, "portal") as portal:
        pull = Pull(portal._nc, "CASES", "portal")
        waits: list[float] = []
        for _ in range(5):
            pending = asyncio.create_task(pull.fetch())
            await asyncio.sleep(0.05)
            await write(CaseLog(intake), 3)
            started = time.perf_counter()
            got: list[Msg] = await pending
            while len(got) < 3:
                got += await pull.fetch()
            waits.append(time.perf_counter() - started)
            for message in got:
                await message.ack()
    assert max(waits) < 1.0


async def test_nothing_is_lost_or_repeated_over_many_requests(server: NatsServer) -> None:
    async with connected(server, "intake") as intake, connected(server, "portal") as portal:
        await write(CaseLog(intake), 120)
        pull = Pull(portal._nc, "CASES", "portal", batch=50)
        sequences: list[int] = []
        while len(sequences) < 120:
            for message in await pull.fetch():
                sequences.append(message.metadata.sequence.stream)
                await message.ack()
    assert sequences == list(range(1, 121))


@pytest.mark.parametrize("times", [0, 3], ids=["by itself", "asked again and again"])
async def test_what_a_replica_that_leaves_has_not_answered_is_another_ones_at_once(
    server: NatsServer, times: int
) -> None:
    """Not after the half minute in which the server waits for an answer."""
    async with connected(server, "intake") as intake, connected(server, "portal") as portal:
        await write(CaseLog(intake), 120)
        leaving, staying = (Pull(portal._nc, "CASES", "portal", batch=100) for _ in range(2))
        taken: list[Msg] = []
        while not taken:
            taken = await leaving.fetch()
        await write(CaseLog(intake), 60)  # some of them still go to the one that asked first
        answered = taken[::2]
        for message in answered:
            await message.ack()
        going = asyncio.create_task(leaving.release())
        for _ in range(times):
            await asyncio.sleep(0)
            going.cancel()
        await asyncio.wait({going})
        left = set(range(1, 181)) - {message.metadata.sequence.stream for message in answered}
        async with asyncio.timeout(10):
            while left:
                for message in await staying.fetch():
                    left.discard(message.metadata.sequence.stream)
                    await message.ack()


async def test_what_is_given_back_to_a_server_that_answers_late_is_heard_all_the_same(
    server: NatsServer,
) -> None:
    async with connected(server, "intake") as intake, connected(server, "portal") as portal:
        await write(CaseLog(intake), 20)
        leaving = Pull(portal._nc, "CASES", "portal")
        left = {message.metadata.sequence.stream for message in await leaving.fetch()}
        for pid in server.pids():
            os.kill(pid, signal.SIGSTOP)
        await leaving.release()
        for pid in server.pids():
            os.kill(pid, signal.SIGCONT)
        staying = Pull(portal._nc, "CASES", "portal")
        async with asyncio.timeout(10):
            while left:
                left -= {message.metadata.sequence.stream for message in await staying.fetch()}
