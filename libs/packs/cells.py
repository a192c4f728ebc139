"""What may stand in a cell: each reader takes the trimmed text and gives the value or says why not."""

import re
from collections.abc import Callable
from datetime import date, time

from libs.worktime.calendar import END_OF_DAY

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PHONE = re.compile(r"(?:\+84|0)\d{8,10}|1\d{2,7}")
EMAIL = re.compile(r"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
HIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Wrong(Exception):
    """The cell says nothing that can be used; carries the message in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


def text(limit: int = 500) -> Callable[[str], str]:
    """Words of a person: at most `limit` characters, no hidden control or direction characters."""

    def read(cell: str) -> str:
        if len(cell) > limit:
            raise Wrong(f"dài quá {limit} ký tự", f"longer than {limit} characters")
        if HIDDEN.search(cell):
            raise Wrong("có ký tự điều khiển ẩn", "holds hidden control characters")
        return cell

    return read


def code(cell: str) -> str:
    if not CODE.fullmatch(cell):
        raise Wrong("mã chỉ gồm chữ không dấu, số, gạch", "a code has only ASCII letters, digits, - and _")
    return cell


def codes(*also: str) -> Callable[[str], tuple[str, ...]]:
    """Codes separated by `|`; the words in `also` may stand among them."""
    return lambda cell: tuple(part if part in also else code(part) for part in _parts(cell))


def words(cell: str) -> tuple[str, ...]:
    return tuple(text(200)(part) for part in _parts(cell))


def one_of(*allowed: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if cell not in allowed:
            raise Wrong(f"phải là một trong: {', '.join(allowed)}", f"must be one of: {', '.join(allowed)}")
        return cell

    return read


def day(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise Wrong("ngày phải viết dạng 2021-12-31", "a date is written 2021-12-31") from None


def moment(cell: str) -> time:
    """A time of day; 24:00 ends the day."""
    if cell == "24:00":
        return END_OF_DAY
    if not CLOCK.fullmatch(cell):
        raise Wrong("giờ phải viết dạng 07:30", "a time is written 07:30")
    return time.fromisoformat(cell)


def spans(cell: str) -> tuple[tuple[time, time], ...]:
    """Hours of one day: `07:30-11:30|13:30-17:30`, in order and apart."""
    read: list[tuple[time, time]] = []
    for part in _parts(cell):
        opens, _, closes = (side.strip() for side in part.partition("-"))
        read.append((moment(opens), moment(closes)))
    edges = [edge for span in read for edge in span]
    if edges != sorted(edges) or any(opens == closes for opens, closes in read):
        raise Wrong("các khoảng giờ chồng nhau hoặc ngược", "the hours overlap or run backwards")
    return tuple(read)


def weekday(cell: str) -> int:
    return WEEKDAYS.index(one_of(*WEEKDAYS)(cell))


def yes_no(cell: str) -> bool:
    return one_of("yes", "no")(cell) == "yes"


def phone(cell: str) -> str:
    """A Vietnamese number, kept without the spaces and dots it was typed with."""
    digits = re.sub(r"[ .]", "", cell)
    if not PHONE.fullmatch(digits):
        raise Wrong("số điện thoại không đúng dạng", "malformed telephone number")
    return digits


def email(cell: str) -> str:
    if len(cell) > 254 or not EMAIL.fullmatch(cell):
        raise Wrong("địa chỉ thư điện tử không đúng dạng", "malformed e-mail address")
    return cell


def _parts(cell: str) -> list[str]:
    parts = [part.strip() for part in cell.split("|")]
    if not all(parts):
        raise Wrong("có phần trống giữa các dấu |", "an empty part between the | signs")
    if len(set(parts)) != len(parts):
        raise Wrong("ghi lặp lại", "names the same thing twice")
    return parts
