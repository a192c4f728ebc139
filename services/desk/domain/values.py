"""What a case is made of: its slips, promises, returns, words and results, each a frozen value."""

from typing import Literal

from libs.contracts.casevalues import Attached
from libs.contracts.contacts import LATE_FILE
from libs.contracts.events import Slip
from libs.contracts.facts import Actor, Instant, Value


class Determination(Value):
    """The arbiter's opinion in force: the next slip goes to this agency (Điều 10.4)."""

    agency: str
    opinion: str
    at: Instant
    by: Actor | None = None


class SentSlip(Value):
    """A slip with the instant its 8 hours began (Điều 10.3) and who sent it.

    `bound`: the arbiter's opinion it follows; such a slip is not returned (Điều 10.4).
    `issued`: the slip as it was sent, where an agency on it ended and `slip` names who goes on. `pack`: the
    version of the pack it was sent by.
    """

    slip: Slip
    at: Instant
    by: Actor
    bound: Determination | None = None
    issued: Slip | None = None
    pack: str = ""

    @property
    def leads(self) -> tuple[str, ...]:
        """The lead, and the one it had when it was sent."""
        return (self.slip.lead, *((self.issued.lead,) if self.issued else ()))

    @property
    def involved(self) -> tuple[str, ...]:
        """Every agency that stands on it or stood on it when it was sent."""
        first = self.issued or self.slip
        return (*self.leads, *self.beside, *first.co_leads, *first.coordinating)

    @property
    def beside(self) -> tuple[str, ...]:
        """Who owes the lead a part of the answer: co-leads, then coordinators."""
        return tuple(dict.fromkeys((*self.slip.co_leads, *self.slip.coordinating)))


class Promise(Value):
    """Progress and the next answer's time (Điều 10.3), numbered within slip `slip`.

    `missing`: it came with a partial answer, and these agencies still owed their part.
    """

    slip: int
    number: int
    progress: str
    promised_at: Instant
    at: Instant
    missing: tuple[str, ...] = ()


class Returned(Value):
    """Slip `slip` came back from `agency` on a coded ground, in this cycle of the case."""

    slip: int
    agency: str
    ground: str
    proposed_agency: str | None
    text: str
    at: Instant
    cycle: int = 1


class Transfer(Value):
    """A call put through (Điều 10.1, 10.2). `followed`: the telephone system said how it ended, no person."""

    agency: str
    number: str
    result: Literal["connected", "failed"]
    detail: str
    at: Instant
    followed: bool = False


class Addition(Value):
    """What the citizen said later. `automatic`: a machine of theirs said it, nobody answered a question."""

    channel: str
    text: str
    at: Instant
    files: tuple[Attached, ...] = ()
    automatic: bool = False

    @property
    def only_files(self) -> bool:
        """Whether nobody and no machine spoke: a file came later than its words."""
        return self.text == LATE_FILE


class Coded(Value):
    """A rejection or a withheld answer: the pack's code and the words added to it."""

    code: str
    text: str
    at: Instant


class Publication(Value):
    """The text anybody may read (Điều 12)."""

    question: str
    answer: str
    at: Instant


class Pause(Value):
    """A policy clock rests from `at` until `until`, or until it was resumed; `by` is the person's name."""

    clock: str
    reason: str
    at: Instant
    until: Instant
    by: str = ""


class Opinion(Value):
    """What the citizen thinks of a cycle's result, from 1 (bad) to 5 (good)."""

    cycle: int
    answer: int
    attitude: int | None
    timeliness: int | None
    text: str
    at: Instant
