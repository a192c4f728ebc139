"""Asks the desk whether a matter is known already, and hands it what citizens say of their answers."""

from contextlib import suppress

import httpx
from pydantic import ValidationError

from libs.contracts.requests import Described, Heard, Helped, NotSolved, Offer, Offers, Rating, SearchedInVain
from libs.runtime.logs import log
from services.portal.intake import TIMEOUT, OutOfReach, said, tried

PATIENCE = httpx.Timeout(1.5, connect=0.3)
"""Seconds; without an answer by then, the request is sent like any other."""


class Desk:
    """The client of the desk's interface; without a key it is never asked."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._key = key

    @property
    def listens(self) -> bool:
        """Whether there is a key: without one nobody can rate or reopen here."""
        return bool(self._key)

    async def like(self, described: Described) -> list[Offer]:
        """Earlier matters that may be the same; none when the desk does not answer.

        A citizen never waits for it, or fails because of it.
        """
        if not self._key:
            return []
        try:
            answer = await self._client.post(
                "/api/v1/offers", content=described.model_dump_json(), headers=self._headers
            )
            return Offers.model_validate_json(answer.raise_for_status().content).offers
        except (httpx.HTTPError, ValidationError) as error:
            log("similar_not_asked", kind=type(error).__name__)
            return []

    async def rate(self, rating: Rating) -> Heard:
        """The rating is a fact. Raises Declined or OutOfReach; what was sent may be sent again."""
        return await self._tell("/api/v1/ratings", rating)

    async def open_again(self, unsolved: NotSolved) -> Heard:
        """The case is open again. Raises as `rate`."""
        return await self._tell("/api/v1/reopenings", unsolved)

    async def helped(self, one: Helped) -> bool:
        """Whether it was counted; tried once, since a second time would count twice."""
        try:
            answer = await self._client.post(
                "/api/v1/helpful", content=one.model_dump_json(), headers=self._headers
            )
        except httpx.HTTPError:
            return False
        return answer.is_success

    async def sought(self, words: SearchedInVain) -> None:
        """Words that found no answer; tried once, and lost when the desk does not answer."""
        if self._key:
            with suppress(httpx.HTTPError):
                await self._client.post(
                    "/api/v1/sought", content=words.model_dump_json(), headers=self._headers
                )

    async def _tell(self, path: str, voice: Rating | NotSolved) -> Heard:
        if not self._key:
            raise OutOfReach
        content = voice.model_dump_json()
        return said(await tried(self._client, path, self._headers, content=content, timeout=TIMEOUT), Heard)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
