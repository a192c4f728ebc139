"""Whose turn it is: what router reacts to, and which cases it leaves alone."""

import functools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.events import (
    CaseAmended,
    CaseAnsweredAtDesk,
    CaseCallTransferred,
    CaseDirected,
    CaseFact,
    CaseJoined,
    CaseReferred,
    CaseRejected,
    CaseReleased,
    CaseReopened,
    CaseReturned,
    Person,
)
from libs.contracts.facts import Actor
from libs.places.found import Found
from services.router.case import Case, fold
from services.router.domain import decide
from tests.support.builders import CITIZEN, MONDAY_MORNING, make, opened, routed, slip
from tests.support.provinces import changed_agency, thanh_hoa
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


JOINED = make(CaseJoined, REF, to="b" * 32, year=2026, code="123456782")


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
        JOINED,
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


def returned(by: str = "SYT", proposed: str | None = "SCT") -> CaseReturned:
    officer = Actor(service="desk", person=f"officer-{by}", role="officer", agency=by)
    return make(CaseReturned, REF, ground="wrong-field", proposed_agency=proposed, by=officer)


def sent(number: int, lead: str) -> CaseDirected:
    return make(CaseDirected, REF, slip=slip(number, lead, field="F04", rule="operator"))


def test_the_first_return_goes_to_the_operator_with_the_proposed_agency_before_the_rules() -> None:
    back = returned()
    fact = a_wait(HEALTH, opened(REF), routed(REF), back)
    assert (fact.to, fact.reasons, fact.cause) == ("operator", ("returned",), back.event_id)
    assert [(one.lead, one.rule) for one in fact.suggestions] == [
        (("SCT",), "proposed"),
        (("SYT",), "R04-DISTRICT"),
        (("SLDTBXH",), "R05-DISTRICT"),
    ]
    assert (fact.inputs["returned-by"], fact.inputs["rule"]) == ("SYT", "R04-DISTRICT")


def test_the_second_return_goes_to_the_arbiter_with_a_suggested_agency_and_the_rule_behind_it() -> None:
    history = (opened(REF), routed(REF), returned(), sent(2, "SCT"), returned("SCT", "SGTVT"))
    fact = a_wait(HEALTH, *history)
    assert (fact.to, fact.reasons, fact.inputs["returned-by"]) == ("arbiter", ("returned-twice",), "SCT SYT")
    assert [(one.lead, one.rule) for one in fact.suggestions] == [
        (("SGTVT",), "proposed"),
        (("SCT",), "proposed"),
        (("SYT",), "R04-DISTRICT"),
    ]


def test_an_agency_that_is_proposed_and_named_by_the_rule_is_suggested_once() -> None:
    history = (opened(REF), sent(1, "SCT"), returned("SCT", "SYT"))
    assert [one.lead for one in a_wait(HEALTH, *history).suggestions].count(("SYT",)) == 1


def test_a_proposed_agency_that_is_no_more_is_not_suggested() -> None:
    gone = changed_agency("SCT", valid_to=date(2025, 2, 28))
    for back, pack in (
        (returned(), gone),
        (returned(proposed="XY"), thanh_hoa()),
        (returned(proposed=None), gone),
    ):
        fact = a_wait(HEALTH, opened(REF), routed(REF), back, pack=pack)
        assert fact.reasons == ("returned",)
        assert "proposed" not in {one.rule for one in fact.suggestions}


def test_a_reopened_case_has_two_returns_of_its_own_again() -> None:
    life = (
        opened(REF),
        routed(REF),
        returned(),
        sent(2, "SCT"),
        make(CaseReopened, REF, cycle=2, reason="Chưa xong"),
    )
    assert a_wait(HEALTH, *life, sent(3, "SYT"), returned()).to == "operator"
    assert a_wait(HEALTH, *life, sent(3, "SYT"), returned(), sent(4, "SCT"), returned("SCT")).to == "arbiter"


def test_a_return_that_a_person_or_the_router_has_acted_on_is_done() -> None:
    back = returned()
    before = (opened(REF), routed(REF), back)
    fact = a_wait(HEALTH, *before)
    for after in (sent(2, "SCT"), make(CaseReferred, REF), JOINED, fact):
        case = functools.reduce(fold, (*before, after), Case())
        assert decide(case, cause=back, reading=HEALTH, pack=thanh_hoa(), now=MONDAY_MORNING) is None


def test_after_a_return_the_router_sends_nothing_by_itself_however_sure_it_is() -> None:
    before = (opened(REF), routed(REF), returned())
    waiting = a_wait(HEALTH, *before)
    assert decided(HEALTH, *before, waiting, make(CaseAmended, REF, person=CITIZEN, field="F04")) is None
    assert decided(HEALTH, *before, waiting, make(CaseReleased, REF)) is None


@given(
    st.lists(st.tuples(st.sampled_from(["F04", "F09", "OOS", "UNCLEAR"]), st.floats(0, 1)), max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_whatever_the_words_are_like_the_router_neither_rejects_nor_closes(
    ranked: list[tuple[str, float]], urgent: bool, back: bool
) -> None:
    history = (opened(REF), routed(REF), returned()) if back else (opened(REF),)
    fact = decided(words(*dict(ranked).items(), urgent=urgent), *history)
    assert fact is not None
    assert fact.token in ({"triaged"} if back else {"routed", "triaged"})
