"""How a provider delivers its webhooks: until somebody says 200 in time, and sometimes more often."""

import asyncio
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True)
class Posted:
    """One event as it goes over the wire."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Persistent:
    """Posts to `hook`, waits `patience` seconds for a 200, and tries again after each of `pauses` (seconds).

    The pauses stand for the provider's minutes and hours. `outcomes` holds every answer: a status, 0 for
    none; `given_up` what was never taken: a real provider would now switch the webhook off.
    """

    hook: str
    patience: float = 2.0
    pauses: Sequence[float] = (0.05, 0.1, 0.2, 0.4, 0.8)
    outcomes: list[int] = field(default_factory=list)
    given_up: list[Posted] = field(default_factory=list)

    async def once(self, client: httpx.AsyncClient, posted: Posted) -> int:
        """The status; 0 when there was no answer in time."""
        headers = {"Content-Type": "application/json", **posted.headers}
        try:
            answer = await client.post(self.hook, content=posted.body, headers=headers, timeout=self.patience)
            status = answer.status_code
        except httpx.HTTPError:
            status = 0
        self.outcomes.append(status)
        return status

    async def deliver(self, posted: Posted) -> bool:
        """Whether it was taken in the end."""
        async with httpx.AsyncClient() as client:
            for number, pause in enumerate((*self.pauses, 0.0)):
                again = Posted(posted.body, {**posted.headers, "num_retry": str(number)})
                if await self.once(client, again if number else posted) == 200:
                    return True
                await asyncio.sleep(pause)
        self.given_up.append(posted)
        return False

    async def storm(self, posted: Iterable[Posted], times: int, *, seed: int = 0) -> list[int]:
        """Every event `times` over, in parallel and in any order. Returns the statuses."""
        all_of_them = [one for one in posted for _ in range(times)]
        random.Random(seed).shuffle(all_of_them)
        async with httpx.AsyncClient() as client:
            return list(await asyncio.gather(*(self.once(client, one) for one in all_of_them)))
