"""The special days of a year as the package `holidays` has them: a proposal, which a person decides upon.

It is known to lack swaps: 0.109 has not that of 2 and 10 January 2026, announced on 25 December 2025.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from libs.packs.entries import Day

Verdict = Literal["same", "only-proposed", "only-in-pack", "other-kind", "not-counted"]


class NothingProposed(LookupError):
    """The package knows no holidays of that year, or is not installed (extra `proposal`)."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A day, and how what is proposed for it differs from what the pack says.

    `day` is the pack's own row where it has one, with the document it rests on.
    """

    verdict: Verdict
    day: Day
    proposed: Day | None = None


def propose(year: int) -> list[Day]:
    """The days of a year that differ from their week in Vietnam, each an estimate without a document."""
    try:
        import holidays
    except ImportError as missing:
        raise NothingProposed("the package `holidays` is not installed") from missing
    named = holidays.country_holidays("VN", years=year, language="vi")
    if not named:
        raise NothingProposed(f"holidays {version('holidays')} knows nothing of {year}")
    said = {day: (_kind(name), name) for day, name in named.items()}
    said |= {day: ("swap_work", "Ngày làm bù") for day in named.weekend_workdays if day.year == year}
    source = f"Đề xuất của gói holidays {version('holidays')}, chờ văn bản"
    return [
        Day.model_validate({"day": day, "kind": kind, "name": name, "status": "estimate", "document": source})
        for day, (kind, name) in sorted(said.items())
    ]


def compare(proposal: Iterable[Day], decided: Iterable[Day]) -> Iterator[Compared]:
    """Every day of either, in order; `decided` are the pack's days of that year."""
    proposed, known = ({day.day: day for day in days} for days in (proposal, decided))
    for at in sorted(proposed.keys() | known.keys()):
        offer, own = proposed.get(at), known.get(at)
        if own is None:
            yield Compared("only-proposed", proposed[at], offer)
        else:
            yield Compared(_verdict(own, offer), own, offer)


def _verdict(own: Day, offer: Day | None) -> Verdict:
    if offer is None:
        return "only-in-pack"
    if own.kind != offer.kind:
        return "other-kind"
    return "same" if own.active else "not-counted"


def _kind(name: str) -> str:
    if name.endswith("(nghỉ bù)"):
        return "compensatory_off"
    return "swap_off" if name.startswith("Ngày nghỉ (thay cho") else "holiday"
