"""The place of a case: the operator's, else where it happened, else the words, else the address."""

from dataclasses import dataclass

from libs.packs.knowledge import Reading
from libs.packs.model import NotInPack, Pack
from libs.places.found import Found
from services.router.case import Case


@dataclass(frozen=True)
class Place:
    """`code` is the unit when it is exactly one, `candidates` those the words leave open otherwise."""

    code: str | None = None
    candidates: tuple[str, ...] = ()
    source: str = "none"
    words: str = ""

    @property
    def named(self) -> bool:
        """Whether it is what the case is about, rather than where the citizen lives."""
        return self.code is not None and self.source in {"operator", "place", "words"}


def place_of(case: Case, reading: Reading, pack: Pack) -> Place:
    """The place from the best source that names any; never a guess."""
    if case.place and known_unit(pack, case.place):
        return Place(case.place, source="operator")
    if reading.where.units:
        return _settled(reading.where, "place")
    if reading.places.units:
        return _settled(reading.places, "words")
    if reading.home.units:
        return _settled(reading.home, "address")
    return Place()


def known_unit(pack: Pack, code: str) -> bool:
    """Whether the pack in force has this unit; an older one may have had it."""
    try:
        pack.unit(code)
    except NotInPack:
        return False
    return True


def _settled(found: Found, source: str) -> Place:
    candidates = () if found.place else found.around
    return Place(found.place, candidates, source=source, words=found.words)
