"""The providers' tokens as the gateways use them: renewed at half their life, by one replica at a time.

A refresh token works once. So whoever renews takes a lease first, longer than the longest HTTP call, and uses
the new pair only once it stands in the store. A provider that says no changes nothing but a note: the pair in
force, and the one before it, stay what they were.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from uuid import uuid4

from nats.errors import Error as NatsError

from libs.contracts.errors import HotlineError
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from libs.runtime.publishing import Occupied
from libs.runtime.tokens import Held, Pair, Vault
from services.notifier import metrics
from services.notifier.gateways.gateway import GatewayDown

LEASE, EVERY, AGAIN = 60.0, 30.0, 300.0
"""Seconds: how long a renewal may take, how often one looks, and how long after a refusal one asks again."""


class RenewalRefused(HotlineError):
    """The provider said no; the message is its code."""


class RenewalLost(HotlineError):
    """No answer that anybody could read: the refresh token may be spent, or not."""


Renew = Callable[[str], Awaitable[Pair]]
"""From a refresh token to a new pair, well within the lease. Raises RenewalRefused, RenewalLost."""


class Tokens:
    """`renewals` by provider; one that is not named there has a token without an end."""

    def __init__(
        self,
        vault: Vault | None,
        renewals: Mapping[str, Renew],
        *,
        lease: float = LEASE,
        every: float = EVERY,
        again: float = AGAIN,
    ) -> None:
        self._vault = vault
        self._renewals = renewals
        self._lease = lease
        self._every = every
        self._again = again
        self._asked = asyncio.Event()

    async def access(self, provider: str) -> str:
        """The access token in force. Raises GatewayDown when there is none that works."""
        try:
            held, _ = await self._get(provider)
        except (HotlineError, NatsError, TimeoutError, OSError) as error:
            raise GatewayDown(f"tokens: {type(error).__name__}") from error
        if held is None:
            raise GatewayDown(f"no token: hotline token set {provider}")
        if held.doubted or (held.pair.ends and held.pair.ends <= time.time()):
            raise GatewayDown("token refused" if held.doubted else "token ended")
        return held.pair.access

    async def doubt(self, provider: str, access: str) -> None:
        """The provider refused this token; if it is still the one in force, it is renewed at once."""
        try:
            held, revision = await self._get(provider)
            if held and held.pair.access == access and not held.doubted:
                await self._put(held.model_copy(update={"doubted": True}), revision)
                log("token_doubted", provider=provider)
        except (Occupied, OutcomeUnknown, NatsError, TimeoutError, OSError) as error:
            log("token_not_noted", provider=provider, kind=type(error).__name__)
        self._asked.set()

    async def run(self, *providers: str) -> None:
        """Look after these providers' tokens until cancelled."""
        while True:
            self._asked.clear()
            for provider in providers:
                try:
                    await self.look(provider)
                except (HotlineError, NatsError, TimeoutError, OSError) as error:
                    log("token_not_renewed", provider=provider, kind=type(error).__name__)
            try:
                async with asyncio.timeout(self._every):
                    await self._asked.wait()
            except TimeoutError:
                continue

    async def look(self, provider: str) -> None:
        """Renew the token if it is time, and tell how it stands. Raises Sealed, OutcomeUnknown."""
        await self._renewed(provider)
        held, _ = await self._get(provider)
        ends = held.pair.ends if held else 0.0
        metrics.TOKEN_REFUSED.labels(provider).set(float(held is None or held.doubted or bool(held.refused)))
        metrics.TOKEN_ENDS.labels(provider).set(ends or (float("inf") if held else 0.0))

    async def _renewed(self, provider: str) -> None:
        held, revision = await self._get(provider)
        renew = self._renewals.get(provider)
        if held is None or renew is None or not self._is_time(held, time.time()):
            return
        leased = {"lease": uuid4().hex, "lease_until": time.time() + self._lease}
        try:
            revision = await self._put(held.model_copy(update=leased), revision)
        except Occupied:
            return  # somebody else is at it
        changes: dict[str, object] = {"lease": "", "lease_until": 0.0}
        try:
            pair = await renew(held.pair.refresh)
            changes |= {"pair": pair, "previous": held.pair, "doubted": False, "refused": ""}
            log("token_renewed", provider=provider)
        except RenewalRefused as error:
            changes |= {"refused": str(error), "refused_at": time.time()}
            log("token_refused", provider=provider, reason=str(error))
        except RenewalLost as error:
            changes |= {"refused_at": time.time()}
            log("renewal_lost", provider=provider, reason=str(error))
        await self._until_it_stands(held.model_copy(update=changes), revision, held.pair.refresh)

    async def _until_it_stands(self, held: Held, revision: int, spent: str) -> None:
        """A new pair is in nobody's hands but ours: it is written, however long the server is away.

        Unless a person set another one meanwhile.
        """
        while True:
            try:
                await self._put(held, revision)
                return
            except Occupied:
                now, revision = await self._get(held.provider)
                if now is None or now.pair.refresh != spent:
                    return
            except (OutcomeUnknown, NatsError, TimeoutError, OSError) as error:
                log("token_not_stored", provider=held.provider, kind=type(error).__name__)
                await asyncio.sleep(1)

    def _is_time(self, held: Held, now: float) -> bool:
        """At half-life, or once refused; not while another renews, nor soon after the provider said no."""
        if not held.pair.refresh or now < held.lease_until or now < held.refused_at + self._again:
            return False
        half = held.pair.got + (held.pair.ends - held.pair.got) / 2
        return held.doubted or bool(held.pair.ends and now >= half)

    async def _get(self, provider: str) -> tuple[Held | None, int]:
        return await self._vault.get(provider) if self._vault else (None, 0)

    async def _put(self, held: Held, revision: int) -> int:
        assert self._vault is not None  # what was read came from there
        return await self._vault.put(held, revision)
