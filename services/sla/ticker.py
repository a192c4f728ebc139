"""Lets time act: fires the clocks that are due, never ahead of what this service has read of their case.

Usually everything that is stored is projected within milliseconds, and whatever is due by then is fired.
When the projection does not get there, because of a backlog or of one fact that waits for ever, each due
case is asked about by itself: it fires if its newest fact in the stream is the one that is projected here.
So no case is judged before its answer was read, and no case waits for another one.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext

from libs.runtime.clock import FollowingClock
from libs.runtime.database import in_thread
from libs.runtime.logs import log
from libs.runtime.projection import DatabaseDown
from libs.worktime.calendar import CalendarError
from services.sla.changing import Changing
from services.sla.due import PAGE, Due
from services.sla.metrics import LAST_TICK, LATENESS, UNUSABLE
from services.sla.reach import Reach, reach, read_up_to_date
from services.sla.rows import Group

CATCH_UP = 5.0
"""Real seconds one tick waits for the projection before it asks about each case by itself."""

SIMULATED_POLL = 0.1
"""Real seconds between two ticks under a simulated clock."""

NO_HOURS = (LookupError, CalendarError)
"""The pack of some hours is gone, or its calendar has ended: an alarm, and no matter of the other hours."""


class Ticker:
    """One endless loop; several replicas share the due clocks."""

    def __init__(
        self,
        due: Due,
        changing: Changing,
        js: JetStreamContext,
        clock: FollowingClock,
        *,
        fired: Callable[[], None],
        poll: float,
        grace: float,
        catch_up: float = CATCH_UP,
    ) -> None:
        self._due = due
        self._changing = changing
        self._js = js
        self._clock = clock
        self._fired = fired
        self._poll = poll
        self._grace = timedelta(seconds=grace)
        self._catch_up = catch_up

    async def run(self) -> None:
        """Tick until cancelled; survives outages of the server and of the database."""
        while True:
            try:
                await self.tick()
                LAST_TICK.set(time.time())
            except (NatsError, TimeoutError, OSError, *DatabaseDown) as error:
                log("tick_put_off", kind=type(error).__name__)
            await asyncio.sleep(SIMULATED_POLL if self._clock.simulated else self._poll)

    async def tick(self) -> None:
        """Fire what was due at this moment, and adopt the changes of calendar that hold by now."""
        now = self._clock.now() - self._grace
        pressing = await in_thread(self._pressing, now)
        far = await reach(self._js, self._catch_up) if pressing else Reach.ALL
        lateness = 0.0
        for group in pressing:
            try:
                lateness = max(lateness, await self._group(group, now, far))
            except NO_HOURS as error:
                UNUSABLE.inc()
                log("hours_unusable", hours=group.hours, error=error)
        LATENESS.set(lateness)

    def _pressing(self, now: datetime) -> list[Group]:
        """The groups with something due or to adopt; only then is it worth asking how far was read."""
        pressing, unusable = [], 0
        for group, at in self._due.soonest():
            try:
                due = self._due.reached(group, at, now) and self._due.is_due(group, now)
                if due or self._changing.ready(group, now):
                    pressing.append(group)
            except NO_HOURS as error:
                unusable += 1
                log("hours_unusable", hours=group.hours, error=error)
        UNUSABLE.set(unusable)
        return pressing

    async def _group(self, group: Group, now: datetime, far: Reach) -> float:
        """Everything due in this group; the seconds by which the oldest was late.

        What was due before a change of calendar is fired in the old one. In a backlog no change is adopted:
        a case that was closed before the change would be told of it.
        """
        lateness = await self._whole(group, now) if far is Reach.ALL else await self._each(group, now)
        if far is Reach.BEHIND or not (adopted := await in_thread(self._changing.adopt, group.id, now)):
            return lateness
        return max(lateness, await self._group(adopted, now, far))

    async def _whole(self, group: Group, now: datetime) -> float:
        lateness = 0.0
        while await in_thread(self._due.is_due, group, now):
            fired = await in_thread(self._due.fire, group.id, now)
            if not fired.taken:
                break  # another replica has them in hand
            self._fired()
            lateness = max(lateness, (now - fired.oldest).total_seconds())
            if fired.taken < PAGE:
                break
        return lateness

    async def _each(self, group: Group, now: datetime) -> float:
        log("projection_behind", hours=group.hours)
        lateness, place = 0.0, None
        while page := await in_thread(self._due.candidates, group, now, place):
            place = page[-1].place
            known = await read_up_to_date(self._js, page)
            if known:
                fired = await in_thread(self._due.fire, group.id, now, only=known)
                self._fired()
                lateness = max(lateness, (now - fired.oldest).total_seconds() if fired.taken else 0.0)
        return lateness
