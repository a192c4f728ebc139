"""People of the desk, rules without a pack, and cases in every step of their life."""

from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from libs.contracts import events
from libs.contracts.events import CaseFact
from libs.contracts.facts import Actor
from libs.contracts.subjects import CaseRef
from services.desk.domain.command import Command
from services.desk.domain.decisions import Moment, Other, decide
from services.desk.domain.fold import fold
from services.desk.domain.people import Account
from services.desk.domain.rules import Rules
from services.desk.domain.state import CaseState
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed, slip

OPERATOR = Account(id="o1", login="truc1", name="Trần Thị Trực", role="operator")
OFFICER = Account(id="f1", login="syt", name="Lê Văn Đầu", role="officer", agency="SYT")
COLLEAGUE = Account(id="f2", login="syt2", name="Phạm Thị Mối", role="officer", agency="SYT")
STRANGER = Account(id="f3", login="sct", name="Hồ Văn Công", role="officer", agency="SCT")
ARBITER = Account(id="a1", login="stttt", name="Đỗ Thị Quyền", role="arbiter", agency="STTTT")
COMMUNE = Account(id="f4", login="xa1", name="Bùi Thị Xã", role="officer", agency="X14758")
POLICE = Account(id="c1", login="conganhuyen", name="Ngô Văn An", role="police", agency="CAT")
HEAD = Account(id="f5", login="giamdoc", name="Lý Văn Giám", role="head", agency="SYT")
AUDITOR = Account(id="k1", login="thanhtra", name="Mai Thị Thanh", role="auditor")
ADMINISTRATOR = Account(id="q1", login="quantri", name="Vũ Văn Trị", role="administrator")

EIGHT_HOURS = timedelta(hours=24)
"""As good as eight working hours for rules without a calendar."""

RULES = Rules(
    pack_version="test",
    arbiter="STTTT",
    agencies=frozenset({"SYT", "SCT", "STTTT", "H380", "X14758", "CAT"}),
    fields=frozenset({"F04", "F08"}),
    units=frozenset({"380", "381"}),
    reasons={
        "reject": frozenset({"out-of-scope"}),
        "return": frozenset({"wrong-field"}),
        "withhold": frozenset({"secrecy-asked"}),
        "call-failed": frozenset({"busy"}),
    },
    answer_due=lambda _, sent_at: sent_at + EIGHT_HOURS,
    hotlines={"SYT": "0237 0000 001"},
    public_words=frozenset({"02370000001", "1022"}),
    names={"SCT": "Sở Công Thương"},
    communes_of=lambda lead: frozenset({"X14758"} if lead == "SYT" else ()),
    police=frozenset({"CAT"}),
    police_of=lambda _: "CAT",
)

C = TypeVar("C", bound=Command)


def tell(cls: type[C], **fields: Any) -> C:
    """A command with an id of its own."""
    return cls(**{"command_id": uuid4(), **fields})


def told(
    state: CaseState,
    account: Account,
    command: Command,
    *,
    now: datetime = MONDAY_MORNING,
    other: Other | None = None,
) -> CaseFact:
    """The fact this command makes."""
    return decide(state, command, Moment(account, now, RULES, other))


def an_older_case(**fields: Any) -> Other:
    """A case of the day before, to be joined."""
    at = MONDAY_MORNING - timedelta(days=1)
    return Other(after(opened(a_case(), at=at, code="123456790", **fields)), 2026)


def after(*facts: CaseFact, start: CaseState | None = None) -> CaseState:
    """The case after these facts."""
    state = start or CaseState()
    for fact in facts:
        state = fold(state, fact)
    return state


def by(account: Account) -> Actor:
    return account.actor()


def life(ref: CaseRef | None = None) -> dict[str, tuple[CaseFact, ...]]:
    """Status → facts that lead to it."""
    ref = ref or a_case()
    start = opened(ref, field="F04")
    triaged = make(events.CaseTriaged, ref, reasons=("margin",), by=Actor(service="router"))
    sent = routed(ref)
    officer, operator = by(OFFICER), by(OPERATOR)
    phoned = make(events.CaseAnsweredByPhone, ref, summary="Đã hướng dẫn", by=officer)
    answered = make(events.CaseAnswered, ref, answer="Đã xử lý", by=officer)
    at_desk = make(events.CaseAnsweredAtDesk, ref, answer="Theo quy định", by=operator)
    promise = make(
        events.CaseProgressPromised,
        ref,
        number=1,
        progress="Đang đo đạc",
        promised_at=MONDAY_MORNING + timedelta(days=2),
        by=officer,
    )
    public = make(events.CasePublished, ref, question="Hỏi", answer="Đáp", by=officer)
    return {
        "new": (start,),
        "triage": (start, triaged),
        "arbiter": (start, triaged, make(events.CaseReferred, ref, by=operator)),
        "routed": (start, sent),
        "received": (start, sent, make(events.CaseReceived, ref, by=officer)),
        "verifying": (
            start,
            sent,
            make(events.CaseVerifying, ref, until=MONDAY_MORNING + EIGHT_HOURS, by=officer),
        ),
        "promised": (start, sent, promise),
        "answered_by_phone": (start, sent, phoned),
        "answered": (start, sent, answered),
        "answered_at_desk": (start, at_desk),
        "published": (start, sent, answered, public),
        "withheld": (start, at_desk, make(events.CaseWithheld, ref, ground="secrecy-asked", by=operator)),
        "joined": (
            start,
            make(events.CaseJoined, ref, to="f" * 32, year=2026, code="123456790", by=operator),
        ),
        "rejected": (start, make(events.CaseRejected, ref, reason="out-of-scope", by=operator)),
    }


def case_in(status: str) -> CaseState:
    """A case in this step of its life."""
    state = after(*life()[status])
    assert state.status == status
    return state


def sent_back_and_again(ref: CaseRef) -> tuple[CaseFact, ...]:
    """Slip 1 to the department of health came back; slip 2 went to the department of industry."""
    back = make(events.CaseReturned, ref, ground="wrong-field", proposed_agency="SCT", by=by(OFFICER))
    again = make(events.CaseDirected, ref, slip=slip(2, "SCT", rule="operator"), by=by(OPERATOR))
    return (opened(ref), routed(ref), back, again)


def step(state: CaseState, account: Account, command: type[Command], **fields: object) -> CaseState:
    """The case after this person gave this command."""
    return after(told(state, account, tell(command, **fields)), start=state)


def with_slip(ref: CaseRef | None = None, **fields: Any) -> CaseState:
    """A case whose slip is with the department of health, or with whom `fields` say."""
    ref = ref or a_case()
    return after(opened(ref, field="F04"), routed(ref, slip=slip(**fields)))
