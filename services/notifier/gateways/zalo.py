"""Messages of the Zalo Official Account, and ZNS: the result is a code in the body of an HTTP 200."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from services.notifier.gateways.answers import Bucket, content, lost, number, shortened
from services.notifier.gateways.gateway import Message, Outcome, Reply, Send
from services.notifier.gateways.zns import ZnsTemplate
from services.notifier.tokens import Tokens

PROVIDER = "zalo"

_TOKEN = {-216, -124}
_TOO_FAST = {-32, -100}
"""Zalo's own trouble, or ours for a moment: the same message may go later. All other codes are for good."""

_BLOCKED = "block"
"""In the words of -216 when it means that the person blocked us, and not that our token has ended."""


@dataclass(frozen=True)
class ZaloCalls:
    """What both ways share: the token in the header, and how an answer is read. `timeout` in seconds."""

    url: str
    tokens: Tokens
    timeout: float = 10.0
    bucket: Bucket = field(default_factory=lambda: Bucket(10.0))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
        """A client and the access token. Raises GatewayDown."""
        token = await self.tokens.access(PROVIDER)
        async with httpx.AsyncClient(timeout=self.timeout, trust_env=False) as client:
            yield client, token

    async def post(
        self, client: httpx.AsyncClient, token: str, path: str, wanted: Mapping[str, Any]
    ) -> Reply:
        await self.bucket.take()
        try:
            answer = await client.post(f"{self.url}{path}", json=wanted, headers={"access_token": token})
        except httpx.HTTPError as error:
            return lost(error)
        reply = _read(answer)
        if reply.outcome is Outcome.PUT_OFF and reply.reason.startswith("token"):
            await self.tokens.doubt(PROVIDER, token)
        return reply


@dataclass(frozen=True)
class Zalo:
    """Replies to people who wrote to the account."""

    calls: ZaloCalls

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        async with self.calls.open() as (client, token):
            yield partial(self._send, client, token)

    async def _send(self, client: httpx.AsyncClient, token: str, message: Message) -> Reply:
        text = shortened(message.body, message.said.get("link", ""))
        wanted = {"recipient": {"user_id": message.to}, "message": {"text": text}}
        return await self.calls.post(client, token, "/v3.0/oa/message/cs", wanted)


@dataclass(frozen=True)
class Zns:
    """Notices to a telephone number by approved templates; `templates` by letter of the pack."""

    calls: ZaloCalls
    templates: Mapping[str, ZnsTemplate]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        async with self.calls.open() as (client, token):
            yield partial(self._send, client, token)

    async def _send(self, client: httpx.AsyncClient, token: str, message: Message) -> Reply:
        template = self.templates.get(message.template)
        if template is None:
            return Reply(Outcome.REFUSED, "no ZNS template")
        wanted = {
            "phone": message.to.removeprefix("+"),
            "template_id": template.id,
            "template_data": template.data(message.said),
            "tracking_id": message.id,
        }
        return await self.calls.post(client, token, "/message/template", wanted)


def _read(answer: httpx.Response) -> Reply:
    said = content(answer)
    code = number(said.get("error")) if said else None
    if said is None or code is None:  # a proxy's page: whether Zalo saw the message, nobody knows
        away = answer.status_code in {429, 503}
        return Reply(Outcome.PUT_OFF if away else Outcome.UNKNOWN, f"zalo http {answer.status_code}")
    if code == 0:
        data = said.get("data")
        data = data if isinstance(data, dict) else {}
        return Reply(Outcome.ACCEPTED, gateway_id=str(data.get("message_id") or data.get("msg_id") or ""))
    if code in _TOKEN and _BLOCKED not in str(said.get("message", "")).lower():
        return Reply(Outcome.PUT_OFF, f"token {code}")
    return Reply(Outcome.PUT_OFF if code in _TOO_FAST else Outcome.REFUSED, f"zalo {code}")
