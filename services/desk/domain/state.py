"""A case as the desk sees it: what the facts so far add up to."""

from typing import Literal, get_args

from libs.contracts.casevalues import Attached, Origin, Spot
from libs.contracts.events import Person, Suggestion
from libs.contracts.facts import Actor, Instant, Value
from services.desk.domain.values import (
    Addition,
    Coded,
    Determination,
    Opinion,
    Pause,
    Promise,
    Publication,
    Returned,
    SentSlip,
    Transfer,
)
from services.desk.domain.values_of_hands import Delegation, Joined, Part, Suspicion
from services.desk.domain.values_of_oversight import Instruction, Reminder, Review

Status = Literal[
    "new", "triage", "arbiter", "routed", "received", "verifying", "promised",
    "answered_by_phone", "answered", "answered_at_desk", "published", "withheld", "rejected", "joined",
]  # fmt: skip
STATUSES: tuple[Status, ...] = get_args(Status)

AT_DESK: frozenset[Status] = frozenset({"new", "triage"})
"""An operator decides what happens next."""

WITH_AGENCY: frozenset[Status] = frozenset({"routed", "received", "verifying", "promised"})
"""The lead of the current slip owes an answer."""

TO_PUBLISH: frozenset[Status] = frozenset({"answered_by_phone", "answered", "answered_at_desk"})
"""Answered; whoever answered owes the public text or a ground to withhold it (Điều 12)."""

FINAL: frozenset[Status] = frozenset({"published", "withheld", "rejected", "joined"})

MOST_RETURNS = 2
"""Slips that may come back in one cycle; then the arbiter decides, and that binds (Điều 10.4)."""

STATUS_NAMES: dict[str, tuple[str, str]] = {
    "new": ("mới tiếp nhận", "new"),
    "triage": ("chờ cán bộ Trực phân loại", "waiting for the operator"),
    "arbiter": ("chờ xác định thẩm quyền", "waiting for the arbiter"),
    "routed": ("đã chuyển phiếu", "slip sent"),
    "received": ("cơ quan đã nhận phiếu", "slip received"),
    "verifying": ("đang xác minh", "being verified"),
    "promised": ("đã hẹn trả lời", "answer promised"),
    "answered_by_phone": ("đã trả lời qua điện thoại", "answered by phone"),
    "answered": ("đã trả lời", "answered"),
    "answered_at_desk": ("Tổng đài đã trả lời", "answered at the desk"),
    "published": ("đã công khai", "published"),
    "withheld": ("không công khai", "withheld"),
    "rejected": ("không tiếp nhận", "not taken"),
    "joined": ("theo hồ sơ cùng việc", "follows a case of the same matter"),
}
"""Status → (Vietnamese, English)."""


class CaseState(Value):
    """Everything a decision or a page needs; `facts` counts the facts folded so far.

    `facts` is what a form remembers as `seen`; `details_at`, `slip_at` and `hands_at` are the counts at the
    last change of the citizen's details, at the last slip, and at the last part or report of another agency,
    so that a form made before them can be told to be stale.
    `where`: in the citizen's words; `contacts`: how the sender may be recognised beside `person`
    (domain/contacts.py); `calls`: in which this was said; `spam`: what speaks for mass or junk mail.
    `hold`: the demand for which nothing may be erased. `holders`: who had the case from when on
    (domain/holding.py); `cycle` grows with each reopening, `unsolved` with each that the citizen wanted.
    """

    case_id: str = ""
    cycle: int = 1
    status: Status = "new"
    facts: int = 0
    details_at: int = 0
    slip_at: int = 0
    hands_at: int = 0
    code: str = ""
    channel: str = ""
    language: Literal["vi", "en"] = "vi"
    person: Person = Person()
    text: str = ""
    additions: tuple[Addition, ...] = ()
    opened_at: Instant | None = None
    received_at: Instant | None = None
    field: str | None = None
    place: str | None = None
    places: tuple[str, ...] = ()
    urgent: bool = False
    held: bool = False
    secret: bool = False
    triage_reasons: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    margin: float = 0.0
    place_words: str = ""
    place_from: str = ""
    slips: tuple[SentSlip, ...] = ()
    returned: tuple[Returned, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    referral: str | None = None
    determination: Determination | None = None
    slip_received_at: Instant | None = None
    verifying_until: Instant | None = None
    promises: tuple[Promise, ...] = ()
    asked: str = ""
    answer: str = ""
    question_ids: tuple[str, ...] = ()
    answered_at: Instant | None = None
    answered_by: Actor | None = None
    rejection: Coded | None = None
    publication: Publication | None = None
    withholding: Coded | None = None
    hold: str = ""
    erased_at: Instant | None = None
    since: Instant | None = None
    changed_by: Actor | None = None
    parts: tuple[Part, ...] = ()
    delegation: Delegation | None = None
    same_as: str | None = None
    where: str = ""
    spot: Spot | None = None
    files: tuple[Attached, ...] = ()
    origin: Origin = Origin()
    contacts: tuple[tuple[str, str], ...] = ()
    calls: tuple[str, ...] = ()
    spam: tuple[str, ...] = ()
    joined: Joined | None = None
    followers: tuple[Joined, ...] = ()
    suspicion: Suspicion | None = None
    holders: tuple[tuple[str, Instant], ...] = ()
    pauses: tuple[Pause, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    instruction: Instruction | None = None
    reviews: tuple[Review, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    unsolved: int = 0

    @property
    def current(self) -> SentSlip | None:
        """The slip an agency is working on or has answered; None before the first and after a return."""
        working = self.status in WITH_AGENCY | TO_PUBLISH | {"published", "withheld"}
        return self.slips[-1] if working and self.slips and self.status != "answered_at_desk" else None

    @property
    def lead(self) -> str:
        """The lead agency of the current slip, else empty."""
        return self.current.slip.lead if self.current else ""

    @property
    def involved(self) -> frozenset[str]:
        """Every agency that ever stood on a slip of this case, and the commune that works on it."""
        work = self.delegation
        commune = (work.to,) if work and work.stage != "recalled" else ()
        return frozenset((*commune, *(one for sent in self.slips for one in sent.involved)))

    @property
    def missing(self) -> tuple[str, ...]:
        """The agencies beside the lead that have not given their part yet."""
        given = {part.agency for part in self.parts}
        return tuple(one for one in self.current.beside if one not in given) if self.current else ()

    @property
    def commune(self) -> str:
        """The commune that works on the case until its report is confirmed or it is recalled, else empty."""
        work = self.delegation if self.status in WITH_AGENCY else None
        return work.to if work and work.stage in {"delegated", "reported"} else ""

    @property
    def reminded(self) -> tuple[Reminder, ...]:
        """The reminders that the lead of the current slip has had, the newest last."""
        sent = self.current
        return tuple(one for one in self.reminders if sent and one.at >= sent.at and one.agency in sent.leads)

    @property
    def all_files(self) -> tuple[Attached, ...]:
        """What the citizen sent, in the order in which it came."""
        return (*self.files, *(file for more in self.additions for file in more.files))

    @property
    def returned_too_often(self) -> bool:
        """Whether the slips of this cycle came back as often as they may."""
        return sum(one.cycle == self.cycle for one in self.returned) >= MOST_RETURNS
