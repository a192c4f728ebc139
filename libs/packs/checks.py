"""What must hold between the rows of a pack: unique codes, known references, a tree of units, true dates."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from itertools import combinations, pairwise
from typing import Any

from libs.packs import tables
from libs.packs.draft import Draft, Report
from libs.packs.entries import BY_PLACE, UNROUTED_LABELS, Dated, Day
from libs.packs.table import Placed, Table

LEVELS = ("province", "district", "commune")

DATED: tuple[Table[Any], ...] = (
    tables.AGENCIES, tables.UNITS, tables.HOURS, tables.QUESTIONS, tables.NOTICES,
)  # fmt: skip

MOST_INTERVALS = 200
"""Of one weekday in one profile, over all its seasons."""


def check_uniqueness(draft: Draft, report: Report) -> None:
    """No code twice; agencies and units may come again for other dates."""

    def twice(file: str, field: str, keys: Iterable[tuple[int, Hashable]]) -> None:
        first: dict[Hashable, int] = {}
        for line, key in keys:
            if first.setdefault(key, line) != line:
                where = first[key]
                report(file, line, field, f"trùng với dòng {where}", f"already given on line {where}")

    twice("channels.csv", "code", ((p.line, p.entry.code) for p in draft.channels))
    twice("fields.csv", "code", ((p.line, p.entry.code) for p in draft.fields))
    twice("routes.csv", "id", ((p.line, p.entry.id) for p in draft.routes))
    twice("routes.csv", "place", ((p.line, (p.entry.field, p.entry.place)) for p in draft.routes))
    twice("reasons.csv", "code", ((p.line, (p.entry.kind, p.entry.code)) for p in draft.reasons))
    twice("contacts.csv", "role", ((p.line, (p.entry.agency, p.entry.role)) for p in draft.contacts))
    twice("days.csv", "day", ((p.line, p.entry.day) for p in draft.days))
    twice("faq.csv", "id", ((p.line, p.entry.id) for p in draft.questions))
    twice("notices.csv", "id", ((p.line, p.entry.id) for p in draft.rows["notices.csv"]))
    _apart(report, "agencies.csv", "code", [(p.entry.code, p) for p in draft.agencies])
    for kind in BY_PLACE.values():
        local = [(p.entry.unit, p) for p in draft.agencies if p.entry.kind == kind]
        _apart(report, "agencies.csv", "unit", [(unit, p) for unit, p in local if unit])
        for unit, placed in local:
            if not unit:
                vi, en = "cơ quan cấp huyện, cấp xã phải có địa bàn", f"a {kind} agency needs its unit"
                report("agencies.csv", placed.line, "unit", vi, en)
    _apart(report, "units.csv", "code", [(p.entry.code, p) for p in draft.units])


def check_dates(draft: Draft, report: Report) -> None:
    """Every validity runs forwards; special days lie within the calendar of the pack."""
    for file in (table.file for table in DATED):
        for placed in draft.rows[file]:
            if _from(placed.entry) > _to(placed.entry):
                vi, en = "valid_from sau valid_to", "valid_from is after valid_to"
                report(file, placed.line, "valid_to", vi, en)
    first, last = draft.settings.get("first_day"), draft.settings.get("last_day")
    if first is None or last is None:
        return
    for day in draft.days:
        if not first <= day.entry.day <= last:
            vi, en = f"ngoài khoảng {first} – {last} của gói", f"outside the pack's {first} to {last}"
            report("days.csv", day.line, "day", vi, en)
        if wrong := _wrong_hours(day.entry):
            report("days.csv", day.line, "hours", *wrong)


def _wrong_hours(day: Day) -> tuple[str, str] | None:
    if day.kind == "half_day" and not day.hours:
        return "nửa ngày làm việc cần ghi giờ", "a half day needs the hours that remain"
    if day.hours and day.kind not in {"swap_work", "half_day"}:
        return "ngày nghỉ không có giờ làm việc", "a day off has no hours"
    return None


def check_references(draft: Draft, report: Report) -> None:
    """Whatever names an agency, a unit, a field or a profile of hours names one that exists."""
    agencies, units, fields = (draft.codes(file) for file in ("agencies.csv", "units.csv", "fields.csv"))
    profiles = None if "hours.csv" in draft.broken else {placed.entry.profile for placed in draft.hours}
    labels = fields and fields | UNROUTED_LABELS
    answering = agencies and agencies | {"", *BY_PLACE, str(draft.settings.get("district_word"))}
    references: tuple[tuple[str, str, set[str] | None], ...] = (
        ("agencies.csv", "unit", units),
        ("agencies.csv", "supervisor", agencies),
        ("agencies.csv", "hours", profiles),
        ("agencies.csv", "merged_into", agencies),
        ("agencies.csv", "split_into", agencies),
        ("contacts.csv", "agency", agencies),
        ("units.csv", "parent", units),
        ("units.csv", "merged_into", units),
        ("units.csv", "split_into", units),
        ("days.csv", "profiles", profiles),
        ("faq.csv", "field", labels),
        ("faq.csv", "agency", answering),
        ("notices.csv", "agency", agencies),
        ("corrections.csv", "field", labels),
        *((file, "unit_code", units) for file in draft.named_places),
    )
    for file, column, known in references:
        for placed in draft.rows[file]:
            for code in _codes(getattr(placed.entry, column)):
                if known is not None and code not in known:
                    report(file, placed.line, column, f"không có mã {code!r}", f"there is no {code!r}")


def _codes(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)


def check_tree(draft: Draft, report: Report) -> None:
    """Units form a tree below one province: no circle, and each lies in a unit of a higher level."""
    newest = {placed.entry.code: placed for placed in draft.units}
    circling = circles(newest, "parent")
    for placed in draft.units:
        unit, above = placed.entry, newest.get(placed.entry.parent or "")
        if unit.level == "province" and unit.parent:
            report("units.csv", placed.line, "parent", "tỉnh không có cấp trên", "a province has no parent")
        if unit.level != "province" and not unit.parent:
            report("units.csv", placed.line, "parent", "thiếu đơn vị cấp trên", "the parent is missing")
        if above and LEVELS.index(above.entry.level) >= LEVELS.index(unit.level):
            vi, en = "cấp trên phải ở cấp cao hơn", "the parent must be of a higher level"
            report("units.csv", placed.line, "parent", vi, en)
        if unit.code in circling:
            report(
                "units.csv", placed.line, "parent", "quan hệ cấp trên thành vòng", "the tree runs in a circle"
            )
    provinces = [placed for placed in draft.units if placed.entry.level == "province"]
    if "units.csv" not in draft.broken and len({placed.entry.code for placed in provinces}) != 1:
        report("units.csv", 0, "level", "phải có đúng một tỉnh", "there must be exactly one province")


def check_hours(draft: Draft, report: Report) -> None:
    """Each interval runs forwards, and no two of the same weekday, profile and season overlap."""
    same_day = defaultdict(list)
    for placed in draft.hours:
        if placed.entry.opens >= placed.entry.closes:
            report("hours.csv", placed.line, "closes", "giờ đóng không sau giờ mở", "closes before it opens")
        same_day[placed.entry.profile, placed.entry.weekday].append(placed)
    for rows in same_day.values():
        if len(rows) > MOST_INTERVALS:
            vi, en = f"quá {MOST_INTERVALS} khoảng giờ", f"more than {MOST_INTERVALS} intervals"
            report("hours.csv", rows[MOST_INTERVALS].line, "weekday", vi, en)
        for one, other in combinations(rows[:MOST_INTERVALS], 2):
            a, b = one.entry, other.entry
            if a.opens < b.closes and b.opens < a.closes and _overlap(a, b):
                vi, en = f"chồng giờ với dòng {one.line}", f"overlaps the hours on line {one.line}"
                report("hours.csv", other.line, "opens", vi, en)


def check_contacts(draft: Draft, report: Report) -> None:
    """Whoever is to be told something can be reached."""
    for placed in draft.contacts:
        if not (placed.entry.email or placed.entry.sms):
            vi, en = "phải có email hoặc sms", "needs an e-mail address or a number for text messages"
            report("contacts.csv", placed.line, "email", vi, en)


def _apart(report: Report, file: str, field: str, keyed: Iterable[tuple[str | None, Placed[Any]]]) -> None:
    """Entries of the same key must hold for different dates."""
    same = defaultdict(list)
    for key, placed in keyed:
        same[key].append(placed)
    for rows in same.values():
        rows.sort(key=lambda placed: _from(placed.entry))
        for one, other in pairwise(rows):
            if _overlap(one.entry, other.entry):
                line = min(one.line, other.line)
                vi, en = f"trùng thời gian với dòng {line}", f"the dates overlap those of line {line}"
                report(file, max(one.line, other.line), field, vi, en)


def circles(newest: Mapping[str, Placed[Any]], column: str) -> set[str]:
    """The codes that lie on a circle of what the column names, each looked at once."""
    found: set[str] = set()
    done: set[str] = set()
    for code in newest:
        path: dict[str, int] = {}
        at = code
        while at in newest and at not in done and at not in path:
            path[at] = len(path)
            at = getattr(newest[at].entry, column) or ""
        if at in path:
            found.update([*path][path[at] :])
        done.update(path)
    return found


def _overlap(one: Dated, other: Dated) -> bool:
    return _from(one) <= _to(other) and _from(other) <= _to(one)


def _from(entry: Dated) -> date:
    return entry.valid_from or date.min


def _to(entry: Dated) -> date:
    return entry.valid_to or date.max
