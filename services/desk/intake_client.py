"""Hands a typed call to intake over HTTP, safely repeatable: the form's id is the idempotency key."""

import asyncio
from pathlib import Path

import httpx
from pydantic import ValidationError

from libs.contracts.errors import HotlineError, Refused
from libs.contracts.requests import Accepted, NewRequest, Problems
from services.desk.settings import bearer

TRIES = 3
PAUSE = 0.3
"""Seconds before the second try; doubled before the third."""

_TIMES = httpx.Timeout(12, connect=2)
"""Intake itself gives up after 10 s and then says so."""


class IntakeUnavailable(HotlineError):
    """Intake cannot be reached or did not confirm: send the same form again, nothing is taken twice."""


class IntakeClient:
    """One connection pool for the life of the service."""

    def __init__(self, url: str, key_file: Path | None) -> None:
        headers = {"content-type": "application/json", **bearer(key_file)}
        self._client = httpx.AsyncClient(base_url=url, headers=headers, timeout=_TIMES, trust_env=False)

    async def open_case(self, request: NewRequest, key: str) -> Accepted:
        """The case of this call, the same however often it is sent.

        Raises Refused with what intake said of an input, IntakeUnavailable after TRIES tries.
        """
        pause = PAUSE
        for left in reversed(range(TRIES)):
            try:
                answer = await self._client.post(
                    "/api/v1/requests", content=request.model_dump_json(), headers={"idempotency-key": key}
                )
                if answer.status_code < 500:
                    return _accepted(answer)
            except httpx.TransportError as error:
                if not left:
                    raise IntakeUnavailable from error
            if left:
                await asyncio.sleep(pause)
                pause *= 2
        raise IntakeUnavailable

    async def close(self) -> None:
        await self._client.aclose()


def _accepted(answer: httpx.Response) -> Accepted:
    try:
        if answer.is_success:
            return Accepted.model_validate_json(answer.content)
        problem = Problems.model_validate_json(answer.content).problems[0]
    except (ValidationError, IndexError) as error:
        raise IntakeUnavailable(f"intake answered {answer.status_code} in an unknown form") from error
    if answer.status_code in {400, 401, 403}:  # our own key or form, nothing the operator can mend
        raise IntakeUnavailable(f"intake refused the desk itself: {problem.en}")
    raise Refused(problem.vi, problem.en, field=problem.field, stale=answer.status_code == 409)
