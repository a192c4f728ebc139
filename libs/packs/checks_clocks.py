"""What must hold between the kinds of clocks, and between them and the rest of the pack."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from libs.packs.clocks import CLOCKS
from libs.packs.draft import Draft, Report
from libs.packs.entries import OWN_HOURS, ClockKind

SLIP = frozenset({"routed", "directed"})
NAMED_BY: Mapping[str, frozenset[str]] = {
    "coordinator": SLIP,
    "commune": frozenset({"delegated"}),
    "police": frozenset({"suspected-false"}),
}
"""Owner → the happenings that say which agency it is; a clock of theirs can start with no other."""

PROMISING = frozenset({"progress-promised", "answered-in-part"})
"""The happenings that carry the instant a promise stands for."""

ENDINGS = ("meets", "cancels", "replaces")

THE_CITIZENS = "added"
"""What the citizen says more: it never helps the clock of an agency."""

NUMBERED = {"answer": "slip", "publish": "slip", "promise": "promise"}
"""The clocks of Điều 10.3 are looked up by the number of what they belong to: `answer-<slip>`."""

Found = Iterator[tuple[str, str, str]]
"""Key and the messages in both languages."""


def check_clocks(draft: Draft, report: Report) -> None:
    """Each kind names what the pack has, starts where its owner is known, and ends in one way."""
    kinds = {placed.entry.code: placed.entry for placed in draft.clocks}
    for kind in kinds.values():
        for key, vi, en in _found(draft, kind, kinds):
            report(CLOCKS, draft.line(CLOCKS, key, kind.code), key, vi, en)


def _found(draft: Draft, kind: ClockKind, kinds: Mapping[str, ClockKind]) -> Found:
    yield from _unknown(draft, kind, kinds)
    yield from _beginning(kind)
    yield from _end(kind)
    yield from _circle(kind, kinds)


def _unknown(draft: Draft, kind: ClockKind, kinds: Mapping[str, ClockKind]) -> Found:
    profiles = {placed.entry.profile for placed in draft.hours}
    reasons = {placed.entry.code for placed in draft.reasons if placed.entry.kind == "pause"}
    named: tuple[tuple[str, str, Iterable[str], Iterable[str]], ...] = (
        ("calendar", "hours.csv", {kind.calendar} - {OWN_HOURS}, profiles),
        ("within", CLOCKS, filter(None, [kind.within]), kinds),
        ("pauses", "reasons.csv", kind.pauses, reasons),
    )
    for key, file, codes, known in named:
        for code in codes if file not in draft.broken else ():
            if code not in known:
                yield key, f"không có mã {code!r} trong {file}", f"there is no {code!r} in {file}"


def _beginning(kind: ClockKind) -> Found:
    if (kind.owner == "coordinator") != (kind.per == "coordinator"):
        vi = "owner = coordinator và per = coordinator phải đi cùng nhau"
        yield "per", vi, "owner = coordinator and per = coordinator go together"
    if kind.per != (needed := NUMBERED.get(kind.code, kind.per)):
        yield "per", f"thời hạn này phải có per = {needed}", f"this clock must be per = {needed}"
    starters = [(NAMED_BY[kind.owner], f"owner = {kind.owner}")] if kind.owner in NAMED_BY else []
    if kind.per == "promise":
        starters.append((PROMISING, "per = promise"))
    for fitting, why in starters:
        if not fitting.issuperset(kind.starts):
            only = ", ".join(sorted(fitting))
            yield "starts", f"{why} chỉ bắt đầu bởi: {only}", f"{why} starts only with: {only}"


def _end(kind: ClockKind) -> Found:
    for key in ("starts", "meets"):
        if not getattr(kind, key):
            yield key, "không được để trống", "must not be empty"
    for one, other in combinations(ENDINGS, 2):
        for happening in sorted({*getattr(kind, one)} & {*getattr(kind, other)}):
            yield other, f"{happening!r} đã có trong {one}", f"{happening!r} is already in {one}"
    for key in ENDINGS:
        if THE_CITIZENS in getattr(kind, key):
            vi = f"{THE_CITIZENS!r} là lời của người dân, không làm thời hạn của cơ quan kết thúc"
            yield key, vi, f"{THE_CITIZENS!r} is the citizen's own word and ends no agency's clock"


def _circle(kind: ClockKind, kinds: Mapping[str, ClockKind]) -> Found:
    seen, at = {kind.code}, kind.within
    while at and at in kinds and at not in seen:
        seen.add(at)
        at = kinds[at].within
    if at == kind.code:
        yield (
            "within",
            "các thời hạn nằm trong nhau thành vòng",
            "the kinds lie within each other in a circle",
        )
