"""Messages of the Facebook Page: an answer within a day, or one private reply to a public comment."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from services.notifier.domain.talks import COMMENT
from services.notifier.gateways.answers import Bucket, content, lost, number, shortened
from services.notifier.gateways.gateway import Message, Outcome, Reply, Send
from services.notifier.tokens import Tokens

PROVIDER = "facebook"

_TOKEN = 190
_BUSY = {1, 2, 4, 17, 32, 341, 368, 613}
"""Facebook's own trouble, or too many calls: the same message may go later. All other codes are for good."""


@dataclass(frozen=True)
class Facebook:
    """`url` with the version, e.g. https://graph.facebook.com/v26.0; `secret` of the app signs each call."""

    url: str
    page: str
    tokens: Tokens
    secret: str = field(repr=False)
    timeout: float = 10.0
    bucket: Bucket = field(default_factory=lambda: Bucket(10.0))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Send]:
        token = await self.tokens.access(PROVIDER)
        async with httpx.AsyncClient(timeout=self.timeout, trust_env=False) as client:
            yield partial(self._send, client, token)

    async def _send(self, client: httpx.AsyncClient, token: str, message: Message) -> Reply:
        comment = message.to.removeprefix(COMMENT) if message.to.startswith(COMMENT) else ""
        wanted: dict[str, Any] = {
            "recipient": {"comment_id": comment} if comment else {"id": message.to},
            "messaging_type": "RESPONSE",
            "message": {
                "text": shortened(message.body, message.said.get("link", "")),
                "metadata": message.id,
            },
        }
        proof = hmac.new(self.secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        await self.bucket.take()
        try:
            answer = await client.post(
                f"{self.url}/{self.page}/messages",
                json=wanted,
                params={"appsecret_proof": proof},
                headers={"Authorization": f"Bearer {token}"},
            )
        except httpx.HTTPError as error:
            return lost(error)
        reply = _read(answer)
        if reply.reason.startswith("token"):
            await self.tokens.doubt(PROVIDER, token)
        return reply


def _read(answer: httpx.Response) -> Reply:
    said = content(answer) or {}
    error = said.get("error")
    if isinstance(error, dict) and (code := number(error.get("code"))) is not None:
        if code == _TOKEN:
            return Reply(Outcome.PUT_OFF, f"token {code}")
        return Reply(Outcome.PUT_OFF if code in _BUSY else Outcome.REFUSED, f"facebook {code}")
    if answer.is_success and said.get("message_id"):
        return Reply(Outcome.ACCEPTED, gateway_id=str(said["message_id"]))
    away = answer.status_code in {429, 503}
    return Reply(Outcome.PUT_OFF if away else Outcome.UNKNOWN, f"facebook http {answer.status_code}")
