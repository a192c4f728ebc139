"""The forms of the calendar pages, read cell by cell as the loader of a pack reads them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from libs.contracts.requests import Problem
from libs.packs import cells, tables
from libs.packs.cells import Wrong
from libs.packs.entries import Day, Hours
from libs.packs.errors import Problem as PackProblem
from libs.packs.model import Pack
from libs.packs.table import Column
from libs.packs.written import span
from services.desk.domain.calendars import WEEKDAYS, Draft, Season
from services.desk.pages.clocks import length

DAY_COLUMNS = {column.name: column for column in tables.DAYS.columns}
SPANS = DAY_COLUMNS["hours"]


@dataclass(frozen=True)
class Read:
    """What a form said, or what is wrong with it."""

    problems: tuple[Problem, ...] = ()
    day: Day | None = None
    rows: tuple[Hours, ...] = ()


def read_day(form: Mapping[str, str], pack: Pack, taken: Iterable[date]) -> Read:
    """A special day; `taken`: days that are in the table already and are not the one being changed."""
    boxes = [key.removeprefix("profiles.") for key in form if key.startswith("profiles.")]
    sent = {**form, "hours": _spans(form.get("hours", "")), "profiles": "|".join(boxes), "status": "ok"}
    sent["confirmed"] = "yes" if form.get("applies") == "yes" else "no"
    values, problems = _values(DAY_COLUMNS, sent)
    day = values.get("day")
    if isinstance(day, date):
        if not pack.first_day <= day <= pack.last_day:
            vi = f"Lịch chỉ có từ {pack.first_day:%d/%m/%Y} đến {pack.last_day:%d/%m/%Y}"
            problems.append(Problem(field="day", vi=vi, en="outside the days of the pack"))
        if day in taken:
            vi, en = "Ngày này đã có trong bảng: hãy sửa ngày đó", "this day is in the table: change that one"
            problems.append(Problem(field="day", vi=vi, en=en))
    if values.get("kind") == "half_day" and not values.get("hours"):
        vi, en = "Nửa ngày làm việc cần ghi giờ còn làm", "a half day needs the hours that remain"
        problems.append(Problem(field="hours", vi=vi, en=en))
    elif values.get("hours") and values.get("kind") not in {"swap_work", "half_day"}:
        vi, en = "Ngày nghỉ không có giờ làm việc", "a day off has no hours"
        problems.append(Problem(field="hours", vi=vi, en=en))
    return Read(tuple(problems)) if problems else Read(day=Day.model_validate(values))


def read_week(form: Mapping[str, str], profile: str) -> Read:
    """The seven days of a season, its dates, and whether holidays are kept."""
    columns = {name: Column(name, cells.day, None) for name in ("valid_from", "valid_to")}
    columns |= {name: Column(name, cells.spans, ()) for name in cells.WEEKDAYS}
    values, problems = _values(columns, {name: _spans(form.get(name, "")) for name in columns})
    begin, end = values.get("valid_from"), values.get("valid_to")
    if isinstance(begin, date) and isinstance(end, date) and begin > end:
        vi, en = "Ngày cuối phải sau ngày đầu", "the last day lies before the first"
        problems.append(Problem(field="valid_to", vi=vi, en=en))
    if not problems and not any(values[name] for name in cells.WEEKDAYS):
        vi, en = "Cả tuần không có giờ làm việc nào", "the week is empty"
        problems.append(Problem(field="mon", vi=vi, en=en))
    if problems:
        return Read(tuple(problems))
    fixed = {"profile": profile, "valid_from": begin, "valid_to": end}
    fixed["holidays"] = form.get("holidays") == "yes"
    rows = [
        Hours.model_validate({**fixed, "weekday": weekday, "opens": opens, "closes": closes})
        for weekday, name in enumerate(cells.WEEKDAYS)
        for opens, closes in values[name]  # type: ignore[attr-defined]
    ]
    return Read(rows=tuple(rows))


def week_form(season: Season) -> dict[str, str]:
    """The season as its form shows it."""
    week = {name: _typed(season.week[at]) for at, name in enumerate(cells.WEEKDAYS)}
    return {
        **week,
        "valid_from": season.valid_from.isoformat() if season.valid_from else "",
        "valid_to": season.valid_to.isoformat() if season.valid_to else "",
        "holidays": "yes" if season.holidays else "",
    }


def day_form(day: Day) -> dict[str, str]:
    """The special day as its form shows it."""
    boxes = {f"profiles.{name}": "yes" for name in day.profiles}
    return {
        "day": day.day.isoformat(),
        "kind": day.kind,
        "name": day.name,
        "hours": _typed(day.hours or ()),
        "document": day.document,
        "applies": "yes" if day.active else "",
        **boxes,
    }


def read_decision(form: Mapping[str, str]) -> tuple[str, date | None, tuple[Problem, ...]]:
    """Number and day of the decision a change rests on; both are required."""
    columns = {"number": Column("number", cells.text(150)), "signed": Column("signed", cells.day)}
    values, problems = _values(columns, dict(form))
    signed = values.get("signed")
    return str(values.get("number", "")), signed if isinstance(signed, date) else None, tuple(problems)


def told_problems(problems: Iterable[PackProblem], draft: Draft, pack: Pack) -> tuple[str, ...]:
    """What the loader says of the draft, with days and hours by name instead of lines."""
    days, hours = draft.days_of(pack), draft.hours_of(pack)

    def named(file: str, line: int) -> str:
        if file == "days.csv" and 2 <= line < len(days) + 2:
            return f"ngày {days[line - 2].day:%d/%m/%Y}"
        if file == "hours.csv" and 2 <= line < len(hours) + 2:
            row = hours[line - 2]
            return f"lịch “{row.profile}”, {WEEKDAYS[row.weekday]}"
        return file

    def told(one: PackProblem) -> str:
        words = re.sub(r"dòng (\d+)", lambda found: named(one.file, int(found[1])), one.message_vi)
        where = named(one.file, one.line)
        return f"{where[:1].upper()}{where[1:]}: {words}"

    return tuple(dict.fromkeys(told(one) for one in problems))


def _values(
    columns: Mapping[str, Column], sent: Mapping[str, str]
) -> tuple[dict[str, object], list[Problem]]:
    values: dict[str, object] = {}
    problems = []
    for name, column in columns.items():
        try:
            values[name] = column.value(sent.get(name, "").strip())
        except Wrong as wrong:
            vi = wrong.vi[:1].upper() + wrong.vi[1:]
            problems.append(Problem(field=name, vi=vi, en=wrong.en))
    return values, problems


def _typed(hours: Iterable[tuple[time, time]]) -> str:
    return ", ".join(span(*one) for one in hours)


def _spans(typed: str) -> str:
    """People write 07:30 – 11:30, 13:30 – 17:30; the file has - and |."""
    return re.sub(r"\s*[,;|]\s*", "|", re.sub(r"\s*[–—-]\s*", "-", typed.strip())) if ":" in typed else typed


def by_how_much(later: timedelta) -> str:
    """`muộn hơn 24 giờ`, `sớm hơn 1 giờ 30 phút`: wall time."""
    minutes = abs(int(later.total_seconds())) // 60
    return f"{'muộn' if later > timedelta(0) else 'sớm'} hơn {length(minutes)}"
