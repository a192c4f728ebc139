"""Surge mode: more people call and write than operators can take; everything is still accepted."""

from libs.contracts.facts import Instant, Value

SURGE = "surge"
"""The key in DIRECTORY; absent until it is switched on for the first time."""


class Surge(Value):
    """Whether it is on, since when, who switched it last (empty: the desk by itself), and why.

    Portal shows questions with answers first then; nothing is refused and no clock of the law changes.
    """

    on: bool = False
    since: Instant | None = None
    by: str = ""
    reason: str = ""
