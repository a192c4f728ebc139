"""The work of a commune under its lead (Đồng Nai 5): given, contacted, reported, confirmed, taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from libs.contracts.subjects import CaseRef
from services.desk.domain import handover_inputs as hands
from services.desk.domain import inputs
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.rights import allowed, holds, may_see
from services.desk.domain.state import CaseState
from tests.support.builders import MONDAY_MORNING, a_case, make
from tests.support.desks import (
    COMMUNE,
    OFFICER,
    OPERATOR,
    STRANGER,
    after,
    by,
    step,
    tell,
    told,
    with_slip,
)

HOUR = timedelta(hours=1)
COORDINATOR = STRANGER.model_copy(update={"id": "f9", "agency": "H380"})
RETURN = {"ground": "wrong-field", "proposed_agency": "SCT"}


REACHED = {"way": "phone", "result": "reached"}


def delegated(ref: CaseRef | None = None) -> CaseState:
    return step(with_slip(ref), OFFICER, hands.Delegate, to="X14758", note="Kiểm tra tại chỗ")


def contacted() -> CaseState:
    return step(delegated(), COMMUNE, hands.Contact, **REACHED)


def reported() -> CaseState:
    return step(contacted(), COMMUNE, hands.Report, report="Đã thu gom rác")


SITUATIONS: dict[str, Callable[[], CaseState]] = {
    "with the lead": with_slip,
    "delegated": delegated,
    "contacted": contacted,
    "reported": reported,
    "confirmed": lambda: step(reported(), OFFICER, hands.Confirm, note="Đã đến xem"),
    "recalled": lambda: step(delegated(), OFFICER, hands.Recall, reason="Làm thay"),
}
AT_COMMUNE = {"delegated", "contacted", "reported"}
THE_WORK = {"delegate", "contact", "report", "confirm", "recall", "answer", "answer-by-phone"}

MAY: dict[tuple[str, str], set[str]] = {
    ("lead", "with the lead"): {"delegate", "contact", "answer", "answer-by-phone"},
    ("lead", "delegated"): {"contact", "recall"},
    ("lead", "contacted"): {"contact", "recall"},
    ("lead", "reported"): {"contact", "recall", "confirm"},
    ("lead", "confirmed"): {"delegate", "contact", "answer", "answer-by-phone"},
    ("lead", "recalled"): {"delegate", "contact", "answer", "answer-by-phone"},
    ("commune", "delegated"): {"contact"},
    ("commune", "contacted"): {"contact", "report"},
    ("commune", "reported"): {"contact"},
}
WORDS = {
    "delegate": {"to": "X14758"},
    "contact": REACHED,
    "report": {"report": "Đã làm"},
    "confirm": {"note": "Đã xem"},
    "recall": {"reason": "Làm thay"},
    "answer": {"answer": "Đã xử lý"},
    "answer-by-phone": {"summary": "Đã nói"},
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize(
    ("part", "account"),
    [("lead", OFFICER), ("commune", COMMUNE), ("nobody", COORDINATOR), ("operator", OPERATOR)],
)
def test_each_part_of_the_work_of_a_commune_belongs_to_one_person(
    part: str, account: Account, situation: str
) -> None:
    from services.desk.domain.rights_table import COMMANDS

    state, may = SITUATIONS[situation](), MAY.get((part, situation), set())
    assert allowed(state, account, "STTTT") & THE_WORK == may
    for token in THE_WORK:
        command = tell(COMMANDS[token], **WORDS[token])
        if token in may:
            assert told(state, account, command).by.person == account.id
        else:
            with pytest.raises(Refused):
                told(state, account, command)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_commune_sees_the_citizen_only_while_the_work_is_with_it(situation: str) -> None:
    state = SITUATIONS[situation]()
    assert holds(state, COMMUNE) == (situation in AT_COMMUNE)
    assert may_see(state, COMMUNE) == (situation in AT_COMMUNE | {"confirmed"})
    assert holds(state, OFFICER), "the lead stays accountable"


def test_only_communes_below_the_lead_are_given_work() -> None:
    for to in ("SCT", "XX"):
        with pytest.raises(Refused) as refusal:
            told(with_slip(), OFFICER, tell(hands.Delegate, to=to))
        assert refusal.value.field == "to"


def test_a_report_without_a_contact_since_the_delegation_is_refused_with_its_reason() -> None:
    spoke = step(with_slip(), OFFICER, hands.Contact, **REACHED)
    state = step(spoke, OFFICER, hands.Delegate, to="X14758")
    with pytest.raises(Refused) as refusal:
        told(state, COMMUNE, tell(hands.Report, report="Đã làm"))
    assert "Đồng Nai 5" in refusal.value.vi


def test_the_lead_speaking_to_the_citizen_does_not_stand_for_the_commune() -> None:
    state = step(delegated(), OFFICER, hands.Contact, **REACHED)
    assert "report" not in allowed(state, COMMUNE, "STTTT")
    with pytest.raises(Refused):
        told(state, COMMUNE, tell(hands.Report, report="Đã làm"))


def test_a_contact_lies_between_the_request_and_now() -> None:
    for at in (MONDAY_MORNING + HOUR, MONDAY_MORNING - timedelta(days=400)):
        with pytest.raises(Refused) as refusal:
            told(delegated(), COMMUNE, tell(hands.Contact, **REACHED, contacted_at=at))
        assert refusal.value.field == "contacted_at"
    fact = told(delegated(), COMMUNE, tell(hands.Contact, **REACHED, contacted_at=""))
    assert isinstance(fact, events.CaseContacted) and fact.contacted_at == MONDAY_MORNING


def test_after_a_recall_the_commune_is_late_and_the_lead_may_give_the_work_again() -> None:
    state = SITUATIONS["recalled"]()
    assert state.delegation and state.delegation.stage == "recalled"
    with pytest.raises(Refused) as refusal:
        told(state, COMMUNE, tell(hands.Report, report="Đã làm"))
    assert refusal.value.stale and not isinstance(refusal.value, NotAllowed)
    again = step(state, OFFICER, hands.Delegate, to="X14758")
    assert again.commune == "X14758" and again.delegation and not again.delegation.contacts


def test_the_lead_confirms_no_report_that_it_has_not_read() -> None:
    state = reported()
    read = tell(hands.Confirm, note="Đã xem", seen=state.facts)
    assert told(state, OFFICER, read).token == "confirmed"
    state = step(state, OFFICER, hands.Recall, reason="Chưa sạch")
    state = step(state, OFFICER, hands.Delegate, to="X14758")
    state = step(state, COMMUNE, hands.Contact, **REACHED)
    state = step(state, COMMUNE, hands.Report, report="Đã dọn lại")
    with pytest.raises(Refused) as refusal:
        told(state, OFFICER, read)
    assert refusal.value.stale


def test_the_words_of_a_stage_follow_the_work() -> None:
    stages = [SITUATIONS[name]().delegation for name in ("delegated", "reported", "confirmed", "recalled")]
    assert [one.stage for one in stages if one] == ["delegated", "reported", "confirmed", "recalled"]


def test_a_return_ends_the_work_of_the_commune() -> None:
    state = step(delegated(), OFFICER, inputs.Return, **RETURN)
    assert state.commune == "" and not holds(state, COMMUNE)


def test_facts_of_a_commune_that_nobody_delegated_to_change_nothing() -> None:
    ref = a_case()
    strays: tuple[CaseFact, ...] = (
        make(events.CaseReported, ref, report="?", by=by(COMMUNE)),
        make(events.CaseConfirmed, ref, by=by(OFFICER)),
        make(events.CaseRecalled, ref, reason="?", by=by(OFFICER)),
    )
    assert after(*strays, start=with_slip(ref)).delegation is None
