"""A report that may be false: what is sealed, who reads it, and what waits for the result."""

import hashlib

import pytest

from libs.contracts import events
from libs.contracts.errors import Refused
from services.desk.domain import handover_inputs as hands
from services.desk.domain import inputs
from services.desk.domain.errors import NotAllowed
from services.desk.domain.masking import narrowed, sees_fact
from services.desk.domain.people import Account
from services.desk.domain.rights import allowed, may_see, reads_packet
from services.desk.domain.state import STATUSES, CaseState
from services.desk.domain.suspicions import evidence_of, seal_of
from tests.support.builders import CITIZEN, a_case, make, opened
from tests.support.desks import (
    ADMINISTRATOR,
    ARBITER,
    COMMUNE,
    OFFICER,
    OPERATOR,
    POLICE,
    STRANGER,
    after,
    case_in,
    tell,
    told,
)

FOREIGN = POLICE.model_copy(update={"id": "c2", "agency": "SYT"})
EVERYBODY_ELSE = [OPERATOR, OFFICER, STRANGER, COMMUNE, ARBITER, ADMINISTRATOR, FOREIGN]


def suspected(status: str = "answered", account: Account = OPERATOR) -> CaseState:
    """A case in this step when somebody suspected it; the facts that came later stand on it as well."""
    state = case_in("routed" if status == "answered" else status)
    state = after(told(state, account, tell(hands.SuspectFalse, ground="Không có địa chỉ này")), start=state)
    if status == "answered":
        state = after(told(state, OFFICER, tell(inputs.Answer, answer="Đã xử lý")), start=state)
    return state


def test_the_seal_is_sha_256_over_the_pieces_as_one_json_list() -> None:
    assert (
        seal_of(["words:Đèn", "number:1"])
        == hashlib.sha256(b'["words:\xc4\x90\xc3\xa8n","number:1"]').hexdigest()
    )
    assert seal_of(["a", "b"]) != seal_of(["a,b"]) != seal_of(["b", "a"])


def test_words_number_channel_time_and_recording_are_sealed_as_they_came() -> None:
    ref = a_case()
    state = after(opened(ref), make(events.CaseAdded, ref, channel="portal", text="Cháy to lắm"))
    fact = told(state, OPERATOR, tell(hands.SuspectFalse, ground="Bịa", recording="2026/03/02-0800-17.wav"))
    assert isinstance(fact, events.CaseSuspectedFalse)
    pieces = dict(one.partition(":")[::2] for one in fact.evidence)
    assert pieces["words"] == state.text and pieces["added"] == "Cháy to lắm"
    assert pieces["number"] == CITIZEN.phone and pieces["recording"] == "2026/03/02-0800-17.wav"
    assert {"channel", "received"} <= pieces.keys()
    assert fact.seal == seal_of(fact.evidence) and fact.police == "CAT"
    changed = state.model_copy(update={"text": state.text + "."})
    assert seal_of(evidence_of(changed)) != fact.seal


def test_the_state_that_people_read_holds_no_evidence() -> None:
    state = suspected()
    assert state.suspicion and "evidence" not in state.suspicion.model_dump()


def test_only_a_police_unit_verifies() -> None:
    with pytest.raises(Refused) as refusal:
        told(case_in("routed"), OPERATOR, tell(hands.SuspectFalse, ground="Bịa", police="SCT"))
    assert refusal.value.field == "police"


def test_a_suspicion_touches_neither_the_citizen_nor_the_answering() -> None:
    before = case_in("routed")
    state = suspected("routed")
    assert (state.status, state.person, state.lead) == (before.status, before.person, before.lead)
    assert "answer" in allowed(state, OFFICER, "STTTT")


@pytest.mark.parametrize("command", [inputs.Publish, inputs.Withhold])
def test_nothing_is_published_or_withheld_before_the_result(command: type[inputs.Publish]) -> None:
    words = (
        {"ground": "secrecy-asked"} if command.token() == "withhold" else {"question": "Hỏi", "answer": "Đáp"}
    )
    state = suspected()
    assert not {"publish", "withhold"} & allowed(state, OFFICER, "STTTT")
    with pytest.raises(Refused) as refusal:
        told(state, OFFICER, tell(command, **words))
    assert "xác minh" in refusal.value.vi
    done = after(told(state, POLICE, tell(hands.Conclude, result="mistaken")), start=state)
    assert told(done, OFFICER, tell(command, **words)).by.person == OFFICER.id


def test_a_new_cycle_waits_for_the_result_for_it_would_end_the_clock_of_the_police() -> None:
    state, again = suspected(), tell(inputs.Reopen, reason="Chưa xong")
    assert "reopen" not in allowed(state, OPERATOR, "STTTT")
    with pytest.raises(Refused):
        told(state, OPERATOR, again)
    done = after(told(state, POLICE, tell(hands.Conclude, result="true")), start=state)
    assert told(done, OPERATOR, again).token == "reopened"


def test_nobody_is_turned_away_on_a_suspicion_before_its_result() -> None:
    state, turned_away = suspected("triage"), tell(inputs.Reject, reason="out-of-scope")
    assert "reject" not in allowed(state, OPERATOR, "STTTT")
    with pytest.raises(Refused) as refusal:
        told(state, OPERATOR, turned_away)
    assert refusal.value.stale and "xác minh" in refusal.value.vi
    done = after(told(state, POLICE, tell(hands.Conclude, result="malicious")), start=state)
    assert told(done, OPERATOR, turned_away).token == "rejected"


@pytest.mark.parametrize("result", ["true", "mistaken", "malicious"])
def test_the_police_unit_that_was_asked_gives_one_of_three_results_once(result: str) -> None:
    state = suspected()
    assert allowed(state, POLICE, "STTTT") == {"conclude"}
    done = after(told(state, POLICE, tell(hands.Conclude, result=result)), start=state)
    assert done.suspicion and done.suspicion.result == result and not done.suspicion.open
    assert done.person == state.person
    assert not allowed(done, POLICE, "STTTT")
    with pytest.raises(Refused):
        told(done, POLICE, tell(hands.Conclude, result=result))
    with pytest.raises(Refused):
        told(done, OPERATOR, tell(hands.SuspectFalse, ground="Lần nữa"))


@pytest.mark.parametrize("account", EVERYBODY_ELSE, ids=lambda one: f"{one.role}-{one.agency}")
def test_nobody_else_gives_the_result_or_reads_the_packet(account: Account) -> None:
    state = suspected()
    assert "conclude" not in allowed(state, account, "STTTT")
    assert not reads_packet(state, account)
    with pytest.raises(Refused):
        told(state, account, tell(hands.Conclude, result="true"))


def test_the_unit_that_was_asked_reads_the_packet_even_after_its_result_and_not_after_its_account_ended() -> (
    None
):
    state = suspected()
    assert reads_packet(state, POLICE)
    assert not reads_packet(state, POLICE.model_copy(update={"active": False}))
    assert not reads_packet(state, POLICE.model_copy(update={"agency": ""}))
    assert reads_packet(after(told(state, POLICE, tell(hands.Conclude, result="true")), start=state), POLICE)


@pytest.mark.parametrize("status", STATUSES)
def test_a_police_unit_sees_only_cases_it_was_asked_about_and_gives_no_other_command(status: str) -> None:
    assert not may_see(case_in(status), POLICE) and not allowed(case_in(status), POLICE, "STTTT")
    with pytest.raises(NotAllowed):
        told(case_in(status), POLICE, tell(inputs.Answer, answer="a"))
    assert may_see(suspected(), POLICE) and not may_see(suspected(), FOREIGN)


def test_of_a_suspicion_those_who_do_not_work_on_the_case_learn_nothing() -> None:
    state = suspected()
    for account in (STRANGER, ARBITER, ADMINISTRATOR, FOREIGN):
        assert narrowed(state, account).suspicion is None
        assert not sees_fact("suspected-false", "", state, account)
    for account in (OPERATOR, OFFICER, POLICE):
        assert narrowed(state, account).suspicion
        assert sees_fact("suspected-false", "", state, account)


@pytest.mark.parametrize("account", [ARBITER, STRANGER, ADMINISTRATOR, POLICE], ids=lambda one: one.role)
def test_only_whoever_works_on_a_case_suspects(account: Account) -> None:
    with pytest.raises(Refused):
        told(case_in("routed"), account, tell(hands.SuspectFalse, ground="Bịa"))
