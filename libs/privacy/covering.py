"""Covers what was found, so that the same search finds nothing any more."""

from collections.abc import Sequence

from libs.contracts.casevalues import Person
from libs.privacy.finding import find

MARK = "[…]"
"""Stands where something personal stood."""

_ROUNDS = 8


def cover(
    text: str,
    persons: Sequence[Person] = (),
    public: frozenset[str] = frozenset(),
    *,
    commune: str = "",
    erased: bool = False,
) -> str:
    """The text with `[…]` for personal data; an address shrinks to `commune`, its name, where that is given.

    `erased`: as in `find`. What a gap brings together is looked through again, until nothing is left. A text
    without personal data comes back as it is.
    """
    place = commune if commune and not find(commune, persons, public, erased=erased) else MARK
    for turn in range(_ROUNDS):
        found = find(text, persons, public, erased=erased)
        if not found:
            return text
        for one in reversed(found):
            instead = place if one.kind == "address" and turn == 0 else MARK
            text = text[: one.start] + _once(instead, text[one.end :]) + text[one.end :]
    return MARK if find(text, persons, public, erased=erased) else text


def _once(place: str, rest: str) -> str:
    """The mark, where the text goes on to name the commune itself."""
    return MARK if rest.lstrip(" ,-").lower().startswith(place.lower()) else place
