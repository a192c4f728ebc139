"""Reads what telephone systems send, leniently: a field that makes no sense is empty, the rest counts."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, BeforeValidator, ValidationError

from services.intake.channels.shape import SetAside

LONGEST = 10_000_000
"""Seconds: a call that lasted longer lasted nothing that anybody can use."""

_FIELDS = 200
M = TypeVar("M", bound=BaseModel)


def words(value: Any, limit: int = 200) -> str:
    """Any value as one clean line; empty where it is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    try:
        text = str(value)[: limit * 2].encode("utf-8", "replace").decode()
    except ValueError:  # a number of thousands of digits
        return ""
    line = "".join(char if char.isprintable() else " " for char in unicodedata.normalize("NFC", text))
    return line.strip()[:limit]


def whole(value: Any) -> int:
    """Seconds or another small count; 0 where it is none."""
    try:
        number = int(float(value)) if isinstance(value, (str, int, float)) else 0
    except (ValueError, OverflowError):
        return 0
    return number if 0 <= number <= LONGEST else 0


def flag(value: Any) -> bool:
    """True for true, 1, "true" and "1"."""
    return words(value).lower() in {"true", "1"} or value is True


def _address(value: Any) -> str:
    return words(value, 2_000)


def _nested(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


Words = Annotated[str, BeforeValidator(words)]
Whole = Annotated[int, BeforeValidator(whole)]
Flag = Annotated[bool, BeforeValidator(flag)]
Address = Annotated[str, BeforeValidator(_address)]
Nested = BeforeValidator(_nested)


def json_of(body: bytes) -> Any:
    """Raises SetAside for what is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SetAside(f"{type(error).__name__}: not JSON") from None


def made(kind: type[M], value: Any) -> M:
    """The value as a model. Raises SetAside that names the fields, never what stood in them."""
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        wrong = sorted({".".join(map(str, one["loc"]))[:64] or "all of it" for one in error.errors()})
        raise SetAside(f"not as announced: {', '.join(wrong)[:200]}") from None


def pairs_of(*texts: str) -> Mapping[str, str]:
    """Names (in lower case) and values of queries or forms; the last of a name counts. Raises SetAside."""
    try:
        found = [
            pair
            for text in texts
            for pair in parse_qsl(text.strip(), keep_blank_values=True, max_num_fields=_FIELDS)
        ]
    except ValueError as error:
        raise SetAside(f"{type(error).__name__}: not a query") from None
    return {words(name, 40).lower(): words(value, 2_000) for name, value in found}


def text_of(body: bytes) -> str:
    """Raises SetAside for what is not UTF-8."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise SetAside(f"{type(error).__name__}: not UTF-8") from None
