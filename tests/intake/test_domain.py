"""What intake decides: ids, codes, years, phone numbers, and what it refuses."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from libs.contracts.codes import parse_code
from libs.contracts.errors import Refused
from libs.contracts.events import CaseAdded, CaseRejected, Person
from libs.contracts.requests import MoreWords, NewRequest
from services.intake.domain import requests as domain
from services.intake.domain.known import Known, fold
from services.intake.domain.requests import Sender
from services.intake.phones import checked, normalised
from tests.support.builders import MONDAY_MORNING, a_case, make, opened
from tests.support.provinces import thanh_hoa

PORTAL = Sender("portal", ("portal",))
DESK = Sender("desk", ("phone", "zalo"), held=True)
REF = a_case()


@pytest.mark.parametrize(
    "raw", ["0912345678", "0912 345 678", "+84 912.345.678", "(091) 234-5678", "84912345678", "0084912345678"]
)
def test_one_mobile_number_however_it_is_written(raw: str) -> None:
    assert normalised(raw) == "+84912345678"


@pytest.mark.parametrize(
    "raw", ["1022", "02371022", "0912", "anonymous", "0912 ABC DEF", "0912345678;drop", "🙂"]
)
def test_what_is_no_subscribers_number_stays_as_it_was_said(raw: str) -> None:
    assert normalised(raw) == ""
    assert checked(raw, caller_waits=True) == ""
    with pytest.raises(Refused) as refused:
        checked(raw, caller_waits=False)
    assert refused.value.field == "phone"


def test_no_phone_at_all_is_no_mistake() -> None:
    assert checked("", caller_waits=False) == ""


def test_a_foreign_number_with_its_country_code_is_kept() -> None:
    assert normalised("+49 30 901820") == "+4930901820"


def test_a_case_id_belongs_to_channel_and_key_together() -> None:
    assert domain.case_id_for("email", "key-0001") == domain.case_id_for("email", "key-0001")
    assert len({domain.case_id_for(c, k) for c in ("a", "ab") for k in ("b-000001", "0000-001")}) == 4


def test_only_the_desk_may_send_a_canary_and_nobody_can_track_it() -> None:
    request = NewRequest(text="thử", channel="canary")
    assert domain.channel_of(request, DESK, thanh_hoa()) == "canary"
    for stranger in (PORTAL, Sender("x", ("canary",)), Sender("y", ("portal", "canary"))):
        with pytest.raises(Refused) as refused:
            domain.channel_of(request, stranger, thanh_hoa())
        assert refused.value.field == "channel"
    fact = domain.open_case(
        request, case_id=REF.case_id, code="123456782", channel="canary", person=Person(), client="desk",
        received_at=MONDAY_MORNING, now=MONDAY_MORNING, pack_version="test",
    )  # fmt: skip
    assert fact.track_token == ""


def test_code_candidates_are_valid_and_always_come_in_the_same_order() -> None:
    first = list(itertools.islice(domain.code_candidates(REF.case_id), 20))
    assert first == list(itertools.islice(domain.code_candidates(REF.case_id), 20))
    assert len(set(first)) == 20 and all(parse_code(code) == code for code in first)


def test_the_year_is_that_of_the_provinces_wall_clock() -> None:
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # midnight in Vietnam
    assert domain.year_of(new_year, "Asia/Ho_Chi_Minh") == 2027
    assert domain.year_of(new_year - timedelta(seconds=1), "Asia/Ho_Chi_Minh") == 2026


def test_a_client_of_one_channel_need_not_name_it() -> None:
    assert domain.channel_of(NewRequest(text="x"), PORTAL, thanh_hoa()) == "portal"


@pytest.mark.parametrize(
    ("sender", "channel"), [(DESK, None), (PORTAL, "phone"), (Sender("x", ("pigeon",)), "pigeon")]
)
def test_a_channel_must_be_named_allowed_and_in_the_pack(sender: Sender, channel: str | None) -> None:
    with pytest.raises(Refused) as refused:
        domain.channel_of(NewRequest(text="x", channel=channel), sender, thanh_hoa())
    assert refused.value.field == "channel"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (NewRequest(text="x", held=True), "held"),
        (NewRequest(text="x", operator="op-1"), "operator"),
        (NewRequest(text="x", field="F77"), "field"),
        (NewRequest(text="x", received_at=MONDAY_MORNING + timedelta(minutes=6)), "received_at"),
        (NewRequest(text="x", received_at=datetime(1999, 1, 1, tzinfo=UTC)), "received_at"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_is_refused_naming_the_field(wrong: NewRequest, field: str) -> None:
    with pytest.raises(Refused) as refused:
        domain.check(wrong, PORTAL, thanh_hoa(), MONDAY_MORNING)
    assert refused.value.field == field and refused.value.vi and refused.value.en


def test_a_sender_whose_clock_is_a_little_fast_is_believed() -> None:
    early = NewRequest(text="x", received_at=MONDAY_MORNING + timedelta(minutes=5))
    domain.check(early, PORTAL, thanh_hoa(), MONDAY_MORNING)


@pytest.mark.parametrize(
    "email", ["x", "a@b", "a b@c.example", "a@b.example,c@d.example", "a@b.example\nBcc: x"]
)
def test_an_address_that_is_none_or_several_is_refused(email: str) -> None:
    with pytest.raises(Refused) as refused:
        domain.person_of(NewRequest(text="x", email=email), PORTAL)
    assert refused.value.field == "email"


def test_words_for_a_case_that_does_not_exist_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        added(Known())
    assert refused.value.field == "case_id"


def test_words_for_a_rejected_case_are_refused() -> None:
    known = fold(fold(Known(), opened(REF)), make(CaseRejected, REF, reason="out-of-scope"))
    with pytest.raises(Refused) as refused:
        added(known)
    assert refused.value.stale


def test_the_same_words_under_the_same_key_are_added_once_and_others_are_refused() -> None:
    event_id = uuid4()
    known = fold(
        fold(Known(), opened(REF)),
        make(CaseAdded, REF, event_id=event_id, channel="portal", text="Thêm"),
    )
    words = {"event_id": event_id, "sender": PORTAL, "now": MONDAY_MORNING, "pack_version": "v"}
    assert domain.decide_added(known, MoreWords(text="Thêm"), **words) is None  # type: ignore[arg-type]
    with pytest.raises(Refused):
        domain.decide_added(known, MoreWords(text="Khác"), **words)  # type: ignore[arg-type]


def added(known: Known) -> CaseAdded | None:
    return domain.decide_added(
        known, MoreWords(text="Thêm"), event_id=uuid4(), sender=PORTAL, now=MONDAY_MORNING, pack_version="v"
    )
