"""The list of erasures: ids alone, so that it may outlive what it names and be kept beside the backups."""

from pathlib import Path
from uuid import UUID

from libs.contracts.events import CaseErased, CaseFact
from libs.contracts.facts import Actor, Instant, Value
from libs.contracts.subjects import CaseRef
from libs.privacy.remains import what_is_left

_ELSEWHERE = ("files", "raw", "calls")


class Erasure(Value):
    """One entry of the list ERASURES: ids alone. `seq`: of the erasure in CASES; `done`: nothing is left."""

    case_id: str
    year: int
    seq: int
    event_id: UUID
    at: Instant
    by: Actor
    ground: str
    reference: str
    files: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    done: bool = False

    @property
    def ref(self) -> CaseRef:
        return CaseRef(self.year, self.case_id)


def entry(ref: CaseRef, seq: int, fact: CaseErased) -> Erasure:
    """The entry for a fact, nothing of which is done yet."""
    ids = {
        name: getattr(fact, name)
        for name in ("event_id", "at", "ground", "reference", "files", "raw", "calls")
    }
    by = fact.by.model_copy(update={"name": None})
    return Erasure(case_id=ref.case_id, year=ref.year, seq=seq, by=by, **ids)


def merged(before: Erasure | None, fresh: Erasure) -> Erasure:
    """The fresh entry with what the one before it named elsewhere: a backup may have brought that back."""
    if before is None:
        return fresh
    both = {name: tuple(dict.fromkeys(getattr(before, name) + getattr(fresh, name))) for name in _ELSEWHERE}
    return fresh.model_copy(update=both)


def anew(old: Erasure, facts: list[tuple[int, CaseFact]]) -> CaseErased:
    files = (file.id for _, fact in facts for file in getattr(fact, "files", ()))
    raw = (getattr(fact, "raw", "") for _, fact in facts)
    return CaseErased(
        event_id=old.event_id,
        case_id=old.case_id,
        at=old.at,
        by=old.by,
        ground="retention" if old.ground == "retention" else "asked",
        reference=old.reference,
        history=what_is_left(facts),
        files=tuple(dict.fromkeys((*old.files, *files))),
        raw=tuple(dict.fromkeys(filter(None, (*old.raw, *raw)))),
        calls=old.calls,
    )


def read_list(file: Path) -> dict[str, Erasure]:
    """The list as it was written; empty before the first time."""
    if not file.exists():
        return {}
    entries = map(Erasure.model_validate_json, file.read_text(encoding="utf-8").splitlines())
    return {one.case_id: one for one in entries}


def write_list(file: Path, known: dict[str, Erasure]) -> None:
    """One entry a line; in place of the old file only when it is whole."""
    fresh = file.with_suffix(".new")
    fresh.write_text("".join(f"{one.model_dump_json()}\n" for one in known.values()), encoding="utf-8")
    fresh.replace(file)
