"""What must hold of agencies and units that end, and of who stands above whom."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from libs.packs.checks import circles
from libs.packs.draft import Draft, Report


def check_heirs(draft: Draft, report: Report) -> None:
    """Who ends may name one heir or its parts, and these stand on the day after: so no circle either."""
    for file in ("agencies.csv", "units.csv"):
        by_code: dict[str, list[Any]] = defaultdict(list)
        for placed in draft.rows[file]:
            by_code[placed.entry.code].append(placed.entry)
        for placed in draft.rows[file]:
            for column, vi, en in _problems(placed.entry, by_code):
                report(file, placed.line, column, vi, en)


def check_supervisors(draft: Draft, report: Report) -> None:
    """Nobody is, over however many steps, above itself."""
    circling = circles({placed.entry.code: placed for placed in draft.agencies}, "supervisor")
    for placed in draft.agencies:
        if placed.entry.code in circling:
            vi, en = "cấp trên thành vòng", "the supervisors run in a circle"
            report("agencies.csv", placed.line, "supervisor", vi, en)


def _problems(entry: Any, by_code: Mapping[str, list[Any]]) -> Iterator[tuple[str, str, str]]:
    """Column and messages for each thing that cannot be so."""
    if entry.merged_into and entry.split_into:
        yield "split_into", "chỉ ghi merged_into hoặc split_into", "give merged_into or split_into, not both"
    heirs = [("merged_into", entry.merged_into)] if entry.merged_into else []
    for column, heir in (*heirs, *(("split_into", part) for part in entry.split_into)):
        if entry.valid_to is None:
            yield column, "đã có đơn vị kế tiếp thì phải có valid_to", "what has a successor needs valid_to"
        elif heir in by_code:
            day = entry.valid_to + timedelta(days=1)
            if not any(row.in_force(day) for row in by_code[heir]):
                yield column, f"{heir!r} không có hiệu lực ngày {day}", f"{heir!r} is not in force on {day}"
