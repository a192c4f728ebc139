"""Ending tasks: each is asked until it has ended, and what must be left in order is."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

AGAIN = 0.5
"""Seconds after which a task that goes on is asked again to end."""


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they have ended.

    Once is not enough: `asyncio.wait_for` swallows a cancellation that meets the end of what it waits for
    (Python 3.11), and so does nats-py while it flushes a publish (2.16.0); the task would go on for ever.
    """
    while going := [task for task in tasks if not task.done()]:
        for task in going:
            task.cancel()
        await asyncio.wait(going, timeout=AGAIN)


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Await work; when cancelled, however often, first wait for its end."""
    running = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        raise
