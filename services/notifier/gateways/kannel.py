"""Text messages through Kannel's HTTP interface `sendsms`, in front of the operators' own gateways."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import httpx

from libs.packs.gsm import is_gsm
from services.notifier.gateways.gateway import GatewayDown, Message, Outcome, Reply, Send

ALPHABET, UCS2 = "0", "2"

WANTED = "19"
"""Reports wanted: 1 delivered, 2 not delivered, 16 refused."""

_LOCKED_OUT = "Authorization"
"""How Kannel's 403 begins when it does not know us; its other 403 means that nobody serves the number."""


@dataclass(frozen=True)
class Kannel:
    """`url` is the whole address, e.g. http://127.0.0.1:13013/cgi-bin/sendsms; `timeout` in seconds.

    The interface knows no message ids: what was handed over and not answered is unknown, never repeated.
    `reports` is the address, secret included, at which Kannel tells what became of a message; it gets the
    letter's own id and fills in %d: 1 delivered, 2 not, 16 refused by the operator.
    """

    url: str
    user: str
    password: str = field(repr=False)
    sender: str
    timeout: float = 10.0
    reports: str = field(default="", repr=False)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        address = httpx.URL(self.url)
        try:
            async with asyncio.timeout(self.timeout):
                _, probe = await asyncio.open_connection(address.host, address.port or 80)
        except (OSError, TimeoutError) as error:
            raise GatewayDown(f"kannel: {type(error).__name__}") from error
        probe.close()
        async with httpx.AsyncClient(timeout=self.timeout, trust_env=False) as client:
            yield partial(self._send, client)

    async def _send(self, client: httpx.AsyncClient, message: Message) -> Reply:
        question = {
            "username": self.user,
            "password": self.password,
            "from": self.sender,
            "to": message.to,
            "text": message.sms,
            "charset": "UTF-8",
            "coding": ALPHABET if is_gsm(message.sms) else UCS2,
        }
        if self.reports:
            question |= {"dlr-mask": WANTED, "dlr-url": f"{self.reports}?letter={message.id}&type=%d"}
        try:
            answer = await client.get(self.url, params=question)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return Reply(Outcome.PUT_OFF, type(error).__name__)
        except httpx.HTTPError as error:
            return Reply(Outcome.UNKNOWN, type(error).__name__)
        return Reply(_outcome(answer), f"kannel {answer.status_code}")


def _outcome(answer: httpx.Response) -> Outcome:
    if answer.is_success:
        return Outcome.ACCEPTED
    ours = answer.status_code in {401, 404, 408, 429} or answer.text.startswith(_LOCKED_OUT)
    return Outcome.REFUSED if answer.is_client_error and not ours else Outcome.PUT_OFF
