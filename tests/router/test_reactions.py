"""Whose turn it is: what router reacts to, and which cases it leaves alone."""

import pytest

from libs.contracts.events import (
    CaseAmended,
    CaseAnsweredAtDesk,
    CaseCallTransferred,
    CaseDirected,
    CaseFact,
    CaseReferred,
    CaseRejected,
    CaseReleased,
    Person,
)
from libs.places.gazetteer import Found
from services.router.case import Case, fold
from services.router.domain import decide
from tests.support.builders import CITIZEN, MONDAY_MORNING, make, opened, routed, slip
from tests.support.provinces import thanh_hoa
from tests.support.routing import (
    DOUBTFUL,
    HEALTH,
    LOCAL,
    OPERATOR,
    REF,
    a_slip,
    a_wait,
    decided,
    words,
)


def test_a_pack_without_automatic_slips_leaves_every_case_to_the_operator() -> None:
    manual = thanh_hoa().model_copy(update={"auto_slip": False})
    assert a_wait(HEALTH, opened(REF), pack=manual).reasons == ("auto-off",)


def test_a_held_case_gets_suggestions_only() -> None:
    fact = a_wait(HEALTH, opened(REF, held=True, field="F05", by=OPERATOR))
    assert fact.reasons == ("held",)
    assert [s.field for s in fact.suggestions] == ["F05", "F04", "F02"]


def test_a_released_case_gets_its_slip_once() -> None:
    typed, released = opened(REF, held=True), make(CaseReleased, REF)
    fact = a_slip(HEALTH, typed, released)
    assert decided(HEALTH, typed, fact, released) is None
    assert fact.cause == released.event_id


def test_a_fact_that_was_reacted_to_is_not_reacted_to_again() -> None:
    cause = opened(REF)
    waiting = a_wait(DOUBTFUL, cause)
    case = fold(fold(Case(), cause), waiting)
    assert decide(case, cause=cause, reading=HEALTH, pack=thanh_hoa(), now=MONDAY_MORNING) is None


@pytest.mark.parametrize(
    "taken",
    [
        routed(REF),
        make(CaseDirected, REF, slip=slip()),
        make(CaseRejected, REF, reason="out-of-scope"),
        make(CaseAnsweredAtDesk, REF, answer="Xin mời xem cổng thông tin"),
        make(CaseReferred, REF),
    ],
    ids=lambda fact: fact.token,
)
def test_a_case_in_a_persons_hands_is_left_alone(taken: CaseFact) -> None:
    assert decided(HEALTH, opened(REF), taken, make(CaseReleased, REF)) is None


def test_a_transferred_call_still_gets_its_slip() -> None:
    call = make(CaseCallTransferred, REF, agency="SYT", number="0237 0000 001", result="failed")
    assert a_slip(HEALTH, opened(REF, held=True), call, make(CaseReleased, REF)).slip.lead == "SYT"


def test_completing_the_details_sends_the_slip_that_waited_for_them() -> None:
    cause = opened(REF, person=Person())
    waiting = a_wait(words(*LOCAL.ranked, home=Found()), cause)
    assert waiting.reasons == ("place-missing", "contact")
    completed = make(CaseAmended, REF, person=CITIZEN, place="406")
    assert a_slip(LOCAL, cause, waiting, completed).slip.lead == "UBND_406"


def test_details_that_change_nothing_make_no_second_triage() -> None:
    cause = opened(REF, person=Person())
    waiting = a_wait(HEALTH, cause)
    again = make(CaseAmended, REF, person=Person(name="Nguyễn Văn Mẫu"))
    assert decided(HEALTH, cause, waiting, again) is None


def test_an_amendment_sends_nothing_that_waits_for_a_persons_judgement() -> None:
    cause = opened(REF)
    amended = make(CaseAmended, REF, person=CITIZEN, field="F04")
    assert decided(DOUBTFUL, cause, a_wait(DOUBTFUL, cause), amended) is None
    held = opened(REF, held=True)
    assert decided(HEALTH, held, a_wait(HEALTH, held), amended) is None


def test_nothing_is_decided_about_a_case_whose_beginning_is_missing() -> None:
    assert decided(HEALTH, make(CaseReleased, REF)) is None
