"""Facts with sensible defaults, for tests: say only what the test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from libs.contracts.events import CaseFact, CaseOpened, CaseRouted, Person, Slip
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockArmed
from libs.contracts.subjects import CaseRef

F = TypeVar("F", bound=CaseFact)

MONDAY_MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""08:00 in Vietnam, on an ordinary Monday."""

CITIZEN = Person(
    name="Nguyễn Văn Mẫu",
    phone="+84912345678",
    phone_raw="0912 345 678",
    address="Thôn 3, xã Quảng Lưu, huyện Quảng Xương",
    email="nguyen.van.mau@dan.example",
)


def a_case(year: int = 2026) -> CaseRef:
    """A new case."""
    return CaseRef(year, uuid4().hex)


def make(cls: type[F], ref: CaseRef, **fields: Any) -> F:
    """A fact of this class about this case; `at` and `by` have defaults."""
    defaults: dict[str, Any] = {
        "event_id": uuid4(),
        "case_id": ref.case_id,
        "at": MONDAY_MORNING,
        "by": Actor(service="desk"),
        "pack_version": "test",
    }
    return cls(**{**defaults, **fields})


def opened(ref: CaseRef, **fields: Any) -> CaseOpened:
    """A citizen's request by the portal's form."""
    defaults: dict[str, Any] = {
        "by": Actor(service="intake"),
        "code": "123456782",
        "channel": "portal",
        "person": CITIZEN,
        "text": "Hàng xóm mới về từ vùng dịch mà không khai báo y tế",
        "received_at": MONDAY_MORNING,
    }
    return make(CaseOpened, ref, **{**defaults, **fields})


def slip(number: int = 1, lead: str = "SYT", **fields: Any) -> Slip:
    """A slip to the department of health."""
    return Slip(**{"number": number, "lead": lead, "field": "F04", "rule": "F04", **fields})


def routed(ref: CaseRef, **fields: Any) -> CaseRouted:
    """The router's slip."""
    return make(CaseRouted, ref, **{"by": Actor(service="router"), "slip": slip(), **fields})


def armed(ref: CaseRef, kind: str, case_seq: int) -> ClockArmed:
    """The first answer clock of a case."""
    return ClockArmed(
        event_id=uuid4(),
        case_id=ref.case_id,
        at=MONDAY_MORNING,
        by=Actor(service="sla"),
        case_seq=case_seq,
        clock="answer-1",
        kind=kind,
        agency="SYT",
        basis="law",
        start=MONDAY_MORNING,
        due=MONDAY_MORNING + timedelta(days=1),
    )
