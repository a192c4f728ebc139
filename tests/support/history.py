"""Lets things happen to a case on a real server: each fact by the service that may write it."""

from contextlib import AsyncExitStack

from nats.js.client import JetStreamContext

from libs.contracts.events import CaseFact
from libs.contracts.streams import WRITERS
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from tests.support.bus import connected


def writer_of(fact: CaseFact) -> str:
    """The one service that may write this fact."""
    return next(service for service, facts in WRITERS.items() if f"case:{fact.token}" in facts)


async def happen(server: NatsServer, ref: CaseRef, *facts: CaseFact, after: int = 0) -> int:
    """Append the facts in this order, to a case at `after`; returns the sequence of the last one."""
    seq = after
    streams: dict[str, JetStreamContext] = {}
    async with AsyncExitStack() as stack:
        for fact in facts:
            user = writer_of(fact)
            if user not in streams:
                streams[user] = await stack.enter_async_context(connected(server, user))
            log = CaseLog(streams[user])
            done = await log.append(ref, fact, seq, decide=lambda mine: mine, fold=lambda mine, _: mine)
            assert done is not None
            seq = done.seq
    return seq
