"""What a changed pack would do to cases that have been: a dry run, before anything is put in force."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from libs.packs import cells
from libs.packs.entries import Entry
from libs.packs.model import Pack
from libs.packs.routing import Leads, leads_for
from libs.packs.table import Column, Table

EXAMPLES = 5
"""Look-up codes that are shown of each kind of change."""


class PastCase(Entry):
    """A case as it was routed, without anything of a person; `lead` has it or answered it ("": nobody)."""

    code: str
    field: str
    place: str | None
    day: date
    lead: str


CASES = Table(
    "cases.csv",
    PastCase,
    (
        Column("code", cells.text(64)),
        Column("field", cells.code),
        Column("place", cells.code, None),
        Column("day", cells.day),
        Column("lead", cells.code, ""),
    ),
)
"""How past cases are written down for `hotline pack trial`."""


@dataclass(frozen=True)
class Move:
    """Cases that would go from these leads to those; no leads: a person decides.

    `right`: how many of them did in the end go where they would go now.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    cases: int
    right: int
    examples: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Gap:
    """A rule that leaves a field at these places without an agency ("" stands for no place known).

    `broken` names what does not exist that day; without it the rule names nobody, or (`rule` empty) there
    is no rule.
    """

    field: str
    rule: str
    places: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """The outcome: `gaps` are new ones, `known_gaps` those that the pack in force has, too.

    `unused`: rules that none of the cases needed; `unreachable`: those that no place can ever reach.
    `strange`: cases whose field the pack does not have.
    """

    cases: int
    strange: int
    moves: tuple[Move, ...]
    gaps: tuple[Gap, ...]
    known_gaps: tuple[Gap, ...]
    unused: tuple[str, ...]
    unreachable: tuple[str, ...]

    @property
    def moved(self) -> int:
        """Cases that would go elsewhere."""
        return sum(move.cases for move in self.moves)


def trial(cases: Iterable[PastCase], new: Pack, on: date, old: Pack | None = None) -> Trial:
    """Each case by the old and the new table on its own day, every field at every place on the day `on`.

    Without an old pack the cases are compared with where they went in fact, and every gap is a new one.
    """
    by_new, by_old = _routed(new), _routed(old) if old else None
    fields = {field.code for field in new.fields}
    moves: dict[tuple[tuple[str, ...], tuple[str, ...]], list[PastCase]] = {}
    kinds: Counter[bool] = Counter()
    used: set[str] = set()
    for case in cases:
        kinds[case.field in fields] += 1
        if case.field not in fields:
            continue
        now = by_new(case)
        before = by_old(case).lead if by_old else _in_fact(case, now)
        used.add(now.rule)
        if before != now.lead:
            moves.setdefault((before, now.lead), []).append(case)
    gaps, reached = _gaps(new, new, on)
    known = _gaps(old, new, on)[0] if old else {}
    return Trial(
        cases=kinds.total(),
        strange=kinds[False],
        moves=tuple(sorted((_move(*key, found) for key, found in moves.items()), key=lambda m: -m.cases)),
        gaps=_grouped((at, leads) for at, leads in gaps.items() if at not in known),
        known_gaps=_grouped((at, leads) for at, leads in gaps.items() if at in known),
        unused=tuple(route.id for route in new.routes if route.id not in used),
        unreachable=tuple(route.id for route in new.routes if route.id not in reached),
    )


def _routed(pack: Pack) -> Callable[[PastCase], Leads]:
    """What the pack says of a case; asked once for each field, place and day."""
    seen: dict[tuple[str, str | None, date], Leads] = {}

    def routed(case: PastCase) -> Leads:
        key = (case.field, case.place, case.day)
        if key not in seen:
            seen[key] = leads_for(pack, case.field, case.place, (), case.day)
        return seen[key]

    return routed


def _in_fact(case: PastCase, now: Leads) -> tuple[str, ...]:
    """Where the case went; one of several leads is as good as all of them."""
    return now.lead if case.lead in now.lead else (case.lead,) if case.lead else ()


def _move(old: tuple[str, ...], new: tuple[str, ...], cases: list[PastCase]) -> Move:
    examples = tuple(case.code for case in cases[:EXAMPLES])
    return Move(old, new, len(cases), sum(case.lead in new for case in cases), examples)


_Gaps = dict[tuple[str, str], Leads]


def _gaps(pack: Pack, asked: Pack, on: date) -> tuple[_Gaps, Counter[str]]:
    """Field and place → what the pack says, where that is nobody; and how often each rule is reached.

    Asked are all fields and units of `asked`, and each field without a place.
    """
    places = ["", *(unit.code for unit in asked.units if unit.in_force(on))]
    found: _Gaps = {}
    reached: Counter[str] = Counter()
    for field in asked.fields:
        for place in places:
            leads = leads_for(pack, field.code, place or None, (), on)
            reached[leads.rule] += 1
            if not (leads.lead or leads.arbiter or leads.offered) or (leads.broken and not leads.lead):
                found[field.code, place] = leads
    return found, reached


def _grouped(gaps: Iterable[tuple[tuple[str, str], Leads]]) -> tuple[Gap, ...]:
    places: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (field, place), leads in gaps:
        places.setdefault((field, leads.rule, leads.broken), []).append(place)
    return tuple(sorted(Gap(field, rule, tuple(at), gone) for (field, rule, gone), at in places.items()))
