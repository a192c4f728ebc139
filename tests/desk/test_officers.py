"""What officers decide: answer, verify, promise, ask, return; and what the case remembers of it."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from libs.contracts import events
from libs.contracts.errors import Refused
from services.desk.domain import inputs
from services.desk.domain.rights_table import COMMANDS
from tests.support.builders import MONDAY_MORNING, a_case, make
from tests.support.desks import (
    EIGHT_HOURS,
    OFFICER,
    OPERATOR,
    after,
    by,
    case_in,
    life,
    sent_back_and_again,
    tell,
    told,
)

HOUR = timedelta(hours=1)


def test_verifying_tells_the_citizen_to_wait_until_the_eight_hours_of_the_slip_end() -> None:
    fact = told(case_in("received"), OFFICER, tell(inputs.Verify), now=MONDAY_MORNING + 3 * HOUR)
    assert isinstance(fact, events.CaseVerifying)
    assert fact.until == MONDAY_MORNING + EIGHT_HOURS, "from the slip, not from now"


def test_after_the_eight_hours_one_promises_instead_of_verifying() -> None:
    with pytest.raises(Refused) as refusal:
        told(case_in("routed"), OFFICER, tell(inputs.Verify), now=MONDAY_MORNING + EIGHT_HOURS)
    assert "hẹn" in refusal.value.vi


@pytest.mark.parametrize("offset", [-HOUR, timedelta(0), timedelta(days=367)])
def test_a_promise_lies_in_the_future_and_not_absurdly_far(offset: timedelta) -> None:
    promise = tell(inputs.PromiseProgress, progress="Đang làm", promised_at=MONDAY_MORNING + offset)
    with pytest.raises(Refused) as refusal:
        told(case_in("routed"), OFFICER, promise)
    assert refusal.value.field == "promised_at"


def test_promises_are_numbered_within_their_slip() -> None:
    ref = a_case()
    state = after(*life(ref)["promised"])
    promise = tell(inputs.PromiseProgress, progress="Tiếp tục", promised_at=MONDAY_MORNING + HOUR)
    second = told(state, OFFICER, promise)
    assert isinstance(second, events.CaseProgressPromised) and second.number == 2
    back = make(events.CaseReturned, ref, ground="wrong-field", by=by(OFFICER))
    sent = life(ref)["routed"][1]
    again = sent.model_copy(update={"slip": sent.slip.model_copy(update={"number": 2})})  # type: ignore[attr-defined]
    fresh = told(after(second, back, again, start=state), OFFICER, promise)
    assert isinstance(fresh, events.CaseProgressPromised) and fresh.number == 1


def test_the_question_to_the_citizen_stands_until_they_add_something() -> None:
    ref = a_case()
    state = after(*life(ref)["routed"])
    asked = after(told(state, OFFICER, tell(inputs.AskInformation, question="Số nhà?")), start=state)
    assert asked.asked == "Số nhà?" and asked.status == "routed"
    told_more = after(make(events.CaseAdded, ref, channel="portal", text="Số 5"), start=asked)
    assert told_more.asked == "" and told_more.additions[0].text == "Số 5"


def test_a_return_names_ground_and_perhaps_another_agency() -> None:
    state = case_in("received")
    fact = told(state, OFFICER, tell(inputs.Return, ground="wrong-field", proposed_agency="SCT"))
    back = after(fact, start=state)
    assert back.status == "triage" and back.current is None and back.lead == ""
    assert (back.returned[0].agency, back.returned[0].proposed_agency) == ("SYT", "SCT")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ground": "out-of-scope"}, "ground"),
        ({"ground": "wrong-field", "proposed_agency": "XX"}, "proposed_agency"),
        ({"ground": "wrong-field", "proposed_agency": "SYT"}, "proposed_agency"),
    ],
)
def test_a_return_with_a_strange_ground_or_ones_own_agency_is_refused(
    wrong: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        told(case_in("routed"), OFFICER, tell(inputs.Return, **wrong))
    assert refusal.value.field == field


def test_a_new_slip_forgets_the_wait_of_the_old_one_but_not_its_history() -> None:
    ref = a_case()
    first, sent, back, again = sent_back_and_again(ref)
    wait = make(events.CaseVerifying, ref, until=MONDAY_MORNING + EIGHT_HOURS, by=by(OFFICER))
    state = after(first, sent, wait, back, again)
    assert state.verifying_until is None
    assert [one.slip.number for one in state.slips] == [1, 2]
    assert state.lead == "SCT" and state.involved == {"SYT", "SCT"}
    assert len(state.returned) == 1


def test_the_answer_remembers_who_gave_it() -> None:
    state = case_in("answered")
    assert state.answer == "Đã xử lý"
    assert state.answered_by and state.answered_by.agency == "SYT"


def test_a_fact_of_a_newer_version_or_another_order_changes_no_step() -> None:
    ref = a_case()
    state = after(make(events.CaseReceived, ref, by=by(OFFICER)), start=case_in("new"))
    assert state.facts == 2, "folding never refuses"
    assert after(make(events.CaseReturned, ref, ground="x"), start=state).status == "triage"


TEXTS = {
    "answer": "answer",
    "answer-by-phone": "summary",
    "answer-at-desk": "answer",
    "ask-information": "question",
    "promise-progress": "progress",
}


@pytest.mark.parametrize(("token", "field"), TEXTS.items())
@pytest.mark.parametrize("text", ["", "   ", "nul\0", "x" * 10_001, "\ud800", 5, None, ["a"]])
def test_empty_overlong_or_broken_words_never_become_a_command(token: str, field: str, text: object) -> None:
    more = {"promised_at": MONDAY_MORNING + HOUR} if token == "promise-progress" else {}
    with pytest.raises(ValidationError) as wrong:
        tell(COMMANDS[token], **{field: text}, **more)
    assert wrong.value.errors()[0]["loc"][0] == field


def test_words_are_kept_in_one_encoding() -> None:
    assert tell(inputs.Answer, answer="Thanh Ho\u0301a").answer == "Thanh Hóa"


def test_a_promise_without_a_zone_and_a_misspelt_input_are_refused() -> None:
    with pytest.raises(ValidationError):
        tell(inputs.PromiseProgress, progress="a", promised_at="2026-03-09T10:00")
    with pytest.raises(ValidationError):
        tell(inputs.Answer, anwser="a", answer="b")


def test_answering_is_not_for_operators() -> None:
    with pytest.raises(Refused):
        told(case_in("routed"), OPERATOR, tell(inputs.Answer, answer="a"))
