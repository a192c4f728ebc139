"""Telephone calls as a translator tells them, for the desk's tests."""

import hashlib
import time
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from playwright.async_api import Page, expect

from libs.contracts import calls
from libs.contracts.calls import CallFact
from libs.contracts.facts import Actor
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from libs.runtime.sidelog import SideLog
from tests.support.builders import CITIZEN, MONDAY_MORNING
from tests.support.bus import connected

C = TypeVar("C", bound=CallFact)
SECOND = timedelta(seconds=1)


def a_call() -> str:
    """The id of a fresh call."""
    return hashlib.sha256(uuid4().bytes).hexdigest()[:32]


def rung(
    cls: type[C], call: str, seconds: float = 0, *, start: datetime = MONDAY_MORNING, **fields: Any
) -> C:
    """A fact so many seconds after the first ring; the caller is the usual citizen."""
    usual: dict[str, Any] = {
        "event_id": uuid4(),
        "at": start + seconds * SECOND,
        "by": Actor(service="intake"),
        "system": "pbx",
        "caller": CITIZEN.phone,
        "caller_raw": CITIZEN.phone_raw,
    }
    return cls(call=call, **(usual | fields))


def missed(call: str, seconds: float = 0, waited: int = 20, **fields: Any) -> tuple[CallFact, ...]:
    """It rang, nobody came, the caller gave up."""
    return (
        rung(calls.CallRinging, call, seconds, **fields),
        rung(calls.CallEnded, call, seconds + waited, result="no-answer", **fields),
        rung(calls.CallMissed, call, seconds + waited, waited_seconds=waited, **fields),
    )


def spoken(call: str, seconds: float = 0, extension: str = "101", **fields: Any) -> tuple[CallFact, ...]:
    """It rang, an operator took it, they spoke for a minute."""
    leg = {"leg": f"ext-{extension}", "extension": extension, **fields}
    return (
        rung(calls.CallRinging, call, seconds, **fields),
        rung(calls.CallAnswered, call, seconds + 5, **leg),
        rung(calls.CallEnded, call, seconds + 65, talk_seconds=60, **fields),
    )


async def telephone(server: NatsServer, *facts: CallFact) -> None:
    """Let these facts be told, by the service that may."""
    async with connected(server, "intake") as js:
        for fact in facts:
            assert await SideLog(js).write(fact)


async def rings_and_ends(page: Page, log: SideLog) -> float:
    """Seconds from the fact's acknowledgement to the number in the page; then the ring ends again."""
    call, now = a_call(), SystemClock().now()
    await log.write(rung(calls.CallRinging, call, start=now))
    begun = time.monotonic()
    await page.wait_for_selector(f'#ring a[href="/calls/new?call={call}"]', state="visible", timeout=3_000)
    taken = time.monotonic() - begun
    for fact in spoken(call, start=now)[1:]:
        await log.write(fact)
    await expect(page.locator("#ring .ring")).to_have_count(0)
    return taken
