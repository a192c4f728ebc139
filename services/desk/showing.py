"""Rows of the projection as the views that pages and API show."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from libs.packs.model import Pack
from services.desk import reads
from services.desk.clockrows import STOPPED
from services.desk.domain.masking import masked
from services.desk.domain.privacy import redact
from services.desk.domain.state import CaseState
from services.desk.province import remaining
from services.desk.views import ClockView, EntryView, LetterView
from services.desk.views import Row as ListRow

EXCERPT = 140
"""Letters of the citizen's words in a list."""

_ENVELOPE = frozenset({
    "event_id", "case_id", "at", "by", "cause", "pack_version", "track_token", "evidence", "raw",
})  # fmt: skip
"""Not shown in a timeline; the evidence of a suspicion is read in its packet only."""


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


MOST_KEPT = 5_000
"""Excerpts kept in memory: covering what is personal takes most of a list's time."""

_kept: dict[tuple[str, int, str], str] = {}


def _excerpt(state: CaseState, version: str, public: frozenset[str]) -> str:
    """The beginning of the words without personal data; what is kept holds none, until the next fact."""
    key = (state.case_id, state.facts, version)
    if (known := _kept.get(key)) is not None:
        return known
    words = redact(" ".join(state.text.split()), state.person, public)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = words = words if len(words) <= EXCERPT else f"{words[: EXCERPT - 1]}…"
    return words


def listed(
    state: CaseState, clocks: list[Row[Any]], pack: Pack, now: datetime, public: frozenset[str]
) -> ListRow:
    running = [row for row in clocks if row.token not in STOPPED]
    next_one = min(running, key=lambda row: (row.missed, row.due), default=None)
    due = _instant(next_one.due) if next_one else None
    return ListRow(
        case_id=state.case_id,
        code=state.code,
        status=state.status,
        agency=state.lead,
        field=state.field,
        place=state.place,
        channel=state.channel,
        urgent=state.urgent,
        held=state.held,
        asked=bool(state.asked),
        excerpt=_excerpt(state, pack.version, public),
        opened_at=state.opened_at or now,
        since=state.since or now,
        due=due,
        remaining=remaining(pack, next_one, now, due) if next_one and due else None,
        missed=any(row.missed for row in clocks),
        stage=state.delegation.stage if state.delegation and state.current else "",
        reminded=len(state.reminded),
        instructed=state.instruction is not None,
    )


def clock_view(row: Row[Any], pack: Pack, now: datetime) -> ClockView:
    kinds = {kind.code: kind for kind in pack.clocks}
    names = (kinds[row.kind].name_vi, kinds[row.kind].name_en) if row.kind in kinds else (row.kind, row.kind)
    running, due = row.token not in STOPPED, _instant(row.due)
    return ClockView(
        clock=row.clock,
        kind=row.kind,
        name_vi=names[0],
        name_en=names[1],
        agency=row.agency,
        start=_instant(row.start),
        due=due,
        running=running,
        missed=row.missed,
        promised=row.promised,
        stopped_at=_instant(row.stopped_at) if row.stopped_at is not None else None,
        remaining=remaining(pack, row, now, due) if running else None,
    )


def letter_view(row: Row[Any]) -> LetterView:
    return LetterView(
        row.template, row.way, row.audience, row.agency, row.token, _instant(row.at), row.attempt, row.reason
    )


def entry_view(row: Row[Any], state: CaseState, public: frozenset[str] | None) -> EntryView:
    """`public` None: the reader may see the person."""
    fact = reads.content(row)
    by = fact.get("by", {})
    content = {key: value for key, value in fact.items() if key not in _ENVELOPE}
    return EntryView(
        seq=row.seq,
        token=row.token,
        at=_instant(row.at),
        service=by.get("service", ""),
        name=by.get("name") or "",
        role=by.get("role") or "",
        agency=by.get("agency") or "",
        content=content if public is None else masked(content, state.person, public),
    )
