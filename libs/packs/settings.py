"""`pack.toml`, what the province is, and how the TOML files of a pack are read."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any

from libs.packs.cells import CODE
from libs.packs.errors import Problem

PACK = "pack.toml"

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
DAYS: Kind = (
    lambda v: type(v) is int and 1 <= v <= 3_650,
    "phải là số ngày từ 1 đến 3650",
    "must be a number of days from 1 to 3650",
)
TIMES: Kind = (lambda v: type(v) is int and 0 <= v <= 20, "phải là số từ 0 đến 20", "must be from 0 to 20")
PACK_KEYS: dict[str, Kind] = {
    "id": A_CODE,
    "base": A_CODE,
    "name_vi": WORDS,
    "name_en": WORDS,
    "zone": WORDS,
    "sample": YES_NO,
    "desk": A_CODE,
    "arbiter": A_CODE,
    "province_office": A_CODE,
    "hotline": WORDS,
    "auto_slip": YES_NO,
    "margin": SHARE,
    "first_day": DAY,
    "last_day": DAY,
    "district_word": A_CODE,
    "recheck_days": DAYS,
    "rating_days": DAYS,
    "reopening_days": DAYS,
    "reopenings": TIMES,
}
OPTIONAL = {"base", "district_word", "recheck_days", "rating_days", "reopening_days", "reopenings"}


def read_pack(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """The settings of `pack.toml` that can be used, and the problems of the others."""
    document, problems = parse(PACK, text)
    if document is None:
        return {}, problems
    problems += check_keys(PACK, text, "", document, PACK_KEYS, OPTIONAL)
    wrong = {problem.field for problem in problems}
    return {key: value for key, value in document.items() if key not in wrong}, problems


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


def parse(file: str, text: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The document, or None with what is wrong with it."""
    try:
        return tomllib.loads(text), []
    except (ValueError, RecursionError) as error:  # also numbers too long and nesting too deep
        at = re.search(r"at line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        return None, [Problem(file, line, "", "sai cú pháp TOML", f"broken TOML: {error}")]


def check_keys(
    file: str,
    text: str,
    section: str,
    table: Mapping[str, Any],
    kinds: Mapping[str, Kind],
    optional: Collection[str],
) -> Iterator[Problem]:
    """What is missing, unknown or not of its kind in one table, each with its line."""
    for key, (fits, vi, en) in kinds.items():
        if key not in table:
            if key not in optional:
                yield Problem(file, line_of(text, key, section), key, "thiếu mục này", "is missing")
        elif not fits(table[key]):
            yield Problem(file, line_of(text, key, section), key, vi, en)
    for key in table.keys() - kinds.keys():
        yield Problem(file, line_of(text, key, section), key, "mục không biết", "unknown entry")
