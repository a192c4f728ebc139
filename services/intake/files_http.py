"""`POST /api/v1/files`: a client hands in one file, and names it in a request afterwards."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from libs.contracts.casevalues import Attached
from libs.contracts.requests import Problem, Problems, Uploaded
from services.intake.clients import Senders, key_of, sender_of
from services.intake.files import Enclosures
from services.intake.metrics import UPLOADED
from services.intake.problems import Rejected

AT_ONCE = 8
"""Files in memory at the same time; those that wait lie on the disk."""

PATIENCE = 60.0
"""Seconds until a client hears that nothing is certain."""

WRAPPING = 16 * 1024
"""Bytes that a body may have besides the file."""

_PROBLEMS = {
    "empty": (422, "tệp trống", "the file is empty"),
    "too-large": (413, "tệp lớn quá {megabytes} MB", "the file is larger than {megabytes} MB"),
    "refused-type": (
        415,
        "loại tệp này không nhận; hãy gửi ảnh, PDF, văn bản Office, âm thanh hoặc video",
        "this kind of file is not taken: send a picture, PDF, office document, sound or video",
    ),
    "unreadable": (422, "ảnh hỏng, không mở được", "the picture is damaged and cannot be opened"),
    "infected": (422, "tệp có mã độc", "the file carries a virus"),
}
_BODY = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "format": "binary"}},
        }
    }
}


def add_uploads(app: FastAPI, files: Enclosures, senders: Senders) -> None:
    """The route; `files` keeps what it brings."""
    turns = asyncio.Semaphore(AT_ONCE)

    @app.post("/api/v1/files", **_described(files.limit))
    async def upload(request: Request) -> Response:
        sender, key = sender_of(request, senders), key_of(request)
        found = await _one_file(request, files.limit)
        try:
            async with asyncio.timeout(PATIENCE), turns:
                content, label = await found.read(), found.filename or ""
                kept = await files.upload(content, key=key, label=label, client=sender.name)
        finally:
            await found.close()
        UPLOADED.labels(kept.lost or "kept").inc()
        return _answer(kept, files.limit)


def _described(limit: int) -> dict[str, Any]:
    key = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    return {
        "summary": f"A file of at most {limit} bytes is kept for two days, or with the request that names it",
        "status_code": 201,
        "dependencies": [Depends(HTTPBearer(auto_error=False))],
        "response_model": Uploaded,
        "responses": {
            400: {"model": Problems, "description": "not one file in multipart/form-data"},
            401: {"model": Problems, "description": "no client has this key"},
            413: {"model": Problems, "description": "too large"},
            415: {"model": Problems, "description": "a kind that is not taken, whatever its name says"},
            422: {"model": Problems, "description": "empty, damaged or infected"},
            503: {"model": Problems, "description": "not confirmed: repeat with the same key"},
        },
        "openapi_extra": {"parameters": [key], "requestBody": {"required": True, "content": _BODY}},
    }


async def _one_file(request: Request, limit: int) -> UploadFile:
    """The file of the body, on the disk if it is large. Raises Rejected."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise _not_one_file("multipart/form-data")
    try:
        form = await MultiPartParser(
            request.headers, _limited(request, limit), max_files=1, max_fields=4
        ).parse()
    except (MultiPartException, KeyError, ValueError):
        raise _not_one_file("one file") from None
    found = next((part for part in form.values() if isinstance(part, UploadFile)), None)
    if found is None:
        raise _not_one_file("one file")
    return found


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit + WRAPPING:
            raise _problem("too-large", limit)
        yield piece


def _answer(kept: Attached, limit: int) -> Response:
    if kept.lost in _PROBLEMS:
        raise _problem(kept.lost, limit)
    uploaded = Uploaded(id=kept.id, type=kept.type, size=kept.size)
    headers = {"Cache-Control": "no-store"}
    return Response(uploaded.model_dump_json(), 201, headers, media_type="application/json")


def _problem(lost: str, limit: int) -> Rejected:
    status, vi, en = _PROBLEMS[lost]
    megabytes = f"{limit / 1e6:g}"
    return Rejected(
        status,
        f"file-{lost}",
        Problem(field="file", vi=vi.format(megabytes=megabytes), en=en.format(megabytes=megabytes)),
    )


def _not_one_file(what: str) -> Rejected:
    return Rejected(
        400,
        "multipart",
        Problem(field="file", vi="cần đúng một tệp trong multipart/form-data", en=f"{what} is required"),
    )
