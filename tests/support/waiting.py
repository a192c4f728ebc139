"""Bounded waiting for something that another task or process is about to do."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable


async def eventually(
    condition: Callable[[], object | Awaitable[object]], *, within: float = 5.0, what: str = ""
) -> None:
    """Return as soon as the condition holds; fail after `within` seconds, saying what was awaited."""
    deadline = time.monotonic() + within
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        assert time.monotonic() < deadline, (
            f"not within {within} s: {what or inspect.getsource(condition).strip()}"
        )
        await asyncio.sleep(0.02)
