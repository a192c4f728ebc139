"""What pages and API show: plain frozen values, with personal data only where the reader may have it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.desk.domain.state import CaseState
from services.desk.domain.values_of_hands import Suspicion

Personal = Literal["shown", "reason", "hidden"]
"""shown: in the view, and the look was recorded · reason: ask for one first (secrecy) · hidden: not yours."""


@dataclass(frozen=True)
class Row:
    """One case in a list. `remaining`: working seconds to the deadline, negative when it has passed.

    `stage`: how far the work of a commune has come; `owed`: the reader's agency still owes its own part.
    `reminded`: how often the lead was; `instructed`: the coordinator directed that it goes at once.
    """

    case_id: str
    code: str
    status: str
    agency: str
    field: str | None
    place: str | None
    channel: str
    urgent: bool
    held: bool
    asked: bool
    excerpt: str
    opened_at: datetime
    since: datetime
    due: datetime | None
    remaining: int | None
    missed: bool
    stage: str = ""
    owed: bool = False
    reminded: int = 0
    instructed: bool = False


@dataclass(frozen=True)
class Listing:
    """A page of a list; `next` is the cursor of the page after it, empty at the end; `left` follow it."""

    rows: tuple[Row, ...]
    next: str = ""
    left: int = 0


@dataclass(frozen=True)
class ClockView:
    """A clock of the case; `remaining` as in Row, None once it has stopped."""

    clock: str
    kind: str
    name_vi: str
    name_en: str
    agency: str
    start: datetime
    due: datetime
    running: bool
    missed: bool
    promised: bool
    stopped_at: datetime | None
    remaining: int | None


@dataclass(frozen=True)
class LetterView:
    """The newest outcome of one letter: tried, sent, failed or unconfirmed."""

    template: str
    way: str
    audience: str
    agency: str
    outcome: str
    at: datetime
    attempt: int
    reason: str


@dataclass(frozen=True)
class EntryView:
    """One fact of the timeline; `content` holds its own fields, without what the reader may not see."""

    seq: int
    token: str
    at: datetime
    service: str
    name: str
    role: str
    agency: str
    content: dict[str, Any]


@dataclass(frozen=True)
class AlikeView:
    """An earlier case that may be the same matter: what it has in common, and how alike the words are."""

    row: Row
    same: tuple[str, ...]
    likeness: float


@dataclass(frozen=True)
class FollowerView:
    """What a citizen who follows this case said, without personal data, the oldest words first."""

    case_id: str
    code: str
    said: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class PacketView:
    """The sealed evidence of a suspicion. `intact`: it still gives the seal it was sealed with."""

    case_id: str
    code: str
    suspicion: Suspicion
    evidence: tuple[tuple[str, str], ...]
    intact: bool


@dataclass(frozen=True)
class CaseView:
    """The case page. In `state` personal data is blanked or replaced by `[…]` unless `personal` is shown.

    `allowed`: the tokens of the commands this reader may give now; forms send `state.facts` back as `seen`.
    `parked`: why the case stands still in this projection, empty when it does not. `followed`: the case that
    a joined one follows; `followers`: those that follow this one. `look`: the number of this look in the log,
    0 where the person is not shown.
    """

    case_id: str
    year: int
    seq: int
    state: CaseState
    personal: Personal
    allowed: frozenset[str]
    timeline: tuple[EntryView, ...] = ()
    clocks: tuple[ClockView, ...] = ()
    letters: tuple[LetterView, ...] = ()
    parked: str = ""
    followed: Row | None = None
    followers: tuple[FollowerView, ...] = ()
    look: int = 0


@dataclass(frozen=True)
class ParkedCase:
    """A case that this projection cannot follow, for the administrator."""

    case_id: str
    year: int
    seq: int
    code: str
    reason: str


@dataclass(frozen=True)
class Taken:
    """A telephone call that became a case: what the operator reads to the caller."""

    case_id: str
    code: str
    shown: bool
