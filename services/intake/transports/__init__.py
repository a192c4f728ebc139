"""Channels that are not delivered by HTTP: each module here is named like the kind of channel it serves.

It has `async def run(row, channel, keep, clock) -> None`, which fetches or receives for as long as the
service lives: `await keep(key, delivery)` makes a delivery durable, and only then may the other side be told
so. Whoever deletes, marks or answers before that loses words. An exception ends the loop; it is begun again
after a pause.
"""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from libs.runtime.clock import Clock
from libs.runtime.logs import log
from services.intake.channels.rows import Row
from services.intake.channels.shape import Channel, Delivery
from services.intake.metrics import TRANSPORT_UP

Keep = Callable[[str, Delivery], Awaitable[bool]]
"""The delivery's key and the delivery; True when it is stored only now. Raises OutcomeUnknown."""

Run = Callable[[Any, Any, Keep, Clock], Awaitable[None]]

PAUSES = (1.0, 60.0)
"""Seconds until a transport that ended is begun again: after its first failure, and at most."""


def transport_of(kind: str) -> Run | None:
    """The transport of this kind of channel; None when it is delivered by HTTP."""
    if find_spec(f"{__name__}.{kind}") is None:
        return None
    run: Run = import_module(f"{__name__}.{kind}").run
    return run


async def serve(run: Run, row: Row, channel: Channel, keep: Keep, clock: Clock) -> None:
    """Keep one table's transport going: its troubles are its own, those of others are not."""
    pause = PAUSES[0]
    while True:
        begun = asyncio.get_running_loop().time()
        TRANSPORT_UP.labels(row.code).set(1)
        try:
            await run(row, channel, keep, clock)
        except Exception as error:
            log("transport_failed", table=row.code, error=error)
        TRANSPORT_UP.labels(row.code).set(0)
        if asyncio.get_running_loop().time() - begun > PAUSES[1]:
            pause = PAUSES[0]
        await asyncio.sleep(pause)
        pause = min(PAUSES[1], pause * 2)
