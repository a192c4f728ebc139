"""Cases of one matter: what is offered, what is joined, and that no circle can come about."""

from datetime import timedelta
from typing import Any

import pytest

from libs.contracts import events
from libs.contracts.errors import Refused
from services.desk.domain import handover_inputs as hands
from services.desk.domain import inputs
from services.desk.domain.command import Command
from services.desk.domain.decisions import Other
from services.desk.domain.duplicates import ALIKE, Asked, Candidate, likeness, matches, shingles
from services.desk.domain.people import Account
from services.desk.domain.rights import allowed
from tests.support.builders import MONDAY_MORNING, a_case, make, opened
from tests.support.desks import OFFICER, OPERATOR, after, an_older_case, case_in, tell, told

DAY = timedelta(days=1)
LAMP = "Đèn đường ngõ 12 phố Lê Lợi bị hỏng ba hôm nay, tối không đi được"


def like(one: str, other: str) -> float:
    return likeness(shingles(one), shingles(other))


@pytest.mark.parametrize(
    "other",
    [
        "den duong ngo 12 pho le loi hong ba hom nay roi",
        "ĐÈN ĐƯỜNG Ở NGÕ 12 PHỐ LÊ LỢI BỊ HỎNG",
        "Tôi ở ngõ 12 phố Lê Lợi. Đèn đường bị hỏng ba hôm nay, đề nghị sửa",
    ],
)
def test_the_same_matter_in_other_words_marks_or_capitals_is_alike(other: str) -> None:
    assert like(LAMP, other) >= ALIKE
    assert like(LAMP, other) == like(other, LAMP)


@pytest.mark.parametrize(
    "other",
    [
        "Rác thải chất đống ở chợ Vườn Hoa nhiều ngày không ai thu gom",
        "Xin hỏi thủ tục đăng ký tạm trú cho người thuê nhà",
        "Đường Lê Lợi ngập nước sau mưa, cống bị tắc",
    ],
)
def test_another_matter_is_not_alike(other: str) -> None:
    assert like(LAMP, other) < ALIKE


def test_a_few_words_say_too_little_to_be_alike() -> None:
    assert like("đèn đường hỏng", "đèn đường hỏng") == 0
    assert like("", LAMP) == 0


def test_words_alone_do_not_match_but_with_place_and_field_they_do() -> None:
    asked = Asked(LAMP, phone="+84912345678", place="380", field="F08")
    there = Candidate("1" * 32, LAMP, place="380", field="F08")
    assert matches(asked, [there])[0].same == ("place", "field", "words")
    assert not matches(asked, [Candidate("2" * 32, LAMP, place="381", field="F08")])
    assert not matches(asked, [Candidate("3" * 32, LAMP, place="380", field="F04")])
    assert not matches(
        asked, [Candidate("4" * 32, "Rác thải ở chợ không ai thu gom", place="380", field="F08")]
    )
    unknown = Asked(LAMP)
    assert not matches(unknown, [Candidate("5" * 32, LAMP)]), "nothing known is nothing in common"


def test_the_same_telephone_is_offered_whatever_was_said_and_the_likelier_stands_first() -> None:
    asked = Asked(LAMP, phone="+84912345678", place="380", field="F08")
    mine = frozenset({("phone", "+84912345678")})
    other_matter = Candidate("1" * 32, "Xin hỏi thủ tục hộ tịch", senders=mine)
    both = Candidate("2" * 32, LAMP, place="380", field="F08", senders=mine)
    found = matches(asked, [other_matter, both])
    assert [one.case_id for one in found] == [both.case_id, other_matter.case_id]
    assert found[1].same == ("phone",)


def test_a_join_names_the_older_case_and_both_keep_their_numbers() -> None:
    older = an_older_case()
    state = case_in("triage")
    fact = told(state, OPERATOR, tell(hands.Join, to=older.state.case_id), other=older)
    assert isinstance(fact, events.CaseJoined)
    assert (fact.to, fact.year, fact.code) == (older.state.case_id, 2026, "123456790")
    joined = after(fact, start=state)
    assert joined.status == "joined" and joined.code == state.code
    assert joined.joined and joined.joined.case == older.state.case_id
    assert not allowed(joined, OPERATOR, "STTTT")


def test_a_younger_case_is_never_followed_so_that_no_circle_can_come_about() -> None:
    state = case_in("triage")
    for later in (timedelta(0), timedelta(hours=1)):
        ref = a_case()
        ref = type(ref)(ref.year, "f" * 32)
        younger = Other(after(opened(ref, at=MONDAY_MORNING + later)), 2026)
        with pytest.raises(Refused) as refusal:
            told(state, OPERATOR, tell(hands.Join, to=ref.case_id), other=younger)
        assert refusal.value.field == "to"


@pytest.mark.parametrize("what", ["nothing", "itself", "rejected", "joined"])
def test_what_cannot_be_followed_is_refused_by_name(what: str) -> None:
    state, older = case_in("triage"), an_older_case()
    ref = a_case()
    rejected = after(make(events.CaseRejected, ref, reason="out-of-scope"), start=older.state)
    joined = after(make(events.CaseJoined, ref, to="a" * 32, year=2026, code="1"), start=older.state)
    others = {
        "nothing": None,
        "itself": Other(state, 2026),
        "rejected": Other(rejected, 2026),
        "joined": Other(joined, 2026),
    }
    with pytest.raises(Refused) as refusal:
        told(state, OPERATOR, tell(hands.Join, to="123456790"), other=others[what])
    assert refusal.value.field == "to"


def test_a_case_with_an_open_slip_is_joined_only_when_the_slip_is_taken_back() -> None:
    state, older = case_in("received"), an_older_case()
    with pytest.raises(Refused) as refusal:
        told(state, OPERATOR, tell(hands.Join, to="123456790"), other=older)
    assert refusal.value.field == "take_back" and "SYT" in refusal.value.vi
    fact = told(state, OPERATOR, tell(hands.Join, to="123456790", take_back=True), other=older)
    back = after(fact, start=state)
    assert back.lead == "" and not allowed(back, OFFICER, "STTTT")
    with pytest.raises(Refused):
        told(case_in("answered"), OPERATOR, tell(hands.Join, to="1", take_back=True), other=older)


def test_a_follower_told_twice_follows_once() -> None:
    ref = a_case()
    again = [make(events.CaseFollowerAdded, ref, case="b" * 32, year=2026, code="222222222") for _ in "ab"]
    state = after(*again, start=case_in("routed"))
    assert [one.case for one in state.followers] == ["b" * 32] and state.status == "routed"


@pytest.mark.parametrize(
    ("status", "account", "command", "field"),
    [
        ("routed", OFFICER, inputs.Answer, "answer"),
        ("routed", OFFICER, inputs.AnswerByPhone, "summary"),
        ("routed", OFFICER, inputs.AskInformation, "question"),
        ("routed", OFFICER, inputs.PromiseProgress, "progress"),
        ("triage", OPERATOR, inputs.AnswerAtDesk, "answer"),
        ("triage", OPERATOR, inputs.Reject, "text"),
    ],
)
def test_words_that_others_read_too_name_nobody(
    status: str, account: Account, command: type[Command], field: str
) -> None:
    more: dict[str, Any] = {"promised_at": MONDAY_MORNING + DAY} if field == "progress" else {}
    more |= {"reason": "out-of-scope"} if field == "text" else {}
    state = case_in(status)
    named = tell(command, **{field: "Mời ông Nguyễn Văn Mẫu gọi 0912 345 678"}, **more)
    assert getattr(told(state, account, named), field), "nobody else reads it"
    ref = a_case()
    followed = make(events.CaseFollowerAdded, ref, case="e" * 32, year=2026, code="123456782")
    state = after(followed, start=state)
    with pytest.raises(Refused) as refusal:
        told(state, account, named)
    assert refusal.value.field == field and "Nguyễn Văn Mẫu" in refusal.value.vi
    plain = "Đã sửa, hỏi thêm gọi 1022"
    assert getattr(told(state, account, tell(command, **{field: plain}, **more)), field) == plain


def test_what_a_follower_adds_later_does_not_wake_its_own_case() -> None:
    ref = a_case()
    state = after(make(events.CaseAdded, ref, channel="portal", text="Vẫn hỏng"), start=case_in("joined"))
    assert state.status == "joined" and state.additions[0].text == "Vẫn hỏng"
