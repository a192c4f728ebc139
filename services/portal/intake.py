"""Hands citizens' words to intake, with the same key again when an answer got lost."""

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from libs.contracts.errors import HotlineError
from libs.contracts.requests import Accepted, MoreWords, NewRequest, Problem, Problems, Uploaded
from libs.web.limits import TooOften

TRIES = 3
TIMEOUT = httpx.Timeout(4.0, connect=1.0)
"""Seconds for one try; intake answers within 50 ms when all is well."""

UPLOAD_TIMEOUT = httpx.Timeout(30.0, connect=1.0)
"""Seconds: a photo is cleaned and scanned before intake answers."""

M = TypeVar("M", bound=BaseModel)
Answer = httpx.Response
NO_MORE: Mapping[str, str] = MappingProxyType({})


class Declined(HotlineError):
    """The other service said no; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class TooMuch(TooOften):
    """Intake takes no more of this sender, or of us, for a while; `problems` says so in words."""

    def __init__(self, minutes: int, problems: Sequence[Problem]) -> None:
        super().__init__(minutes)
        self.problems = tuple(problems)


class OutOfReach(HotlineError):
    """The other service could not be reached, or could not confirm; the same key may be sent again."""


class Intake:
    """The client of intake's JSON interface."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._authorization = f"Bearer {key}"

    async def open(self, request: NewRequest, key: str) -> Accepted:
        """The case this request became. Raises Declined, TooMuch or OutOfReach, as all do."""
        return await self._post("/api/v1/requests", request, key)

    async def add(self, year: int, case_id: str, words: MoreWords, key: str) -> Accepted:
        """More words to a case. Raises Declined or OutOfReach."""
        return await self._post(f"/api/v1/requests/{year}/{case_id}/messages", words, key)

    async def upload(self, content: bytes, label: str, key: str) -> Uploaded:
        """A file that a request may name within two days. Raises Declined or OutOfReach."""
        files = {"file": (label, content)}
        answer = await self._tried("/api/v1/files", key, files=files, timeout=UPLOAD_TIMEOUT)
        return said(answer, Uploaded)

    async def _post(self, path: str, body: NewRequest | MoreWords, key: str) -> Accepted:
        answer = await self._tried(
            path, key, {"Content-Type": "application/json"}, content=body.model_dump_json(exclude_none=True)
        )
        return said(answer, Accepted)

    async def _tried(self, path: str, key: str, headers: Mapping[str, str] = NO_MORE, **body: Any) -> Answer:
        own = {"Authorization": self._authorization, "Idempotency-Key": key}
        return await tried(self._client, path, {**own, **headers}, **body)


async def tried(client: httpx.AsyncClient, path: str, headers: Mapping[str, str], **body: Any) -> Answer:
    """The first answer that is one; what is posted may safely arrive twice. Raises OutOfReach."""
    for attempt in range(TRIES):
        try:
            answer = await client.post(path, headers=headers, **body)
        except httpx.HTTPError:
            answer = None
        if answer is not None and answer.status_code < 500:
            return answer
        if attempt < TRIES - 1:
            await asyncio.sleep(0.2 * 3**attempt)
    raise OutOfReach


def said(answer: Answer, model: type[M]) -> M:
    """What the other service said; a refusal of our own key is our trouble, not the citizen's."""
    try:
        if answer.is_success:
            return model.model_validate_json(answer.content)
        if answer.status_code == 429:
            raise TooMuch(_minutes(answer), Problems.model_validate_json(answer.content).problems)
        if answer.status_code in {409, 413, 415, 422}:
            raise Declined(Problems.model_validate_json(answer.content).problems)
    except ValidationError as error:
        raise OutOfReach from error
    raise OutOfReach


def _minutes(answer: httpx.Response) -> int:
    seconds = answer.headers.get("retry-after", "")
    return max(1, -(-int(seconds) // 60)) if seconds.isdecimal() else 1
