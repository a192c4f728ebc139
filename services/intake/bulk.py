"""Robot calls and imports: thousands of requests at once, a result for each; single ones need not wait."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.security import HTTPBearer
from nats.errors import Error as NatsError

from libs.contracts.bulk import MOST_BYTES, BulkResults, BulkRow, RowResult
from libs.contracts.errors import Refused
from libs.contracts.requests import Problems
from libs.runtime.errors import OutcomeUnknown
from services.intake.body import read_bytes
from services.intake.clients import Meter, Senders, key_of, sender_of
from services.intake.domain.batch import Row, rows_of
from services.intake.domain.requests import Sender
from services.intake.handlers import Desk
from services.intake.problems import of_refusal, of_validation

AT_ONCE = 4
"""Rows at work at the same time, in all batches of this replica together."""

PAUSE = 0.002
"""Seconds of rest after each row, so that a batch never takes the whole processor."""


@dataclass
class Bulk:
    """Takes batches; `patience`: seconds for one row."""

    desk: Desk
    patience: float
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def take(self, rows: list[Row], sender: Sender) -> BulkResults:
        """What became of each row. Once the server is away the rest is not tried: the client repeats it."""
        results: dict[int, RowResult] = {}
        waiting, away = iter(rows), asyncio.Event()
        await asyncio.gather(*(self._some(waiting, sender, results, away) for _ in range(AT_ONCE)))
        return BulkResults(results=[results[row.number] for row in rows])

    async def _some(
        self, waiting: Iterator[Row], sender: Sender, results: dict[int, RowResult], away: asyncio.Event
    ) -> None:
        for row in waiting:
            async with self._places:
                results[row.number] = await self._one(row, sender, away)
                await asyncio.sleep(PAUSE)

    async def _one(self, row: Row, sender: Sender, away: asyncio.Event) -> RowResult:
        result = RowResult(row=row.number, key=row.key, status="unconfirmed")
        try:
            if row.request is None:
                return _refused(result, row.trouble)
            if away.is_set():
                return result
            async with asyncio.timeout(self.patience):
                accepted = await self.desk.open(row.request, row.key, sender)
        except Refused as refused:
            return _refused(result, refused)
        except (OutcomeUnknown, NatsError, TimeoutError, OSError):
            away.set()
            return result
        return result.model_copy(
            update={
                "status": "repeated" if accepted.repeated else "accepted",
                "case_id": accepted.case_id,
                "year": accepted.year,
                "code": accepted.code,
            }
        )


def add_bulk(app: FastAPI, bulk: Bulk, senders: Senders, meter: Meter) -> None:
    """`POST /api/v1/requests/bulk[?channel=…]`: 200 with a result for each row, whatever became of it."""

    @app.post("/api/v1/requests/bulk", **_described())
    async def take_batch(request: Request) -> BulkResults:
        sender, key = sender_of(request, senders), key_of(request)
        meter.check(sender, key)
        body = await read_bytes(request, MOST_BYTES)
        rows = await asyncio.to_thread(
            rows_of,
            body,
            request.headers.get("content-type", ""),
            f"{sender.name}\0{key}",
            request.query_params.get("channel", ""),
            bulk.desk.directory.pack,
        )
        return await bulk.take(rows, sender)


def _refused(result: RowResult, trouble: Any) -> RowResult:
    rejected = of_refusal(trouble) if isinstance(trouble, Refused) else of_validation(trouble)
    return result.model_copy(update={"status": "refused", "problems": list(rejected.problems)})


def _described() -> dict[str, Any]:
    rows = {"type": "array", "items": BulkRow.model_json_schema()}
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    channel = {"name": "channel", "in": "query", "schema": {"type": "string"}}
    content = {
        "application/json": {"schema": rows},
        "application/x-ndjson": {"schema": {"type": "string"}},
        "text/csv": {"schema": {"type": "string"}},
    }
    return {
        "summary": "Many requests at once, up to 5,000 rows and 5 MB",
        "dependencies": [Depends(HTTPBearer(auto_error=False))],
        "responses": {code: {"model": Problems} for code in (400, 401, 413, 422, 429)},
        "openapi_extra": {
            "parameters": [key, channel],
            "requestBody": {"required": True, "content": content},
        },
    }
