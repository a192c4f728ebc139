"""Reads a request's body as JSON, trusting nothing: its size, its encoding, its shape."""

import json
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from libs.contracts.requests import Problem
from services.intake.problems import Rejected, of_validation

LIMIT = 64 * 1024
"""Bytes."""

M = TypeVar("M", bound=BaseModel)


class _NamedTwice(ValueError):
    """A name that stands twice in one object: which value counts would be a guess."""


async def read(request: Request, model: type[M]) -> M:
    """The body as a `model`. Raises Rejected that says what is wrong with it."""
    try:
        text = (await read_bytes(request, LIMIT)).decode()
    except UnicodeDecodeError as error:
        en = f"the body is not UTF-8 (byte {error.start})"
        raise _rejected(400, "encoding", "nội dung không phải UTF-8", en) from None
    if not text.strip():
        raise _rejected(400, "json", "nội dung trống", "the body is empty")
    try:
        return model.model_validate(json.loads(text, object_pairs_hook=_once))
    except ValidationError as error:
        raise of_validation(error) from None
    except _NamedTwice as error:
        name = str(error)[:64]
        raise _rejected(422, "fields", "có hai lần", "stands there twice", field=name) from None
    except (ValueError, RecursionError):
        raise _rejected(400, "json", "không phải JSON đúng dạng", "the body is not valid JSON") from None


async def read_bytes(request: Request, limit: int) -> bytes:
    """The body as it came. Raises Rejected when it is larger than `limit` bytes."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _NamedTwice(next(name for name in names if names.count(name) > 1))
    return found


def _too_large(limit: int) -> Rejected:
    return _rejected(
        413, "too-large", f"nội dung lớn quá {limit} byte", f"the body is larger than {limit} bytes"
    )


def _rejected(status: int, reason: str, vi: str, en: str, *, field: str = "") -> Rejected:
    return Rejected(status, reason, Problem(field=field, vi=vi, en=en))
