"""How far this service has read the cases, compared with what the stream holds: nothing is judged ahead."""

import asyncio
import time
from collections.abc import Sequence
from enum import Enum

from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from services.sla.due import Candidate

STREAM, DURABLE = "CASES", "sla"

AT_ONCE = 50
"""Cases asked about together."""


class Reach(Enum):
    """All is read; all but what waits, for a missing predecessor perhaps; or there is a backlog."""

    ALL = "all"
    STUCK = "stuck"
    BEHIND = "behind"


async def reach(js: JetStreamContext, patience: float) -> Reach:
    """Wait at most `patience` seconds until everything stored by now is projected, and say how far it is."""
    last = (await js.stream_info(STREAM)).state.last_seq
    deadline = time.monotonic() + patience
    while True:
        info = await js.consumer_info(STREAM, DURABLE)
        reached = info.ack_floor.stream_seq if info.ack_floor else 0
        if reached >= last or not (info.num_pending or info.num_ack_pending):
            return Reach.ALL
        if time.monotonic() > deadline:
            return Reach.BEHIND if info.num_pending else Reach.STUCK
        await asyncio.sleep(0.02)


async def read_up_to_date(js: JetStreamContext, candidates: Sequence[Candidate]) -> set[str]:
    """The cases among these whose newest fact in the stream is the one this service knows."""
    cases = {one.ref.case_id: one for one in candidates}
    found: set[str] = set()
    ids = list(cases)
    for begin in range(0, len(ids), AT_ONCE):
        some = [cases[id_] for id_ in ids[begin : begin + AT_ONCE]]
        newest = await asyncio.gather(*(_newest(js, one.ref.filter) for one in some))
        found |= {one.ref.case_id for one, seq in zip(some, newest, strict=True) if seq <= one.last_seq}
    return found


async def _newest(js: JetStreamContext, subjects: str) -> int:
    try:
        return (await js.get_last_msg(STREAM, subjects, direct=True)).seq or 0
    except NotFoundError:  # erased
        return 0
