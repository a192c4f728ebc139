"""What the desk takes from the pack in force: the rules for decisions, and working time that is left."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from libs.contracts.errors import Refused
from libs.packs.model import Agency, NotInPack, Pack
from libs.packs.succession import Succession
from libs.worktime.calendar import CalendarError
from services.desk.clockrows import STOPPED
from services.desk.domain.rules import Owed, Rules

KINDS = ("reject", "return", "withhold", "call-failed")


def rules_of(pack: Pack, now: datetime, clocks: Iterable[Row[Any]]) -> Rules:
    """The pack as plain values; `clocks` are the rows of the case's clocks as far as they are known."""
    rows = tuple(clocks)
    dues = {row.clock: datetime.fromtimestamp(row.due, UTC) for row in rows}
    day = now.astimezone(ZoneInfo(pack.zone)).date()
    standing = [agency for agency in pack.agencies if agency.in_force(day)]

    def answer_due(number: int, sent_at: datetime) -> datetime:
        if known := dues.get(f"answer-{number}"):
            return known
        kind = pack.clock("answer")
        try:
            return pack.calendar(pack.hours_of(kind, "")).add(sent_at, kind.budget_seconds or 0)
        except CalendarError as error:
            raise Refused("Lịch làm việc chưa có những ngày này", str(error)) from error

    return Rules(
        pack_version=pack.version,
        arbiter=pack.arbiter,
        agencies=frozenset(agency.code for agency in standing),
        fields=frozenset(field.code for field in pack.fields),
        units=frozenset(unit.code for unit in pack.units),
        reasons={kind: frozenset(r.code for r in pack.reasons if r.kind == kind) for kind in KINDS},
        answer_due=answer_due,
        hotlines={agency.code: agency.hotline for agency in standing if agency.hotline},
        public_words=public_words(pack),
        clocks=dict(running(pack, rows)),
        names={agency.code: agency.name_vi for agency in pack.agencies},
        communes_of=lambda lead: frozenset(one.code for one in communes_of(pack, lead, day)),
        police=frozenset(one.code for one in standing if one.kind == "police"),
        police_of=lambda place: police_of(pack, place, day),
        local=local_agencies(pack),
        reviewers_of=lambda code: reviewers_of(pack, code),
    )


def local_agencies(pack: Pack) -> frozenset[str]:
    """Districts and communes, also those that have ended: their answers stand."""
    return frozenset(one.code for one in pack.agencies if one.kind in {"district", "commune"})


def reviewers_of(pack: Pack, field: str) -> frozenset[str]:
    """The departments that the routing table names for the field, as lead or beside it (Đồng Nai 4)."""
    named = {code for row in pack.routes if row.field == field for code in (*row.lead, *row.offer)}
    return frozenset(one.code for one in pack.agencies if one.code in named and one.kind == "department")


def reviewed_fields(pack: Pack, agency: str) -> tuple[str, ...]:
    """The fields in which this department reviews the answers of districts and communes."""
    return tuple(one.code for one in pack.fields if agency in reviewers_of(pack, one.code))


def communes_of(pack: Pack, lead: str, day: date) -> tuple[Agency, ...]:
    """The communes a lead may give work to: those it supervises, or that lie in its district (Đồng Nai 5)."""
    try:
        above = pack.agency(lead)
    except NotInPack:
        return ()
    of_district = above.unit if above.kind == "district" else None
    return tuple(
        one
        for one in pack.agencies
        if one.kind == "commune"
        and one.in_force(day)
        and (one.supervisor == lead or (of_district and of_district in _around(pack, one.unit)))
    )


def police_of(pack: Pack, place: str | None, day: date) -> str:
    """The police unit of the place or of what it lies in; else that of the province; else empty."""
    units = [one for one in pack.agencies if one.kind == "police" and one.in_force(day)]
    near = {one.unit: one.code for one in units if one.unit}
    found = [near[unit] for unit in _around(pack, place) if unit in near]
    whole = [one.code for one in units if not one.unit or pack.unit(one.unit).level == "province"]
    return next(iter(found + whole), "")


def _around(pack: Pack, unit: str | None) -> tuple[str, ...]:
    """The unit and those it lies in, the nearest first."""
    try:
        return tuple(one.code for one in pack.enclosing(unit)) if unit else ()
    except NotInPack:
        return ()


def running(pack: Pack, rows: Iterable[Row[Any]]) -> Iterator[tuple[str, Owed]]:
    """The clocks that run, for whoever would pause them; one of a kind the pack has lost is left out."""
    for row in rows:
        kind = next((one for one in pack.clocks if one.code == row.kind), None)
        if row.token in STOPPED or kind is None:
            continue
        lawful = row.basis == "law"
        yield (
            row.clock,
            Owed(
                owner=kind.owner,
                agency=row.agency,
                due=datetime.fromtimestamp(row.due, UTC),
                calendar=pack.calendar(pack.hours_of(kind, row.agency)),
                reasons=frozenset() if lawful else frozenset(kind.pauses),
                limit=0 if lawful else kind.pause_seconds,
            ),
        )


def successors(pack: Pack, agency: str, day: date) -> tuple[str, ...] | None:
    """Who goes on with the work of an agency that has ended: none, one or several; None while it stands."""
    rows = pack.agencies_by_code.get(agency, [])
    if not rows or any(row.in_force(day) for row in rows):
        return None
    last = max(row.valid_to or date.max for row in rows)
    return Succession(pack.agencies).after(agency, last, day) if last < day else None


def public_words(pack: Pack) -> frozenset[str]:
    """Telephone numbers (digits only) and addresses anybody may know: of agencies and channels."""
    known = [agency.hotline or "" for agency in pack.agencies]
    known += [part for channel in pack.channels for part in (channel.address or "").split(";")]
    return frozenset(word for one in (*known, pack.hotline) for word in _spellings(one.strip().lower()))


def _spellings(word: str) -> Iterator[str]:
    if "@" in word:
        yield word
    digits = re.sub(r"\D", "", word)
    if digits:
        yield digits
        yield f"84{digits[1:]}" if digits.startswith("0") else f"0{digits.removeprefix('84')}"


def remaining(pack: Pack, clock: Row[Any], now: datetime, due: datetime) -> int:
    """Working seconds until `due`, negative after it; plain seconds where the calendar does not reach."""
    try:
        calendar = pack.calendar(pack.hours_of(pack.clock(clock.kind), clock.agency))
        return calendar.between(now, due) if now <= due else -calendar.between(due, now)
    except (CalendarError, NotInPack):
        return int((due - now).total_seconds())
