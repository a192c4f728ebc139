"""Reads what a call brings, in the address or as a form: sizes and letters are checked, none guessed."""

import re
import unicodedata
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header
from starlette.requests import Request

from services.portal.open311.problems import Wrong, bad

LARGEST = 12 * 1024 * 1024
"""Bytes of a form with photos."""

LARGEST_TEXT = 256 * 1024
"""Bytes of everything in a form that is no file."""

MOST_INPUTS = 200
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,100})\](?:\[\])?")


@dataclass(frozen=True)
class Inputs:
    """Names and values in the order they came, NFC, stripped, with plain line ends; files with names."""

    pairs: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()

    def one(self, *names: str) -> str:
        """The value under the first of these names that has one; "" for none. Raises Wrong for two."""
        for name in names:
            found = sorted({value for value in self.all(name) if value})
            if len(found) > 1:
                raise bad(name, "có nhiều giá trị khác nhau", "stands there with different values")
            if found:
                return found[0]
        return ""

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.pairs if known == name]

    def attributes(self) -> list[tuple[str, str]]:
        """`attribute[name]=value` and `attribute[name][]=value`, those without a value left out."""
        named = ((_ATTRIBUTE.fullmatch(name), value) for name, value in self.pairs)
        return [(match[1], value) for match, value in named if match and value]


async def read_inputs(request: Request) -> Inputs:
    """The inputs of a call. Raises Wrong."""
    if request.method in {"GET", "HEAD"}:
        return _from_text(request.scope["query_string"])
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind == _URLENCODED.encode():
        return _from_text(b"".join([chunk async for chunk in _chunks(request, LARGEST_TEXT)]))
    if kind == _MULTIPART.encode():
        return await _from_parts(_chunks(request, LARGEST), options.get(b"boundary", b""))
    raise bad("Content-Type", f"phải là {_URLENCODED} hoặc {_MULTIPART}", "a form is needed")


def _from_text(body: bytes) -> Inputs:
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            max_num_fields=MOST_INPUTS,
            errors="strict",
            encoding="utf-8",
        )
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except ValueError:
        raise _too_many() from None
    return Inputs(_clean(pairs))


async def _from_parts(chunks: AsyncIterator[bytes], boundary: bytes) -> Inputs:
    fields: list[Field] = []
    files: list[File] = []
    ended: list[bool] = []
    try:
        parser = FormParser(
            _MULTIPART, fields.append, files.append, on_end=lambda: ended.append(True), boundary=boundary
        )
        async for chunk in chunks:
            parser.write(chunk)
            if len(fields) + len(files) > MOST_INPUTS:
                raise _too_many()
        if not ended:
            raise _malformed()
        pairs = [((field.field_name or b"").decode(), (field.value or b"").decode()) for field in fields]
        kept = tuple((_label(file), _content(file)) for file in files if file.size)
    except UnicodeDecodeError:
        raise _not_utf8() from None
    except (FormParserError, AssertionError):
        raise _malformed() from None
    finally:
        for file in files:
            file.close()
    if sum(len(name) + len(value) for name, value in pairs) > LARGEST_TEXT:
        raise _too_large(LARGEST_TEXT)
    return Inputs(_clean(pairs), kept)


def _label(file: File) -> str:
    name = (file.file_name or b"").decode().replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[-80:] or "tệp"


def _content(file: File) -> bytes:
    file.file_object.seek(0)
    return file.file_object.read()


async def _chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        yield chunk


def _clean(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip())
        for name, value in pairs
    )


def _malformed() -> Wrong:
    return Wrong(400, "biểu mẫu không đúng dạng hoặc bị cắt / the form is malformed or was cut short")


def _not_utf8() -> Wrong:
    return Wrong(400, "nội dung không phải UTF-8 / what was sent is not UTF-8")


def _too_many() -> Wrong:
    return Wrong(400, f"quá {MOST_INPUTS} mục / more than {MOST_INPUTS} inputs")


def _too_large(limit: int) -> Wrong:
    return Wrong(413, f"nội dung lớn quá {limit} byte / larger than {limit} bytes")
