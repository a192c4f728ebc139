"""Zalo's OAuth: a refresh token, which works once, for a new pair. Failures may come with HTTP 200."""

import time
from dataclasses import dataclass, field

import httpx

from libs.runtime.tokens import Pair
from services.notifier.gateways.answers import content, number
from services.notifier.tokens import RenewalLost, RenewalRefused

_A_DAY = 90_000
"""Seconds: what Zalo gives when it does not say."""


@dataclass(frozen=True)
class ZaloOauth:
    """`secret` is the App Secret Key, not the one of the webhook. `timeout` in seconds."""

    url: str
    app_id: str
    secret: str = field(repr=False)
    timeout: float = 20.0

    async def renew(self, refresh: str) -> Pair:
        """Raises RenewalRefused, RenewalLost."""
        form = {"app_id": self.app_id, "refresh_token": refresh, "grant_type": "refresh_token"}
        try:
            async with httpx.AsyncClient(timeout=self.timeout, trust_env=False) as client:
                answer = await client.post(
                    f"{self.url}/v4/oa/access_token", data=form, headers={"secret_key": self.secret}
                )
        except httpx.HTTPError as error:
            raise RenewalLost(type(error).__name__) from error
        said = content(answer)
        if said is None or answer.status_code >= 500:
            raise RenewalLost(f"http {answer.status_code}")
        access, renewed = said.get("access_token"), said.get("refresh_token")
        if not (isinstance(access, str) and access and isinstance(renewed, str) and renewed):
            raise RenewalRefused(f"oauth {number(said.get('error'))}")
        now = time.time()
        lasts = number(said.get("expires_in")) or _A_DAY
        return Pair(access=access, refresh=renewed, got=now, ends=now + lasts)
