"""Standard texts: what may stand in one, and what is put in."""

from uuid import uuid4

import pytest

from libs.contracts.errors import Refused
from services.desk.domain.inputs import Answer, Receive
from services.desk.domain.rights_table import COMMANDS
from services.desk.domain.standard import (
    ACTIONS,
    GAP,
    StandardErrors,
    check,
    only_passed_on,
    put_in,
    require_filled,
)

DONE = {
    "action": "answer",
    "field": "",
    "title": "Đã kiểm tra tại chỗ",
    "text": "{cơ quan} đã kiểm tra ngày {ngày} về {mã hồ sơ}. Kết quả: ___.",
}


def wrong(agency: str = "SYT", **cells: str) -> list[tuple[str, str]]:
    """(input, words) of what is wrong with this text."""
    try:
        check({**DONE, **cells}, agency, frozenset({"F04"}), frozenset({"1022"}))
    except StandardErrors as errors:
        return [(one.field, one.vi) for one in errors.problems]
    return []


def test_a_text_with_known_variables_and_gaps_may_stand() -> None:
    assert wrong() == []


def test_an_unknown_variable_is_named_with_those_that_there_are() -> None:
    ((name, words),) = wrong(text="Kính gửi {họ tên}, việc đã xong ngày {ngày}.")
    assert name == "text" and "{họ tên}" in words and "{mã hồ sơ}, {lĩnh vực}" in words


@pytest.mark.parametrize("text", ["Đã xong ngày {ngày.", "Đã xong ngày ngày}.", "Đã xong {{ngày}."])
def test_braces_that_do_not_match_are_refused(text: str) -> None:
    assert "ngoặc" in wrong(text=text)[0][1]


def test_personal_data_may_not_stand_in_a_text_but_the_hotline_may() -> None:
    assert "0912 345 678" in wrong(text="Đã xử lý, gọi 0912 345 678.")[0][1]
    assert wrong(text="Đã xử lý, hỏi thêm gọi 1022.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Đã chuyển.",
        "Phản ánh {mã hồ sơ} đã được chuyển đến cơ quan có thẩm quyền xử lý. Trân trọng cảm ơn!",
        "Kính gửi Ông/Bà, {cơ quan} đã tiếp nhận và chuyển đơn vị chức năng giải quyết.",
        "ĐÃ GHI NHẬN, SẼ CHUYỂN ĐẾN PHÒNG CHUYÊN MÔN",
    ],
)
def test_an_answer_that_only_says_it_was_passed_on_is_none(text: str) -> None:
    assert only_passed_on(text)
    assert "đã chuyển" in wrong(text=text)[0][1]
    assert wrong(action="return", text=text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Đã dọn xong rác ở chợ và chuyển đi ngày ___.",
        "Đã chuyển đến Sở Y tế. Trong lúc chờ, Ông/Bà giữ lại biên nhận.",
        "Kết quả: ___.",
    ],
)
def test_an_answer_that_says_what_was_done_may_stand(text: str) -> None:
    assert not only_passed_on(text)


def test_operators_actions_have_texts_of_the_province_only() -> None:
    assert wrong(action="reject")[0][0] == "action"
    assert wrong(agency="", action="reject") == []


def test_variables_are_filled_and_what_is_not_known_stays_a_gap() -> None:
    values = {"cơ quan": "Sở Y tế", "hạn": ""}
    assert put_in("{cơ quan} trả lời trước {hạn}, {ngày}", values) == f"Sở Y tế trả lời trước {GAP}, {GAP}"


def test_a_value_is_put_in_as_it_is() -> None:
    assert put_in("{địa bàn}", {"địa bàn": "{ngày}"}) == "{ngày}"


def test_an_open_gap_is_refused_before_it_reaches_a_citizen() -> None:
    require_filled(Answer(command_id=uuid4(), answer="Kết quả: tốt."))
    require_filled(Receive(command_id=uuid4()))
    with pytest.raises(Refused, match="___") as refusal:
        require_filled(Answer(command_id=uuid4(), answer="Kết quả: ____."))
    assert refusal.value.field == "answer"


def test_each_action_with_standard_texts_is_a_command_that_has_their_input() -> None:
    for action, (name, _) in ACTIONS.items():
        assert name in COMMANDS[action].model_fields, action
