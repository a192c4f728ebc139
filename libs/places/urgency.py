"""Notices the words that a person should see first (Điều 13.2): a flag, never a decision."""

import re
from collections.abc import Iterable
from functools import lru_cache

from libs.places.text import agrees, canonical, expand, unmarked, words

_TOKEN = re.compile(r"[^\W_]+|[,.;:!?()\n]")
_DENIED = frozenset({"khong", "chua", "chang", "het"})
_BETWEEN = frozenset({"bi", "co", "con", "he", "thay", "phai"})
_CALLS_FOR_HELP = frozenset({"cuu", "khan"})
_LONGEST = 6  # syllables of a quiet phrase before the urgent one in it

Phrases = dict[str, list[tuple[str, ...]]]


def urgent(text: str, phrases: Iterable[str], quiet: Iterable[str] = ()) -> bool:
    """Whether one of the pack's urgent phrases is in the text and means what it says.

    Marks may be missing, except in a phrase of one syllable: "chay" is more often "chạy" than "cháy". A
    phrase directly denied ("không bị khó thở") and one inside a longer quiet phrase ("cháy hàng") do not
    count; a call for help counts always ("không cấp cứu kịp").
    """
    written = expand(_TOKEN.findall(canonical(text.lower())))
    folded = unmarked(" ".join(written)).split(" ")
    beginning = _phrases(tuple(phrases))
    for start, word in enumerate(folded):
        end = _end(written, start, beginning[word]) if word in beginning else -1
        meant = end > 0 and (_CALLS_FOR_HELP & {*folded[start:end]} or not _denied(folded, start))
        if meant and not _hidden(written, folded, start, end, quiet):
            return True
    return False


def _hidden(written: list[str], folded: list[str], start: int, end: int, quiet: Iterable[str]) -> bool:
    """Whether a longer quiet phrase covers these words."""
    hiding = _phrases(tuple(quiet))
    firsts = range(max(0, start - _LONGEST), start + 1)
    return any(_end(written, first, hiding.get(folded[first], ())) >= end for first in firsts)


def _end(written: list[str], start: int, phrases: Iterable[tuple[str, ...]]) -> int:
    """Where the longest of the phrases ends that stands at `start`; -1 for none."""
    ends = (
        start + len(phrase)
        for phrase in phrases
        if start + len(phrase) <= len(written)
        and all(map(agrees if len(phrase) > 1 else str.__eq__, written[start : start + len(phrase)], phrase))
    )
    return max(ends, default=-1)


def _denied(folded: list[str], start: int) -> bool:
    before = start - 1
    while before >= 0 and folded[before] in _BETWEEN:
        before -= 1
    return before >= 0 and folded[before] in _DENIED


@lru_cache(maxsize=8)
def _phrases(phrases: tuple[str, ...]) -> Phrases:
    """The phrases by their first syllable without marks: a text meets only the few that may begin in it."""
    found: Phrases = {}
    for phrase in (tuple(words(phrase)) for phrase in phrases):
        if phrase:
            found.setdefault(unmarked(phrase[0]), []).append(phrase)
    return found
