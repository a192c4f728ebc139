"""Signed calls to partners' programs: HMAC-SHA256 over the time and the body, byte for byte."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import httpx

from services.notifier.gateways.gateway import Message, Outcome, Reply, Send
from services.notifier.partners import PartnerRow

SIGNATURE, EVENT_ID = "X-Hotline-Signature", "X-Hotline-Event-Id"

_FOR_GOOD = {400, 404, 405, 410, 413, 415, 422}
REST = 30.0
"""Seconds for which a partner that did not answer is left alone, so that the others do not wait for it."""


@dataclass(frozen=True)
class Webhook:
    """`partners` by name: a letter names one of them, never an address."""

    partners: Mapping[str, PartnerRow]
    rest: float = REST
    _silent_until: dict[str, float] = field(default_factory=dict)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
            yield partial(self._send, client)

    async def _send(self, client: httpx.AsyncClient, message: Message) -> Reply:
        row = self.partners.get(message.to)
        if row is None:
            return Reply(Outcome.REFUSED, "no such partner")
        loop = asyncio.get_running_loop()
        if self._silent_until.get(message.to, 0.0) > loop.time():
            return Reply(Outcome.PUT_OFF, "silent")
        body = message.body.encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            SIGNATURE: signature(row.secret(), body, int(time.time())),
            EVENT_ID: message.id,
        }
        try:
            async with asyncio.timeout(row.timeout):
                answer = await client.post(row.url, content=body, headers=headers, timeout=row.timeout)
        except (httpx.HTTPError, TimeoutError) as error:  # the id tells a repetition, so it may go again
            self._silent_until[message.to] = loop.time() + self.rest
            return Reply(Outcome.PUT_OFF, type(error).__name__)
        if answer.is_success:
            return Reply(Outcome.ACCEPTED)
        refused = answer.status_code in _FOR_GOOD
        return Reply(Outcome.REFUSED if refused else Outcome.PUT_OFF, f"http {answer.status_code}")


def signature(secret: bytes, body: bytes, at: int) -> str:
    """`t=<Unix seconds>,v1=<hex>`: the digest is over `<t>.` and the body."""
    digest = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
