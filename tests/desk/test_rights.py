"""Who may do what: every command, every role, every step of a case's life, own and other agency."""

import pytest

from libs.contracts.errors import Refused
from services.desk.domain import inputs
from services.desk.domain.command import Command
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.rights import RIGHTS, allowed, holds, may_see
from services.desk.domain.rights_table import COMMANDS
from services.desk.domain.state import AT_DESK, FINAL, STATUSES, TO_PUBLISH, WITH_AGENCY
from tests.support.builders import MONDAY_MORNING, a_case, opened, routed, slip
from tests.support.desks import (
    ADMINISTRATOR,
    ARBITER,
    AUDITOR,
    COLLEAGUE,
    COMMUNE,
    HEAD,
    OFFICER,
    OPERATOR,
    POLICE,
    STRANGER,
    after,
    an_older_case,
    case_in,
    life,
    sent_back_and_again,
    tell,
    told,
)

EVERYBODY = (OPERATOR, OFFICER, COLLEAGUE, HEAD, STRANGER, COMMUNE, ARBITER, POLICE, ADMINISTRATOR, AUDITOR)

AT_DESK_COMMANDS = {"answer-at-desk", "reject", "direct", "refer"}
OFFICERS_COMMANDS = {
    "return", "answer-by-phone", "promise-progress", "ask-information", "answer", "delegate", "contact",
    "suspect-false",
}  # fmt: skip
ALIVE = set(STATUSES) - FINAL

EXPECTED: dict[tuple[str, str], set[str]] = {}
"""(role as in the name of the account, status) → what may be done; whatever is not listed may not."""
for _status in STATUSES:
    if _status in ALIVE:
        EXPECTED["operator", _status] = {"amend", "suspect-false"}
    if _status in ALIVE - TO_PUBLISH:
        EXPECTED["operator", _status] |= {"set-urgency"}
    if _status in AT_DESK | WITH_AGENCY:
        EXPECTED["operator", _status] |= {"transfer-call", "join"}
    if _status in AT_DESK:
        EXPECTED["operator", _status] |= AT_DESK_COMMANDS
    if _status in WITH_AGENCY:
        EXPECTED["lead", _status] = OFFICERS_COMMANDS | ({"receive"} if _status == "routed" else set())
    if _status in {"routed", "received"}:
        EXPECTED["lead", _status] |= {"verify"}
EXPECTED["operator", "answered_at_desk"] |= {"publish", "withhold"}
for _name in ("answered", "answered_by_phone"):
    EXPECTED["lead", _name] = {"publish", "withhold", "suspect-false"}
EXPECTED["arbiter", "arbiter"] = {"determine"}
for _name in (*TO_PUBLISH, "published", "withheld", "rejected"):
    EXPECTED.setdefault(("operator", _name), set()).add("reopen")
    EXPECTED["arbiter", _name] = {"reopen"}
EXPECTED["operator", "arbiter"] |= {"answer-at-desk", "reject", "join"}
for _name in (*AT_DESK, *WITH_AGENCY, "arbiter"):
    EXPECTED.setdefault(("arbiter", _name), set()).add("instruct")
for _name in (*WITH_AGENCY, "answered", "answered_by_phone"):
    EXPECTED["arbiter", _name] |= {"remind"}

INPUT: dict[str, dict[str, object]] = {
    "amend": {"name": "Người Mới"},
    "set-urgency": {"urgent": True},
    "answer-at-desk": {"answer": "Theo quy định"},
    "reject": {"reason": "out-of-scope"},
    "direct": {"lead": "SYT"},
    "transfer-call": {"agency": "SYT", "result": "connected"},
    "determine": {"agency": "SCT"},
    "return": {"ground": "wrong-field", "proposed_agency": "SCT"},
    "delegate": {"to": "X14758"},
    "contact": {"way": "phone", "result": "reached"},
    "contribute": {"text": "Phần của Sở"},
    "report": {"report": "Đã làm"},
    "confirm": {"note": "Đã kiểm tra"},
    "recall": {"reason": "Làm thay"},
    "join": {"to": "123456790", "take_back": True},
    "suspect-false": {"ground": "Không có địa chỉ này"},
    "conclude": {"result": "true"},
    "answer-by-phone": {"summary": "Đã nói"},
    "promise-progress": {"progress": "Đang làm", "promised_at": MONDAY_MORNING.replace(day=9)},
    "ask-information": {"question": "Số nhà?"},
    "answer": {"answer": "Đã xử lý"},
    "publish": {"question": "Hỏi", "answer": "Đáp"},
    "withhold": {"ground": "secrecy-asked"},
    "pause-clock": {"clock": "part-1-1", "reason": "waiting", "until": MONDAY_MORNING.replace(day=9)},
    "resume-clock": {"clock": "part-1-1"},
    "reopen": {"reason": "Đèn lại tắt"},
    "succeed": {"agency": "SYT", "to": "SCT"},
    "instruct": {"agency": "SYT", "text": "Chuyển ngay, có người bị nạn"},
    "review": {"agreed": True},
}

PARTS = [
    ("operator", OPERATOR),
    ("lead", OFFICER),
    ("lead", COLLEAGUE),
    ("lead", HEAD),
    ("stranger", STRANGER),
    ("stranger", COMMUNE),
    ("stranger", POLICE),
    ("arbiter", ARBITER),
    ("administrator", ADMINISTRATOR),
    ("auditor", AUDITOR),
]


def command(token: str) -> Command:
    return tell(COMMANDS[token], **INPUT.get(token, {}))


def test_every_command_has_a_right_and_a_decision() -> None:
    from services.desk.domain.decisions import DECISIONS

    assert set(COMMANDS.values()) == set(RIGHTS) == set(DECISIONS)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("part", "account"), PARTS)
def test_each_role_may_do_exactly_its_part_in_each_step(part: str, account: Account, status: str) -> None:
    assert allowed(case_in(status), account, "STTTT") == EXPECTED.get((part, status), set())


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("part", "account"), PARTS)
@pytest.mark.parametrize("token", COMMANDS)
def test_what_is_not_offered_is_refused_and_what_is_offered_is_done(
    part: str, account: Account, status: str, token: str
) -> None:
    state = case_in(status)
    if token in EXPECTED.get((part, status), set()):
        fact = told(state, account, command(token), other=an_older_case())
        assert fact.by.person == account.id
        assert fact.by.role == account.role
        assert (fact.case_id, fact.pack_version) == (state.case_id, "test")
    else:
        with pytest.raises(Refused) as refusal:
            told(state, account, command(token), other=an_older_case())
        assert refusal.value.vi and refusal.value.en


@pytest.mark.parametrize("token", COMMANDS)
def test_an_account_that_has_ended_may_do_nothing(token: str) -> None:
    for account in EVERYBODY:
        ended = account.model_copy(update={"active": False})
        for status in STATUSES:
            assert token not in allowed(case_in(status), ended, "STTTT")
            with pytest.raises(Refused):
                told(case_in(status), ended, command(token))


def test_only_a_held_call_can_be_released() -> None:
    ref = a_case()
    held = after(life(ref)["triage"][0].model_copy(update={"held": True}), life(ref)["triage"][1])
    assert "release" in allowed(held, OPERATOR, "STTTT")
    assert told(held, OPERATOR, tell(inputs.Release)).token == "released"
    with pytest.raises(Refused, match="no longer possible"):
        told(case_in("triage"), OPERATOR, tell(inputs.Release))


def test_an_arbiter_of_another_agency_than_the_packs_determines_nothing() -> None:
    other = ARBITER.model_copy(update={"agency": "SYT"})
    assert not allowed(case_in("arbiter"), other, "STTTT")
    with pytest.raises(NotAllowed):
        told(case_in("arbiter"), other, command("determine"))


def test_an_officer_without_an_agency_is_nobodys_lead() -> None:
    nobody = OFFICER.model_copy(update={"agency": ""})
    assert not any(allowed(case_in(status), nobody, "STTTT") for status in STATUSES)


def test_an_officer_whose_slip_went_elsewhere_is_told_so_and_not_called_an_intruder() -> None:
    state = after(*sent_back_and_again(a_case()))
    with pytest.raises(Refused) as refusal:
        told(state, OFFICER, command("answer"))
    assert refusal.value.stale
    with pytest.raises(NotAllowed):
        told(case_in("routed"), STRANGER, command("answer"))
    assert told(state, STRANGER, command("answer")).token == "answered"


def test_a_co_lead_sees_case_and_citizen_but_gives_a_part_and_not_the_answer() -> None:
    ref = a_case()
    state = after(opened(ref), routed(ref, slip=slip(co_leads=("SCT",), coordinating=("H380",))))
    assert may_see(state, STRANGER) and holds(state, STRANGER)
    assert allowed(state, STRANGER, "STTTT") == {"contribute"}
    with pytest.raises(NotAllowed):
        told(state, STRANGER, command("answer"))
    coordinator = STRANGER.model_copy(update={"agency": "H380"})
    assert may_see(state, coordinator) and not holds(state, coordinator)
    assert allowed(state, coordinator, "STTTT") == {"contribute"}


@pytest.mark.parametrize("status", STATUSES)
def test_an_officer_sees_a_case_only_when_their_agency_stood_on_one_of_its_slips(status: str) -> None:
    state = case_in(status)
    assert may_see(state, OFFICER) == bool(state.slips)
    assert not may_see(state, STRANGER)
    assert may_see(state, OPERATOR) and may_see(state, ARBITER) and may_see(state, ADMINISTRATOR)


def test_after_the_return_the_agency_still_sees_the_case_but_holds_it_no_longer() -> None:
    state = after(*sent_back_and_again(a_case()))
    assert may_see(state, OFFICER) and not holds(state, OFFICER)
    assert holds(state, STRANGER) and holds(state, OPERATOR)
    assert not holds(state, ARBITER) and not holds(state, ADMINISTRATOR)


def test_a_late_refusal_names_the_step_and_who_brought_the_case_there() -> None:
    with pytest.raises(Refused) as refusal:
        told(case_in("answered"), COLLEAGUE, command("answer"))
    assert refusal.value.stale
    assert "đã trả lời" in refusal.value.vi and OFFICER.name in refusal.value.vi


@pytest.mark.parametrize(
    "token", sorted(OFFICERS_COMMANDS - {"contact", "suspect-false"} | {"receive", "verify"})
)
def test_a_form_made_for_an_earlier_slip_to_the_same_agency_is_stale(token: str) -> None:
    ref = a_case()
    first, sent, back, _ = sent_back_and_again(ref)
    again = sent.model_copy(update={"slip": sent.slip.model_copy(update={"number": 2})})  # type: ignore[attr-defined]
    state = after(first, sent, back, again)
    old = command(token).model_copy(update={"seen": 2})
    with pytest.raises(Refused) as refusal:
        told(state, OFFICER, old)
    assert refusal.value.stale
    fresh = old.model_copy(update={"seen": state.facts})
    assert told(state, OFFICER, fresh).by.person == OFFICER.id


def test_a_form_that_saw_the_slip_stays_good_when_the_citizen_adds_something() -> None:
    from libs.contracts.events import CaseAdded
    from tests.support.builders import make

    ref = a_case()
    state = after(*life(ref)["routed"])
    seen = state.facts
    more = after(make(CaseAdded, ref, channel="portal", text="Bổ sung"), start=state)
    assert told(more, OFFICER, tell(inputs.Answer, answer="Đã xử lý", seen=seen)).token == "answered"
