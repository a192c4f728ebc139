"""Rows of a batch out of JSON, lines of JSON or a table with Vietnamese column names; each stands alone."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from libs.contracts.bulk import MOST_ROWS, BulkRow
from libs.contracts.errors import Refused
from libs.contracts.requests import RequestKey
from libs.mail.charsets import decoded
from libs.packs.model import Pack
from libs.places.text import fold

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "key": ("key", "id", "ma", "ma so", "ma phieu", "ma phan anh", "khoa"),
    "text": ("text", "noi dung", "noi dung phan anh", "noi dung yeu cau", "phan anh", "kien nghi", "cau hoi"),
    "name": ("name", "ho ten", "ho va ten", "ten", "nguoi gui", "nguoi phan anh"),
    "phone": ("phone", "dien thoai", "so dien thoai", "sdt", "so may"),
    "address": ("address", "dia chi"),
    "email": ("email", "e mail", "thu dien tu"),
    "field": ("field", "linh vuc", "ma linh vuc"),
    "place": ("place", "dia diem", "noi xay ra", "vi tri"),
    "received_at": ("received at", "thoi gian", "thoi diem", "ngay", "ngay gio", "ngay nhan", "ngay gui"),
    "channel": ("channel", "kenh"),
    "reference": ("reference", "so tham chieu"),
    "": ("stt", "tt", "so thu tu"),
}
"""Input → what its column is called, without marks; those of "" are passed over."""

_NAMES = {name: column for column, names in COLUMNS.items() for name in names}
_DATES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y")
_KEY = TypeAdapter(RequestKey)


@dataclass(frozen=True)
class Row:
    """One row: a request under its key, or what is wrong with it."""

    number: int
    key: str
    request: BulkRow | None = None
    trouble: ValidationError | Refused | None = None


def rows_of(body: bytes, media_type: str, batch: str, channel: str, pack: Pack) -> list[Row]:
    """The rows of a batch. Raises Refused for a body that is no batch; a bad row harms no other.

    `media_type` is text/csv (with a charset, perhaps), application/x-ndjson, or JSON; `channel` is that of
    rows that name none.
    """
    kind, _, parameters = media_type.lower().partition(";")
    if kind.strip() in {"text/csv", "application/csv"}:
        found = _table(decoded(body, parameters.partition("charset=")[2].strip(' "')), pack)
    else:
        found = _json(body, lines=kind.strip() in {"application/x-ndjson", "application/jsonl"})
    rows = list(found)
    if len(rows) > MOST_ROWS:
        raise Refused(f"Nhiều hơn {MOST_ROWS} dòng", f"more than {MOST_ROWS} rows")
    return [_row(number, said, batch, channel) for number, said in enumerate(rows, 1)]


def _row(number: int, said: object, batch: str, channel: str) -> Row:
    if isinstance(said, Refused):
        return Row(number, "", trouble=said)
    key = _key(said, batch)
    try:
        request = BulkRow.model_validate(said)
    except ValidationError as error:
        return Row(number, key, trouble=error)
    return Row(number, key, request.model_copy(update={"channel": request.channel or channel or None}))


def _key(said: object, batch: str) -> str:
    """The row's own key where it has one, else one of its content: the same row again is the same request."""
    given = said.get("key") if isinstance(said, dict) else None
    if isinstance(given, str) and given.strip():
        try:
            return _KEY.validate_python(given.strip())
        except ValidationError:  # too short, or not ASCII: an account's own numbering
            return _digest("key", given.strip())
    return _digest("row", batch, json.dumps(said, sort_keys=True, default=str))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="backslashreplace")).hexdigest()[:40]


def _json(body: bytes, *, lines: bool) -> Iterable[object]:
    if lines:
        return [_parsed(line) for line in decoded(body).split("\n") if line.strip()]
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("Không phải JSON đúng dạng", "not valid JSON in UTF-8") from None
    if not isinstance(found, list):
        raise Refused("Phải là một danh sách", "must be a list of requests")
    return found


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return Refused("Không phải JSON đúng dạng", "not valid JSON")


def _table(text: str, pack: Pack) -> Iterable[object]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [_column(name) for name in next(lines, [])]
        if columns.count("text") != 1:
            raise Refused("Phải có một cột nội dung", "one column with the text is required", field="text")
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield _cells(columns, cells, pack)
    except csv.Error as error:
        en = f"line {lines.line_num}: {error}"
        raise Refused(f"Dòng {lines.line_num} không đúng dạng bảng CSV", en) from None


def _column(name: str) -> str:
    words = " ".join(fold(name).replace("_", " ").replace("-", " ").split())
    if words and words not in _NAMES:
        raise Refused(f"Không rõ cột {name[:60]}", f"unknown column {name[:60]!r}", field=name[:60])
    return _NAMES.get(words, "")


def _cells(columns: list[str], cells: list[str], pack: Pack) -> object:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return Refused("Nhiều ô hơn số cột", "more cells than columns")
    said: dict[str, Any] = {
        column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column and cell.strip()
    }
    try:
        if "received_at" in said:
            said["received_at"] = _instant(said["received_at"], pack.zone)
    except ValueError:
        vi, en = "Thời gian phải là ngày/tháng/năm giờ:phút", "write day/month/year hour:minute"
        return Refused(vi, en, field="received_at")
    if "field" in said:
        named = {fold(field.name_vi): field.code for field in pack.fields}
        said["field"] = named.get(fold(said["field"]), said["field"])
    return said


def _instant(written: str, zone: str) -> datetime:
    """An instant as Excel or a machine writes it; without a zone it is the province's time."""
    for form in _DATES:
        try:
            found = datetime.strptime(written, form)  # noqa: DTZ007  (the zone follows)
        except ValueError:
            continue
        return found.replace(tzinfo=ZoneInfo(zone))
    found = datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
