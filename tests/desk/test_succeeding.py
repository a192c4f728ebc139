"""An agency that ends while it holds a slip: who goes on, who may act, what stays as it was."""

from datetime import date

import pytest

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseSucceeded
from libs.contracts.facts import Actor
from libs.packs.takeover import MERGED, Takeover
from services.desk.domain import inputs
from services.desk.domain.errors import AgencyEnded, NotAllowed
from services.desk.domain.obstacles import nobody_contacted
from services.desk.domain.rights import may_see
from services.desk.domain.state import CaseState
from services.desk.succession import Ended, ended
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.desks import ARBITER, OFFICER, OPERATOR, STRANGER, after, by, case_in, tell, told
from tests.support.provinces import changed_agency

REF = a_case()
BEFORE = (opened(REF, field="F04"), routed(REF, slip=slip(co_leads=("MTTQ",), coordinating=("SGTVT", "SCT"))))
MERGER = changed_agency("SYT", valid_to=date(2026, 3, 3), merged_into="SCT")
EVE, DAY = date(2026, 3, 3), date(2026, 3, 4)


def succeeded(agency: str = "SYT", to: str = "SCT", number: int = 1) -> CaseSucceeded:
    return make(CaseSucceeded, REF, slip=number, agency=agency, to=to, rule=MERGED)


def test_the_new_agency_holds_the_slip_and_the_old_one_is_late() -> None:
    state = after(*BEFORE, succeeded())
    assert (state.lead, state.status) == ("SCT", "routed")
    assert told(state, STRANGER, tell(inputs.Receive)).token == "received"
    with pytest.raises(Refused) as late:
        told(state, OFFICER, tell(inputs.Answer, answer="Đã xử lý"))
    assert late.value.stale and not isinstance(late.value, NotAllowed)
    assert may_see(state, OFFICER) and may_see(state, STRANGER)


def test_history_keeps_the_slip_as_it_was_issued_and_nothing_else_changes() -> None:
    before, state = after(*BEFORE), after(*BEFORE, succeeded())
    assert state.slips[0].issued == before.slips[0].slip
    assert (state.since, state.changed_by, state.slip_at) == (before.since, before.changed_by, before.slip_at)
    assert state.slips[0].at == before.slips[0].at


def test_whoever_stood_beside_and_becomes_the_lead_owes_itself_no_part() -> None:
    state = after(*BEFORE, succeeded())
    assert state.current is not None
    assert state.current.beside == ("MTTQ", "SGTVT")


def test_a_part_that_was_given_stays_given_when_its_agency_is_succeeded() -> None:
    given = make(events.CaseContributed, REF, agency="SGTVT", text="Phần của Sở")
    state = after(*BEFORE, given, succeeded("SGTVT", "SXD"))
    assert state.current is not None and "SXD" in state.current.beside
    assert state.missing == ("MTTQ", "SCT")


def test_the_successor_of_a_commune_goes_on_with_its_work() -> None:
    delegated = make(events.CaseDelegated, REF, to="XA_1", by=by(OFFICER))
    spoke = make(
        events.CaseContacted,
        REF,
        way="visit",
        result="reached",
        contacted_at=MONDAY_MORNING,
        by=Actor(service="desk", agency="XA_1"),
    )
    state = after(*BEFORE, delegated, spoke, succeeded("XA_1", "XA_2"))
    assert state.commune == "XA_2"
    assert nobody_contacted(state) is None, "what the old one did with the citizen stays done"


def test_a_succession_of_an_earlier_slip_changes_nothing() -> None:
    back = make(events.CaseReturned, REF, ground="wrong-field", by=by(OFFICER))
    again = make(events.CaseDirected, REF, slip=slip(2, "SYT"), by=by(OPERATOR))
    state = after(*BEFORE, back, again, succeeded(number=1))
    assert state.lead == "SYT"


def test_what_the_pack_says_of_each_agency_on_the_slip() -> None:
    state = after(*BEFORE)
    assert list(ended(state, MERGER, EVE)) == []
    assert list(ended(state, MERGER, DAY)) == [Ended("SYT", Takeover("SCT", MERGED))]
    gone = changed_agency("SYT", valid_to=EVE)
    assert list(ended(state, gone, DAY)) == [Ended("SYT", None)]


def test_an_answered_case_moves_with_its_lead_only() -> None:
    answered = make(events.CaseAnswered, REF, answer="Đã xử lý", by=by(OFFICER))
    gone = changed_agency("MTTQ", valid_to=EVE)
    assert [one.agency for one in ended(after(*BEFORE, answered), MERGER, DAY)] == ["SYT"]
    assert list(ended(after(*BEFORE, answered), gone, DAY)) == []


@pytest.mark.parametrize(
    "status", ["triage", "arbiter", "rejected", "published", "withheld", "answered_at_desk"]
)
def test_a_case_that_no_agency_owes_anything_in_moves_nowhere(status: str) -> None:
    assert list(ended(case_in(status), MERGER, DAY)) == []


def ended_lead() -> CaseState:
    """The lead is an agency that the rules of the day do not know any more."""
    return after(opened(REF), routed(REF, slip=slip(1, "CU")))


def test_a_person_names_the_successor_where_the_pack_does_not() -> None:
    for person in (OPERATOR, ARBITER):
        fact = told(ended_lead(), person, tell(inputs.Succeed, agency="CU", to="SCT"))
        assert isinstance(fact, CaseSucceeded)
        assert (fact.slip, fact.agency, fact.to, fact.rule) == (1, "CU", "SCT", "chosen")


@pytest.mark.parametrize(
    ("state", "agency", "to", "field"),
    [
        (ended_lead(), "CU", "KHONG-CO", "to"),
        (ended_lead(), "KHAC", "SCT", "agency"),
        (after(*BEFORE), "SYT", "SCT", "agency"),
    ],
)
def test_nobody_takes_a_slip_from_an_agency_that_stands(
    state: CaseState, agency: str, to: str, field: str
) -> None:
    with pytest.raises(Refused) as no:
        told(state, OPERATOR, tell(inputs.Succeed, agency=agency, to=to))
    assert no.value.field == field


def test_an_agency_that_ended_acts_no_more_even_while_nobody_goes_on() -> None:
    old = OFFICER.model_copy(update={"agency": "CU"})
    with pytest.raises(AgencyEnded) as no:
        told(ended_lead(), old, tell(inputs.Receive))
    assert "hết hiệu lực" in no.value.vi


def test_an_officer_names_no_successor() -> None:
    with pytest.raises(NotAllowed):
        told(ended_lead(), STRANGER, tell(inputs.Succeed, agency="CU", to="SCT"))
