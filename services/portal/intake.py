"""Hands citizens' words to intake, with the same key again when an answer got lost."""

import asyncio
from collections.abc import Sequence

import httpx
from pydantic import ValidationError

from libs.contracts.errors import HotlineError
from libs.contracts.requests import Accepted, MoreWords, NewRequest, Problem, Problems

TRIES = 3
TIMEOUT = httpx.Timeout(4.0, connect=1.0)
"""Seconds for one try; intake answers within 50 ms when all is well."""


class Declined(HotlineError):
    """Intake said no; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class OutOfReach(HotlineError):
    """Intake could not be reached, or could not confirm; the same key may be sent again."""


class Intake:
    """The client of intake's JSON interface."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._authorization = f"Bearer {key}"

    async def open(self, request: NewRequest, key: str) -> Accepted:
        """The case this request became. Raises Declined or OutOfReach."""
        return await self._post("/api/v1/requests", request, key)

    async def add(self, year: int, case_id: str, words: MoreWords, key: str) -> Accepted:
        """More words to a case. Raises Declined or OutOfReach."""
        return await self._post(f"/api/v1/requests/{year}/{case_id}/messages", words, key)

    async def _post(self, path: str, body: NewRequest | MoreWords, key: str) -> Accepted:
        headers = {
            "Authorization": self._authorization,
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        content = body.model_dump_json(exclude_none=True)
        for attempt in range(TRIES):
            try:
                answer = await self._client.post(path, content=content, headers=headers)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code < 500:
                return _accepted(answer)
            if attempt < TRIES - 1:
                await asyncio.sleep(0.2 * 3**attempt)
        raise OutOfReach


def _accepted(answer: httpx.Response) -> Accepted:
    """What intake said; a refusal of our own key is our trouble, not the citizen's."""
    try:
        if answer.is_success:
            return Accepted.model_validate_json(answer.content)
        if answer.status_code in {409, 413, 422}:
            raise Declined(Problems.model_validate_json(answer.content).problems)
    except ValidationError as error:
        raise OutOfReach from error
    raise OutOfReach
