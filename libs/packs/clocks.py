"""`clocks.toml`: the kinds of clocks, what makes each run and stop, and whom each step is told."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, get_args

from libs.contracts.happenings import HAPPENINGS
from libs.packs.cells import CODE
from libs.packs.entries import OWN_HOURS, Audience, ClockKind, Owner
from libs.packs.errors import Problem
from libs.packs.settings import A_CODE, WORDS, Kind, check_keys, line_of, parse
from libs.packs.table import Placed

CLOCKS = "clocks.toml"
REQUIRED = ("answer", "publish", "promise")
"""The clocks of Điều 10.3, without which nothing here is a hotline."""

MAX_STEP = 1_000


def _among(words: tuple[str, ...] | frozenset[str]) -> Kind:
    known = ", ".join(sorted(words))
    return (lambda v: v in words, f"phải là một trong: {known}", f"must be one of: {known}")


def _is_hours(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1 / 3600 <= value <= 10_000


def _is_ladder(value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(step, dict) for step in value):
        return False
    steps = [(step.get("at"), step.get("tell")) for step in value if step.keys() == {"at", "tell"}]
    fits = [
        type(at) is int and 0 < at <= MAX_STEP and bool(tell) and set(tell) <= set(get_args(Audience))
        for at, tell in steps
        if isinstance(tell, list) and all(isinstance(one, str) for one in tell)
    ]
    ats = [at for at, _ in steps]
    return len(fits) == len(value) and all(fits) and all(a < b for a, b in pairwise(ats))


HOURS: Kind = (
    _is_hours,
    "phải là số giờ làm việc, ít nhất một giây",
    "must be working hours, a second at least",
)
COUNT: Kind = (lambda v: type(v) is int and 0 < v <= 100, "phải là số từ 1 đến 100", "must be 1 to 100")
CODES: Kind = (
    lambda v: isinstance(v, list) and all(isinstance(one, str) and CODE.fullmatch(one) for one in v),
    "phải là danh sách mã",
    "must be a list of codes",
)
LADDER: Kind = (
    _is_ladder,
    "phải là danh sách { at = phần trăm tăng dần, tell = [người được báo] }",
    f"must be a list of {{ at = rising per cent, tell = [{', '.join(get_args(Audience))}] }}",
)
HAPPENING_KEYS = ("starts", "meets", "cancels", "replaces")

KEYS: dict[str, Kind] = {
    "name_vi": WORDS,
    "name_en": WORDS,
    "owner": _among(get_args(Owner)),
    "per": _among(("slip", "promise", "coordinator", "occasion")),
    **dict.fromkeys(HAPPENING_KEYS, CODES),
    "hours": HOURS,
    "within": A_CODE,
    "most": COUNT,
    "longest_hours": HOURS,
    "calendar": (
        lambda v: v == OWN_HOURS or (isinstance(v, str) and bool(CODE.fullmatch(v))),
        f"phải là mã lịch hoặc {OWN_HOURS}",
        f"must be a profile of hours.csv or {OWN_HOURS}",
    ),
    "ladder": LADDER,
    "pauses": CODES,
    "pause_hours": HOURS,
    "basis": _among(("law", "policy")),
    "clause": WORDS,
}
OPTIONAL = frozenset({
    "cancels", "replaces", "hours", "within", "most", "longest_hours", "ladder", "pauses", "pause_hours",
})  # fmt: skip


def read_clocks(text: str) -> tuple[list[Placed[ClockKind]], list[Problem]]:
    """One table per kind; without `hours` an officer sets the instant, as for the promise (Điều 10.3)."""
    document, problems = parse(CLOCKS, text)
    if document is None:
        return [], problems
    clocks = []
    for name, table in document.items():
        found = list(_problems(text, name, table))
        problems += found
        if not found:
            clocks.append(Placed(line_of(text, "", name), _kind(name, table)))
    for name in REQUIRED:
        if name not in document:
            problems.append(Problem(CLOCKS, 0, name, "thiếu thời hạn này", "this clock is missing"))
    return clocks, problems


def _kind(name: str, table: Mapping[str, Any]) -> ClockKind:
    seconds = {
        into: None if table.get(key) is None else round(table[key] * 3600)
        for key, into in (("hours", "budget_seconds"), ("longest_hours", "longest_seconds"))
    }
    kept = {key: value for key, value in table.items() if key in ClockKind.model_fields}
    pause = round(table.get("pause_hours", 0) * 3600)
    return ClockKind(code=name, **seconds, pause_seconds=pause, **kept)


def _problems(text: str, name: str, table: object) -> Iterator[Problem]:
    if not CODE.fullmatch(name) or not isinstance(table, dict):
        vi, en = "mỗi thời hạn là một bảng [mã]", "each clock is a table [code]"
        yield Problem(CLOCKS, line_of(text, name), name, vi, en)
        return
    yield from check_keys(CLOCKS, text, name, table, KEYS, OPTIONAL)
    for key in HAPPENING_KEYS:
        named = table.get(key, [])
        for happening in named if isinstance(named, list) else ():
            if isinstance(happening, str) and happening not in HAPPENINGS:
                vi, en = f"không có sự kiện {happening!r}", f"there is no happening {happening!r}"
                yield Problem(CLOCKS, line_of(text, key, name), key, vi, en)
    yield from _contradictions(text, name, table)


def _contradictions(text: str, name: str, table: Mapping[str, Any]) -> Iterator[Problem]:
    """What each key allows by itself and the others do not."""
    pausing = "pauses" in table or "pause_hours" in table
    wrong = {
        "pauses": (
            pausing and table.get("basis") == "law",
            "thời hạn theo luật không bao giờ tạm dừng (Điều 10.3)",
            "a clock of the law never pauses (Điều 10.3)",
        ),
        "pause_hours": (
            ("pauses" in table) != ("pause_hours" in table),
            "pauses và pause_hours phải đi cùng nhau",
            "pauses and pause_hours go together",
        ),
        "most": (
            "hours" in table and ("most" in table or "longest_hours" in table),
            "chỉ thời hạn do cán bộ hẹn mới có most, longest_hours",
            "most and longest_hours belong to a clock without hours",
        ),
        "per": (
            (table.get("per") == "promise") != ("hours" not in table),
            "thời hạn do cán bộ hẹn thì per = promise và không có hours, và ngược lại",
            "a clock without hours is per promise, and only that one",
        ),
    }
    for key, (holds, vi, en) in wrong.items():
        if holds:
            yield Problem(CLOCKS, line_of(text, key, name), key, vi, en)
