"""Asks the desk whether a matter is known already; a citizen never waits for it, or fails because of it."""

import httpx
from pydantic import ValidationError

from libs.contracts.requests import Described, Offer, Offers
from libs.runtime.logs import log

PATIENCE = httpx.Timeout(1.5, connect=0.3)
"""Seconds; without an answer by then, the request is sent like any other."""


class Desk:
    """The client of one question of the desk's interface; without a key it is never asked."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._key = key

    async def like(self, described: Described) -> list[Offer]:
        """Earlier matters that may be the same; none when the desk does not answer."""
        if not self._key:
            return []
        try:
            answer = await self._client.post(
                "/api/v1/offers",
                content=described.model_dump_json(),
                headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
            )
            return Offers.model_validate_json(answer.raise_for_status().content).offers
        except (httpx.HTTPError, ValidationError) as error:
            log("similar_not_asked", kind=type(error).__name__)
            return []
