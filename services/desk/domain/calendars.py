"""A calendar being changed: days and hours as an administrator wants them, before anything is in force."""

import base64
import binascii
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time

from pydantic import BaseModel, ConfigDict, ValidationError

from libs.contracts.errors import Refused
from libs.packs.entries import Day, Hours
from libs.packs.model import Pack
from libs.packs.written import span

LARGEST = 64 * 1024
"""Bytes of a draft once it is unpacked."""

KINDS = {
    "holiday": "nghỉ lễ, tết",
    "compensatory_off": "nghỉ bù",
    "swap_off": "nghỉ hoán đổi",
    "swap_work": "làm bù (hoán đổi)",
    "half_day": "làm nửa ngày",
}
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


class Draft(BaseModel):
    """What differs from the pack in force: days by their date (None: removed), profiles with all their hours.

    It travels in the address of the page, so nothing is stored until it is applied.
    """

    model_config = ConfigDict(frozen=True)

    days: Mapping[date, Day | None] = {}
    hours: Mapping[str, tuple[Hours, ...]] = {}

    def packed(self) -> str:
        """As it stands in an address; empty for no change at all."""
        if not self.days and not self.hours:
            return ""
        text = self.model_dump_json(exclude_defaults=True).encode()
        return base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")

    @classmethod
    def unpacked(cls, packed: str) -> "Draft":
        """Raises Refused for what is none."""
        if not packed:
            return cls()
        try:
            raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
            return cls.model_validate_json(zlib.decompressobj().decompress(raw, LARGEST))
        except (binascii.Error, zlib.error, ValidationError, ValueError):
            raise Refused("Bản soạn không đọc được, hãy soạn lại", "unreadable draft", field="d") from None

    def with_day(self, day: date, entry: Day | None) -> "Draft":
        return self.model_copy(update={"days": {**self.days, day: entry}})

    def with_hours(self, profile: str, rows: Iterable[Hours]) -> "Draft":
        return self.model_copy(update={"hours": {**self.hours, profile: tuple(rows)}})

    def without(self, key: str) -> "Draft":
        """`key`: an ISO date or the name of a profile, as in `Change.key`."""
        days = {day: entry for day, entry in self.days.items() if day.isoformat() != key}
        return Draft(days=days, hours={name: rows for name, rows in self.hours.items() if name != key})

    def days_of(self, pack: Pack) -> tuple[Day, ...]:
        """The special days with the changes, in order."""
        days = {entry.day: entry for entry in pack.days} | dict(self.days)
        return tuple(entry for _, entry in sorted(days.items()) if entry)

    def hours_of(self, pack: Pack) -> tuple[Hours, ...]:
        """The weekly hours with the changes, each profile in its place."""
        names = dict.fromkeys(row.profile for row in pack.hours)
        before = {name: tuple(row for row in pack.hours if row.profile == name) for name in names}
        return tuple(row for name in names for row in self.hours.get(name, before[name]))

    def on(self, document: str) -> "Draft":
        """The days that rest on no decision yet rest on this one."""
        named = {
            day: entry.model_copy(update={"document": document}) if entry and not entry.document else entry
            for day, entry in self.days.items()
        }
        return self.model_copy(update={"days": named})


def difference(old: Pack, new: Pack) -> Draft:
    """What makes the calendar of the one into that of the other."""
    before, after = ({entry.day: entry for entry in pack.days} for pack in (old, new))
    days = {
        day: after.get(day)
        for day in sorted(before.keys() | after.keys())
        if before.get(day) != after.get(day)
    }
    hours = {}
    for name in dict.fromkeys(row.profile for row in new.hours):
        rows = tuple(row for row in new.hours if row.profile == name)
        if set(rows) != {row for row in old.hours if row.profile == name}:
            hours[name] = rows
    return Draft(days=days, hours=hours)


@dataclass(frozen=True)
class Change:
    """One change in words; `key` takes it out of the draft again."""

    key: str
    text: str


def changes(draft: Draft, pack: Pack) -> tuple[Change, ...]:
    """Every change against the pack, in order of the days; what changes nothing is left out."""
    return tuple(_changes(draft, pack))


def _changes(draft: Draft, pack: Pack) -> Iterator[Change]:
    before = {entry.day: entry for entry in pack.days}
    for day, entry in sorted(draft.days.items()):
        was, named = before.get(day), f"{day:%d/%m/%Y}"
        if entry == was:
            continue
        if entry is None:
            yield Change(day.isoformat(), f"Bỏ {named}: {told_day(was) if was else ''}")
        elif was is None:
            yield Change(day.isoformat(), f"Thêm {named}: {told_day(entry)}")
        else:
            yield Change(day.isoformat(), f"Sửa {named}: từ {told_day(was)} thành {told_day(entry)}")
    for name, rows in draft.hours.items():
        if set(rows) != {row for row in pack.hours if row.profile == name}:
            weeks = "; ".join(f"{season.when}: {week_in_short(season)}" for season in seasons(rows))
            yield Change(name, f"Giờ làm việc “{name}”: {weeks}")


def told_day(day: Day) -> str:
    """`làm bù (hoán đổi), Ngày làm bù, 07:30–11:30`."""
    parts = [KINDS[day.kind], day.name, told_hours(day.hours or ()) if day.hours else ""]
    parts += ["" if day.active else "chưa áp dụng", ", ".join(day.profiles)]
    return ", ".join(part for part in parts if part)


def told_hours(hours: Iterable[tuple[time, time]]) -> str:
    """`07:30–11:30, 13:30–17:30`; `nghỉ` for none."""
    said = ", ".join(span(*one).replace("-", "–") for one in hours)
    return said.replace("00:00–24:00", "cả ngày đêm") or "nghỉ"


@dataclass(frozen=True)
class Season:
    """The weekly hours of a profile from one day to another; `week` has seven entries, Monday first."""

    profile: str
    valid_from: date | None
    valid_to: date | None
    holidays: bool
    rows: tuple[Hours, ...]

    @property
    def week(self) -> tuple[tuple[tuple[time, time], ...], ...]:
        return tuple(
            tuple(sorted((row.opens, row.closes) for row in self.rows if row.weekday == weekday))
            for weekday in range(7)
        )

    @property
    def when(self) -> str:
        """`quanh năm`, `từ 15/04/2026`, `từ 15/04/2026 đến 15/10/2026`."""
        begin = f"từ {self.valid_from:%d/%m/%Y}" if self.valid_from else ""
        end = f"đến {self.valid_to:%d/%m/%Y}" if self.valid_to else ""
        return " ".join(filter(None, (begin, end))) or "quanh năm"


def seasons(rows: Iterable[Hours]) -> tuple[Season, ...]:
    """The rows of one profile by the dates between which they hold, the earliest first."""
    found: dict[tuple[date | None, date | None, bool], list[Hours]] = {}
    for row in rows:
        found.setdefault((row.valid_from, row.valid_to, row.holidays), []).append(row)
    ordered = sorted(found.items(), key=lambda one: (one[0][0] or date.min, one[0][1] or date.max))
    return tuple(Season(rows[0].profile, *key, tuple(rows)) for key, rows in ordered)


def week_lines(season: Season) -> tuple[tuple[str, str], ...]:
    """Neighbouring days with the same hours as one line: (`Thứ Hai – Thứ Sáu`, `07:30–11:30, …`)."""
    lines: list[tuple[int, int, str]] = []
    for weekday, hours in enumerate(season.week):
        said = told_hours(hours)
        if lines and lines[-1][2] == said:
            lines[-1] = (lines[-1][0], weekday, said)
        else:
            lines.append((weekday, weekday, said))
    return tuple(
        (" – ".join(dict.fromkeys((WEEKDAYS[first], WEEKDAYS[last]))), said) for first, last, said in lines
    )


def week_in_short(season: Season) -> str:
    return "; ".join(f"{days} {hours}" for days, hours in week_lines(season))
