"""What a letter says at first sight: which case, what is owed, by whom, how late and until when."""

from datetime import timedelta

import pytest

from services.notifier.texts import span
from tests.support.builders import MONDAY_MORNING
from tests.support.composing import COMPOSER, EVERYTHING, a_letter, said_by
from tests.support.letters import thanh_hoa

SUBJECTS = {
    "clock-warned": "[1022] Sắp hết hạn 123 456 782: Xác minh và trả lời, còn 2 giờ",
    "clock-missed": "[1022] Đã quá hạn 123 456 782: Xác minh và trả lời, hạn 08:00 thứ Ba, 03/03/2026",
    "clock-escalated": "[1022] Sở Y tế quá hạn 2 giờ 30 phút: 123 456 782, Xác minh và trả lời",
    "promise-stretched": (
        "[1022] Sở Y tế hẹn trả lời quá số lần: 123 456 782, hẹn 17:30 thứ Năm, 05/03/2026"
    ),
}


@pytest.mark.parametrize("template", SUBJECTS)
def test_the_subject_says_which_case_what_is_owed_and_how_late(template: str) -> None:
    letter = a_letter(template, about=said_by(template))
    assert COMPOSER.compose(letter, thanh_hoa()).subject == SUBJECTS[template]


def test_an_escalation_speaks_to_its_reader_and_names_the_agency_that_owes() -> None:
    about = said_by("clock-escalated")
    above = a_letter("clock-escalated", about=about, agency="STTTT", audience="supervisor")
    head = a_letter("clock-escalated", about=about, audience="unit_head")
    for letter, to, address in (
        (above, "Sở Thông tin và Truyền thông", "dau-moi.stttt@thanhhoa.example"),
        (head, "Lãnh đạo Sở Y tế", "lanh-dao.syt@thanhhoa.example"),
    ):
        message = COMPOSER.compose(letter, thanh_hoa())
        assert (message.to, message.body.split(",")[0]) == (address, f"Kính gửi {to}")
        assert "Cơ quan phải thực hiện: Sở Y tế" in message.body
        assert "https://tong-dai.example/cases/" in message.body


def test_an_urgent_case_is_marked_for_officers_only() -> None:
    urgent = EVERYTHING.model_copy(update={"urgent": True})
    slip = COMPOSER.compose(a_letter("slip", about=urgent), thanh_hoa())
    assert slip.subject.startswith("[KHẨN] [1022] Phiếu chuyển")
    assert slip.sms.startswith("KHAN! 1022: ")
    assert not COMPOSER.compose(a_letter("slip"), thanh_hoa()).subject.startswith("[KHẨN]")
    assert "KHẨN" not in COMPOSER.compose(a_letter("receipt", about=urgent), thanh_hoa()).subject


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (9000, "2 giờ 30 phút", "2 h 30 min"),
        (3600, "1 giờ", "1 h"),
        (1, "1 phút", "1 min"),
        (0, "0 phút", "0 min"),
    ],
)
def test_working_time_is_told_in_hours_and_minutes(seconds: int, vi: str, en: str) -> None:
    assert (span(seconds, "vi"), span(seconds, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("template", "owner", "after", "due"),
    [
        ("coordinator-slip", "coordinator", 0, "16:00 thứ Hai, 02/03/2026"),
        ("commune-slip", "commune", 1, "16:00 thứ Hai, 02/03/2026"),
        ("commune-slip", "commune", 6, "08:00 thứ Ba, 03/03/2026"),
        ("commune-slip", "commune", 48, "15:00 thứ Tư, 04/03/2026"),
    ],
)
def test_who_has_a_part_is_told_the_end_of_their_part_inside_the_leads_time(
    template: str, owner: str, after: int, due: str
) -> None:
    """Six and five working hours, inside the eight that began at 08:00 on Monday and unless they are over."""
    part = EVERYTHING.model_copy(
        update={
            "owner": owner,
            "since": MONDAY_MORNING + timedelta(hours=after),
            "answer_since": MONDAY_MORNING,
            "times": {},
        }
    )
    assert f": {due}" in COMPOSER.compose(a_letter(template, about=part), thanh_hoa()).body


def test_a_partial_answer_names_who_still_owes_and_until_when() -> None:
    body = COMPOSER.compose(a_letter("answered-in-part"), thanh_hoa()).body
    assert "Phần còn lại đang chờ ý kiến của: Sở Công Thương, UBND huyện Quảng Xương" in body
    assert "hẹn trả lời phần còn lại: 17:30 thứ Năm, 05/03/2026" in body
