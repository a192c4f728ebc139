"""What a decision needs to know of the province: codes and instants as plain values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from libs.packs.entries import Owner
from libs.worktime.calendar import Calendar


@dataclass(frozen=True)
class Owed:
    """A running clock, for whoever would pause it.

    `reasons`: codes that allow a pause, none for a clock of the law; `limit`: working seconds of `calendar`
    that all its pauses together may cost.
    """

    owner: Owner
    agency: str
    due: datetime
    calendar: Calendar
    reasons: frozenset[str] = frozenset()
    limit: int = 0


@dataclass(frozen=True)
class Rules:
    """Taken from the pack in force by the caller; `pack_version` goes into every fact.

    `answer_due(slip_number, sent_at)` gives the end of the 8 working hours of a slip. `public_words` are the
    telephone numbers (digits only) and addresses that may be published: those of the agencies and channels.
    `clocks`: those of the case that run, by their ids. `names`: of agencies, in Vietnamese. `communes_of`:
    the communes below a lead (Đồng Nai 5). `police`: the units that verify reports; `police_of` a place: that
    of its district, else of the province, empty when the pack has none. `local`: districts and communes;
    `reviewers_of` a field: the departments that watch over their answers in it (Đồng Nai 4).
    """

    pack_version: str
    arbiter: str
    agencies: frozenset[str]
    fields: frozenset[str]
    units: frozenset[str]
    reasons: Mapping[str, frozenset[str]]
    answer_due: Callable[[int, datetime], datetime]
    hotlines: Mapping[str, str] = field(default_factory=dict)
    public_words: frozenset[str] = frozenset()
    clocks: Mapping[str, Owed] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    communes_of: Callable[[str], frozenset[str]] = lambda _: frozenset()
    police: frozenset[str] = frozenset()
    police_of: Callable[[str | None], str] = lambda _: ""
    local: frozenset[str] = frozenset()
    reviewers_of: Callable[[str], frozenset[str]] = lambda _: frozenset()

    def named(self, codes: Iterable[str]) -> str:
        """Agencies as people read them."""
        return "; ".join(self.names.get(code, code) for code in codes)
