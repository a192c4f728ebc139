"""What a decision needs to know of the province: codes and instants as plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Rules:
    """Taken from the pack in force by the caller; `pack_version` goes into every fact.

    `answer_due(slip_number, sent_at)` gives the end of the 8 working hours of a slip. `public_words` are the
    telephone numbers (digits only) and addresses that may be published: those of the agencies and channels.
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
