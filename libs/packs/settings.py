"""The two TOML files of a pack: `pack.toml`, what the province is, and `clocks.toml`, its time limits."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from libs.packs.cells import CODE
from libs.packs.entries import ClockKind
from libs.packs.errors import Problem
from libs.packs.table import Placed

PACK = "pack.toml"
CLOCKS = "clocks.toml"
REQUIRED_CLOCKS = ("answer", "publish", "promise")

Kind = tuple[Callable[[object], bool], str, str]

WORDS: Kind = (lambda v: isinstance(v, str) and 0 < len(v) <= 500, "phải là chữ", "must be words")
A_CODE: Kind = (lambda v: isinstance(v, str) and bool(CODE.fullmatch(v)), "phải là mã", "must be a code")
YES_NO: Kind = (lambda v: isinstance(v, bool), "phải là true hoặc false", "must be true or false")
DAY: Kind = (lambda v: type(v) is date, "phải là ngày, ví dụ 2021-12-31", "must be a date like 2021-12-31")
SHARE: Kind = (
    lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 1,
    "phải là số từ 0 đến 1",
    "must be a number from 0 to 1",
)
HOURS: Kind = (
    lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 < v <= 10_000,
    "phải là số giờ làm việc lớn hơn 0",
    "must be a number of working hours above 0",
)
PERCENTS: Kind = (
    lambda v: isinstance(v, list) and all(type(n) is int and 0 < n < 100 for n in v) and v == sorted(set(v)),
    "phải là danh sách phần trăm tăng dần từ 1 đến 99",
    "must be a rising list of percentages from 1 to 99",
)
BASIS: Kind = (lambda v: v in ("law", "policy"), "phải là law hoặc policy", "must be law or policy")

PACK_KEYS: dict[str, Kind] = {
    "id": A_CODE,
    "name_vi": WORDS,
    "name_en": WORDS,
    "zone": WORDS,
    "sample": YES_NO,
    "arbiter": A_CODE,
    "hotline": WORDS,
    "auto_slip": YES_NO,
    "margin": SHARE,
    "first_day": DAY,
    "last_day": DAY,
    "district_word": A_CODE,
}
CLOCK_KEYS: dict[str, Kind] = {
    "name_vi": WORDS,
    "name_en": WORDS,
    "hours": HOURS,
    "calendar": A_CODE,
    "warn": PERCENTS,
    "basis": BASIS,
    "clause": WORDS,
}
OPTIONAL = {"district_word", "hours", "warn"}


def read_pack(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """The settings of `pack.toml` that can be used, and the problems of the others."""
    document, problems = _parse(PACK, text)
    if document is None:
        return {}, problems
    problems += _keys(PACK, text, "", document, PACK_KEYS)
    wrong = {problem.field for problem in problems}
    return {key: value for key, value in document.items() if key not in wrong}, problems


def read_clocks(text: str) -> tuple[list[Placed[ClockKind]], list[Problem]]:
    """One table per clock; without `hours` an officer sets the instant, as for the promise (Điều 10.3)."""
    document, problems = _parse(CLOCKS, text)
    if document is None:
        return [], problems
    clocks = []
    for name, table in document.items():
        found = list(_clock_problems(text, name, table))
        problems += found
        if not found:
            hours = table.pop("hours", None)
            budget = None if hours is None else round(hours * 3600)
            kind = ClockKind(code=name, budget_seconds=budget, **table)
            clocks.append(Placed(line_of(text, "", name), kind))
    for name in REQUIRED_CLOCKS:
        if name not in document:
            problems.append(Problem(CLOCKS, 0, name, "thiếu thời hạn này", "this clock is missing"))
    return clocks, problems


def line_of(text: str, key: str, section: str = "") -> int:
    """The line of `key = …` in the section, or of the section's own head when there is no such line."""
    current, head = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if begins := re.match(r"\s*\[([^\]]+)\]", line):
            current = begins[1].strip()
            head = number if current == section else head
        elif current == section and key and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
            return number
    return head


def _parse(file: str, text: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    try:
        return tomllib.loads(text), []
    except (ValueError, RecursionError) as error:  # also numbers too long and nesting too deep
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        return None, [Problem(file, line, "", "sai cú pháp TOML", f"broken TOML: {error}")]


def _clock_problems(text: str, name: str, table: object) -> Iterator[Problem]:
    if not CODE.fullmatch(name) or not isinstance(table, dict):
        vi, en = "mỗi thời hạn là một bảng [mã]", "each clock is a table [code]"
        yield Problem(CLOCKS, line_of(text, name), name, vi, en)
        return
    yield from _keys(CLOCKS, text, name, table, CLOCK_KEYS)


def _keys(
    file: str, text: str, section: str, table: Mapping[str, Any], kinds: Mapping[str, Kind]
) -> Iterator[Problem]:
    for key, (fits, vi, en) in kinds.items():
        if key not in table:
            if key not in OPTIONAL:
                yield Problem(file, line_of(text, key, section), key, "thiếu mục này", "is missing")
        elif not fits(table[key]):
            yield Problem(file, line_of(text, key, section), key, vi, en)
    for key in table.keys() - kinds.keys():
        yield Problem(file, line_of(text, key, section), key, "mục không biết", "unknown entry")
