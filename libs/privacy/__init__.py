"""Finds and covers personal data in Vietnamese text: names, numbers, plates, addresses; pure.

`find(text, persons)` says what and where; `cover(text, persons)` gives the text without it.
"""

from libs.privacy.covering import MARK, cover
from libs.privacy.finding import find
from libs.privacy.spans import Found

__all__ = ["MARK", "Found", "cover", "find"]
