"""What speaks for junk in the words that would open a case. It is only ever held for a person, never lost."""

import re
from collections.abc import Iterable

LINKS = re.compile(r"https?://|www\.", re.IGNORECASE)
SHORTENED = re.compile(r"\b(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl|cutt\.ly|is\.gd|s\.id)/", re.IGNORECASE)
OFFERS = re.compile(
    r"vay (?:tiền )?nhanh|lãi suất thấp|không (?:cần )?thế chấp|cá cược|nhà cái|casino|trúng thưởng"
    r"|siêu khuyến mãi|tặng ngay|việc nhẹ lương cao|hoa hồng cao|kiếm tiền (?:online|tại nhà)|seo website",
    re.IGNORECASE,
)
MANY_LINKS = 3
SEVERAL = 5
"""Persons who sent the very same words within the hour; neighbours without power do that, too."""

WEIGHTS = {"links": 0.4, "only-links": 0.6, "short-link": 0.4, "offer": 0.6, "repeated": 0.5}
ENOUGH = 1.0
"""One sign alone proves nothing, unless the channel itself has seen that it is mass mail."""


def evidence(text: str, *, others: int = 0, given: Iterable[str] = ()) -> tuple[str, ...]:
    """The names of what speaks for junk when it is enough, else nothing.

    `others`: how many other persons sent these very words of late; `given`: what the channel has seen, each
    of which is enough by itself.
    """
    found = {
        "links": len(LINKS.findall(text)) >= MANY_LINKS,
        "only-links": bool(LINKS.search(text)) and _without_links(text) < 20,
        "short-link": bool(SHORTENED.search(text)),
        "offer": bool(OFFERS.search(text)),
        "repeated": others >= SEVERAL,
    }
    names = tuple(name for name, holds in found.items() if holds)
    seen = tuple(dict.fromkeys(given))
    enough = bool(seen) or sum(WEIGHTS[name] for name in names) >= ENOUGH
    return (*seen, *names) if enough else ()


def _without_links(text: str) -> int:
    return len(re.sub(r"(?:https?://|www\.)\S+|\s+", "", text, flags=re.IGNORECASE))
