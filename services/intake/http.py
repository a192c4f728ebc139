"""Intake's JSON interface: a new request, and more words to an old one."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer
from nats.errors import Error as NatsError
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException

from libs.contracts.errors import Refused
from libs.contracts.facts import CaseId
from libs.contracts.requests import Accepted, MoreWords, NewRequest, Problem, Problems
from libs.contracts.subjects import CaseRef
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from services.intake.body import read
from services.intake.bulk import Bulk, add_bulk
from services.intake.clients import Meter, key_of, sender_of, senders_of
from services.intake.files_http import add_uploads
from services.intake.handlers import Desk
from services.intake.metrics import SECONDS
from services.intake.problems import Rejected, answer, of_refusal
from services.intake.settings import Client

_CASE_ID = TypeAdapter(CaseId)
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problems, "description": "no JSON in UTF-8, or headers missing"},
    401: {"model": Problems, "description": "no client has this key"},
    404: {"model": Problems, "description": "no such case"},
    409: {
        "model": Problems,
        "description": "the idempotency key was used for other words, or the case is over",
    },
    413: {"model": Problems, "description": "larger than 64 KB"},
    422: {"model": Problems, "description": "a field is wrong; nothing was stored"},
    429: {"model": Problems, "description": "too many within an hour: wait as Retry-After says"},
    503: {"model": Problems, "description": "it may or may not be stored: repeat with the same key"},
}


def api(desk: Desk, clients: Mapping[str, Client], patience: float) -> FastAPI:
    """Intake's interface; every answer but 200 and 201 is a list of problems. `patience` in seconds."""
    app = FastAPI(
        title="1022 – tiếp nhận", version="1", docs_url="/docs", redoc_url=None, openapi_url="/openapi.json"
    )
    senders, meter = senders_of(clients), Meter()

    @app.post("/api/v1/requests", **_described(NewRequest, "A citizen's request becomes a case"))
    async def open_case(request: Request) -> Response:
        started = asyncio.get_running_loop().time()
        sender, key = sender_of(request, senders), key_of(request)
        wanted = await read(request, NewRequest)
        meter.check(sender, key, wanted.phone)
        async with asyncio.timeout(patience):
            accepted = await desk.open(wanted, key, sender)
        SECONDS.observe(asyncio.get_running_loop().time() - started)
        return _answer(accepted)

    @app.post(
        "/api/v1/requests/{year}/{case_id}/messages",
        **_described(MoreWords, "The citizen adds to a case"),
    )
    async def add_words(year: str, case_id: str, request: Request) -> Response:
        sender, key = sender_of(request, senders), key_of(request)
        ref = _case(year, case_id)
        words = await read(request, MoreWords)
        meter.check(sender, key)
        async with asyncio.timeout(patience):
            return _answer(await desk.add(ref, words, key, sender))

    add_uploads(app, desk.files, senders)
    add_bulk(app, Bulk(desk, patience), senders, meter)
    _answer_with_problems(app)
    return app


def _described(model: type[NewRequest | MoreWords], summary: str) -> dict[str, Any]:
    """What the OpenAPI page says of a body that we read ourselves, to keep its limit."""
    schema = model.model_json_schema()
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    return {
        "summary": summary,
        "status_code": 201,
        "dependencies": [Depends(HTTPBearer(auto_error=False))],
        "response_model": Accepted,
        "responses": {200: {"model": Accepted, "description": "it was known already"}, **_PROBLEMS},
        "openapi_extra": {
            "parameters": [key],
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        },
    }


def _answer(accepted: Accepted) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(
        accepted.model_dump_json(), 200 if accepted.repeated else 201, headers, media_type="application/json"
    )


def _case(year: str, case_id: str) -> CaseRef:
    try:
        if not (year.isascii() and year.isdecimal() and len(year) == 4):
            raise ValueError(year)
        return CaseRef(int(year), _CASE_ID.validate_python(case_id))
    except ValueError:
        raise of_refusal(Refused("Không có yêu cầu này", "no such case", field="case_id")) from None


def _answer_with_problems(app: FastAPI) -> None:
    @app.exception_handler(Rejected)
    async def rejected(_: Request, error: Rejected) -> JSONResponse:
        return answer(error)

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return answer(of_refusal(error))

    @app.exception_handler(HTTPException)
    async def no_such_page(_: Request, error: HTTPException) -> JSONResponse:
        return answer(
            Rejected(error.status_code, "address", Problem(field="", vi="không có", en=error.detail))
        )

    async def unknown(_: Request, error: Exception) -> JSONResponse:
        log("outcome_unknown", kind=type(error).__name__)
        vi = "Chưa xác nhận được; xin gửi lại với cùng khóa"
        en = "not confirmed: it may or may not be stored; send it again with the same key"
        return answer(Rejected(503, "unconfirmed", Problem(field="", vi=vi, en=en), Retry_After="2"))

    for trouble in (OutcomeUnknown, NatsError, TimeoutError, OSError):
        app.add_exception_handler(trouble, unknown)

    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> JSONResponse:
        log("request_failed", error=error)
        return answer(Rejected(500, "failure", Problem(field="", vi="lỗi hệ thống", en="internal error")))
