"""How letters read: all can be filled in, times are as people say them, officers learn nothing personal."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from libs.packs.letters import CITIZEN_LETTERS, LANGUAGES, OFFICER_LETTERS, SMS_LENGTH, VARIABLES
from libs.packs.model import Pack
from services.notifier.domain.about import About
from services.notifier.texts import Hopeless, shown
from tests.support.builders import CITIZEN
from tests.support.composing import COMPOSER, EVERYTHING, a_letter, said_by
from tests.support.letters import pack_with, thanh_hoa


@pytest.mark.parametrize(("template", "language", "way"), [*product(VARIABLES, LANGUAGES, ("email", "sms"))])
def test_every_letter_can_be_filled_in(template: str, language: str, way: str) -> None:
    letter = a_letter(template, way, said_by(template), language=language)
    message = COMPOSER.compose(letter, thanh_hoa())
    assert "123 456 782" in message.subject
    assert len(message.sms) <= SMS_LENGTH
    assert "123 456 782" in message.sms or "https://" in message.sms
    assert message.sms.isascii()
    if not template.startswith("answered"):
        assert "{" not in message.subject + message.body + message.sms


@pytest.mark.parametrize(("template", "language"), [*product(OFFICER_LETTERS, LANGUAGES)])
def test_officers_letters_carry_nothing_of_the_citizens(template: str, language: str) -> None:
    message = COMPOSER.compose(a_letter(template, about=said_by(template), language=language), thanh_hoa())
    text = f"{message.subject}\n{message.body}\n{message.sms}"
    for personal in (
        *(CITIZEN.name, CITIZEN.phone, CITIZEN.phone_raw, CITIZEN.address, CITIZEN.email),
        *EVERYTHING.words.values(),
        EVERYTHING.track_token,
    ):
        assert personal not in text
    owed = {"code": "123 456 782", "place": "Huyện Quảng Xương", "due": "08:00"}
    assert all(text in message.body for name, text in owed.items() if name in OFFICER_LETTERS[template])
    assert f"https://tong-dai.example/cases/{'c' * 32}" in message.body
    assert message.to == "dau-moi.syt@thanhhoa.example"


def test_a_time_is_shown_as_people_say_it() -> None:
    five_thirty = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert shown(five_thirty, "Asia/Ho_Chi_Minh", "vi") == "17:30 thứ Hai, 02/03/2026"
    assert shown(five_thirty, "Asia/Ho_Chi_Minh", "en") == "17:30 Monday, 02/03/2026"


def test_a_slip_at_eight_on_monday_is_due_eight_working_hours_later_at_eight_on_tuesday() -> None:
    message = COMPOSER.compose(a_letter("slip"), thanh_hoa())
    assert "08:00 thứ Ba, 03/03/2026" in message.subject


def test_a_text_message_is_plain_and_short() -> None:
    message = COMPOSER.compose(a_letter("handed-over", "sms"), thanh_hoa())
    assert message.to == CITIZEN.phone
    assert message.sms.startswith("1022: yeu cau 123 456 782 da chuyen den So Y te.")


def test_what_a_person_wrote_is_never_read_as_a_template() -> None:
    assert "Đã xử lý {code}." in COMPOSER.compose(a_letter("answered"), thanh_hoa()).body


def test_a_rejection_gives_the_coded_reason_and_the_operators_words() -> None:
    body = COMPOSER.compose(a_letter("rejected"), thanh_hoa()).body
    assert "Nội dung không thuộc phạm vi tiếp nhận của Tổng đài. Xin gọi 113" in body


def test_a_full_stop_of_the_operators_is_not_doubled() -> None:
    wordy = EVERYTHING.model_copy(update={"words": {"reason": "Xin gọi 113."}})
    assert "Xin goi 113. https" in COMPOSER.compose(a_letter("rejected", about=wordy), thanh_hoa()).sms


def test_a_warning_says_whether_the_answer_or_its_publication_is_due() -> None:
    for template in ("clock-warned", "clock-missed"):
        about = said_by(template)
        body = COMPOSER.compose(a_letter(template, about=about), thanh_hoa()).body
        assert "Việc phải làm: Xác minh và trả lời" in body
        published = about.model_copy(update={"clock": "publish"})
        body = COMPOSER.compose(a_letter(template, about=published), thanh_hoa()).body
        assert "Việc phải làm: Công khai kết quả sau khi trả lời qua điện thoại" in body


def test_an_urgent_slip_whose_field_nobody_knows_yet_is_told_all_the_same() -> None:
    unknown = EVERYTHING.model_copy(update={"field": ""})
    assert "Lĩnh vực: chưa rõ" in COMPOSER.compose(a_letter("slip", about=unknown), thanh_hoa()).body


def test_a_sender_without_a_phone_gets_the_link_with_the_token_others_the_page_that_asks() -> None:
    assert (
        "https://cong.example/t/bi-mat-cua-nguoi-gui"
        in COMPOSER.compose(a_letter("receipt"), thanh_hoa()).body
    )
    known = EVERYTHING.model_copy(update={"track_token": ""})
    body = COMPOSER.compose(a_letter("receipt", about=known), thanh_hoa()).body
    assert "https://cong.example/track" in body
    assert "/t/" not in body


@pytest.mark.parametrize(
    "template",
    sorted(name for name, needs in CITIZEN_LETTERS.items() if needs != CITIZEN_LETTERS["receipt"]),
)
def test_a_letter_with_a_value_missing_says_which(template: str) -> None:
    with pytest.raises(Hopeless, match=f"letter '{template}' needs '"):
        COMPOSER.compose(a_letter(template, about=About(code="123456782")), thanh_hoa())


@pytest.mark.parametrize(
    "about", [{"agencies": ("XX",)}, {"field": "XX"}, {"place": "0000"}, {"reason": "vui"}]
)
def test_a_code_that_the_pack_does_not_know_is_named(about: dict[str, Any]) -> None:
    with pytest.raises(Hopeless, match=r"pack .* has no"):
        COMPOSER.compose(a_letter("slip", about=EVERYTHING.model_copy(update=about)), thanh_hoa())


def test_a_due_time_beyond_the_calendar_is_said() -> None:
    late = EVERYTHING.model_copy(update={"since": datetime(2031, 1, 1, tzinfo=UTC)})
    with pytest.raises(Hopeless, match="calendar"):
        COMPOSER.compose(a_letter("slip", about=late), thanh_hoa())


@pytest.mark.parametrize(
    ("way", "address"),
    [
        ("email", "nguyen van mau"),
        ("email", "mau@"),
        ("email", "mau@dan.example\r\nBcc: khac@dan.example"),
        ("email", "mẫu@dan.example"),
        ("sms", "+842373852246"),
        ("sms", "19001022"),
        ("sms", "+841800123456"),
        ("sms", "113"),
        ("sms", "+14155552671"),
        ("sms", "không có"),
    ],
)
def test_an_address_that_no_letter_can_reach_is_hopeless(way: str, address: str) -> None:
    with pytest.raises(Hopeless, match=r"^no (e-mail address|mobile number)$"):
        COMPOSER.compose(a_letter("receipt", way, recipient=address), thanh_hoa())


def test_an_officers_address_is_the_one_in_force_when_the_letter_goes() -> None:
    def moved(pack: Pack) -> list[dict[str, Any]]:
        return [agency.model_dump() | {"email": "moi@thanhhoa.example"} for agency in pack.agencies]

    assert (
        COMPOSER.compose(a_letter("slip"), pack_with(agencies=moved(thanh_hoa()))).to
        == "moi@thanhhoa.example"
    )
