"""The pack of Thanh Hóa 2021 says what the Quy chế and Phụ lục 2 say."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from libs.packs.letters import CITIZEN_LETTERS, LANGUAGES, SMS_LENGTH, VARIABLES, fill
from libs.packs.model import UNROUTED_LABELS, Pack
from libs.packs.routing import agencies_for, route_for
from tests.support.provinces import province, thanh_hoa

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
ONLY_KEEP_THE_QUESTIONS = {"VTTH", "BTGTU", "BAOTH", "DTTH"}

PHU_LUC_2 = [
    # field, leads without a place, leads in Hoằng Hóa, whether its district is offered besides
    ("F01", (), (), True),
    ("F02", ("SYT",), ("SYT",), True),
    ("F03", ("SYT",), ("UBND_399",), False),
    ("F04", ("SYT",), ("SYT",), True),
    ("F05", ("SLDTBXH",), ("SLDTBXH",), True),
    ("F06", ("MTTQ",), ("MTTQ",), True),
    ("F07", ("SGTVT",), ("SGTVT",), True),
    ("F08", ("SCT",), ("SCT", "UBND_399"), False),
    ("F09", ("CAT",), ("CAT",), True),
    ("F10", ("STTTT",), ("STTTT",), True),
    ("F99", ("STTTT",), ("STTTT",), False),
]

TYPICAL = {
    "code": "123 456 789",
    "link": "https://1022.thanhhoa.example/t/9f3ac01b2d",
    "hotline": "1022",
    "agency": "UBND thành phố Thanh Hóa",
    "due": "14:30 ngày 15/12/2021",
    "promised": "14:30 ngày 15/12/2021",
    "field": "Thông tin, kiến thức tư vấn",
    "place": "Xã Quảng Lưu, Huyện Quảng Xương",
    "reason": "Lời lẽ xúc phạm, thiếu tôn trọng",
    "question": "Sự việc xảy ra ở thôn nào?",
    "progress": "Đang xác minh tại xã.",
    "task": "Xác minh và trả lời",
    "answer": "Đề nghị liên hệ trạm y tế xã.",
    "missing": "Sở Y tế, Sở Công Thương",
    "former": "UBND thị xã Quảng Xương",
    "to": "Lãnh đạo UBND thành phố Thanh Hóa",
    "left": "2 giờ",
    "late": "4 giờ 30 phút",
    "was": "14:30 ngày 14/12/2021",
    "document": "Quyết định 12/QĐ-UBND",
    "excess": "quá xa",
    "said": "Đề nghị xử lý và trả lời ngay.",
    "codes": "123 456 789; 987 654 321",
}


def routed(field: str, place: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leads and offered coordinators of a field at a place."""
    pack = thanh_hoa()
    route = route_for(pack, field, place)
    assert route is not None
    return agencies_for(pack, route.lead, place), agencies_for(pack, route.offer, place)


def is_open(text: str) -> bool:
    return thanh_hoa().calendar().is_open(datetime.fromisoformat(text).replace(tzinfo=HERE))


@pytest.mark.parametrize(("field", "nowhere", "hoang_hoa", "offered"), PHU_LUC_2)
def test_each_row_of_phu_luc_2_leads_to_its_agency(
    field: str, nowhere: tuple[str, ...], hoang_hoa: tuple[str, ...], offered: bool
) -> None:
    assert routed(field, None)[0] == nowhere
    assert routed(field, "38")[0] == nowhere
    assert routed(field, "399")[0] == hoang_hoa
    assert ("UBND_399" in routed(field, "399")[1]) is offered


def test_only_what_is_not_in_phu_luc_2_goes_to_the_arbiter() -> None:
    assert {route.field for route in thanh_hoa().routes if route.arbiter} == {"F99"}
    assert thanh_hoa().agency(thanh_hoa().arbiter).code == "STTTT"


def test_every_field_at_every_place_resolves_to_agencies_that_exist() -> None:
    pack = thanh_hoa()
    for field in pack.fields:
        for place in [None, *(unit.code for unit in pack.units)]:
            for code in [code for codes in routed(field.code, place) for code in codes]:
                assert pack.agency(code).name_vi


def test_who_only_helps_to_keep_the_questions_joins_no_case() -> None:
    pack = thanh_hoa()
    joined = {
        code
        for field in pack.fields
        for code in (*routed(field.code, "399")[0], *routed(field.code, "399")[1])
    }
    assert not joined & ONLY_KEEP_THE_QUESTIONS
    assert {agency.code for agency in pack.agencies} >= ONLY_KEEP_THE_QUESTIONS


def test_only_local_epidemiology_needs_a_place() -> None:
    assert [field.code for field in thanh_hoa().fields if field.place == "required"] == ["F03"]


def test_there_are_27_districts_with_a_committee_each_and_559_communes_in_them() -> None:
    pack = thanh_hoa()
    assert Counter(unit.level for unit in pack.units) == {"province": 1, "district": 27, "commune": 559}
    districts = [unit.code for unit in pack.units if unit.level == "district"]
    committees = {code: pack.district_agency(code) for code in districts}
    assert len({agency and agency.code for agency in committees.values()}) == 27
    for unit in pack.units:
        if unit.level == "commune":
            assert pack.district_agency(unit.code) == committees[unit.parent or ""]


def test_every_agency_can_be_reached_and_nobody_real_is() -> None:
    pack = thanh_hoa()
    assert pack.sample
    for agency in pack.agencies:
        assert agency.email is not None and agency.email.endswith("@thanhhoa.example")
        assert agency.hotline is not None and agency.hotline.startswith("02370000")
        assert agency.sms is not None and agency.sms.startswith("0950000")


def test_the_clocks_are_those_of_dieu_10_3() -> None:
    clocks = {clock.code: clock for clock in thanh_hoa().clocks}
    budgets = {code: clock.budget_seconds for code, clock in clocks.items()}
    by_law = {code for code, clock in clocks.items() if clock.basis == "law"}
    assert {code: budgets[code] for code in by_law} == {
        "answer": 8 * 3600,
        "publish": 4 * 3600,
        "promise": None,
    }
    assert {clocks[code].clause for code in by_law} == {"Điều 10.3"}
    assert not any(clocks[code].pauses for code in by_law)


def test_nobody_ends_a_limit_of_their_own_with_a_suspicion() -> None:
    for name in ("thanh-hoa-2021", "thanh-hoa", "dong-nai"):
        assert not [clock.code for clock in province(name).clocks if "suspected-false" in clock.cancels]


def test_the_working_day_is_half_past_seven_to_half_past_five_with_a_break() -> None:
    edges = ["07:29", "07:30", "11:29", "11:30", "13:29", "13:30", "17:29", "17:30"]
    assert [is_open(f"2021-12-01T{edge}") for edge in edges] == [False, True, True, False] * 2
    assert not is_open("2021-12-04T09:00")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2021-02-12", False),  # Tết
        ("2021-05-03", False),  # for Saturday 1 May
        ("2024-04-29", False),  # swapped with …
        ("2024-05-04", True),  # … this Saturday
        ("2026-01-02", False),  # swapped late, on 25 December 2025, with …
        ("2026-01-10", True),  # … this Saturday
        ("2026-11-24", True),  # Vietnam Culture Day: no law found yet
        ("2027-02-08", False),  # an estimate, used and marked as one
    ],
)
def test_special_days_are_those_the_government_set(day: str, works: bool) -> None:
    assert is_open(f"{day}T09:00") is works


def test_the_calendar_answers_for_every_day_from_2019_to_2027() -> None:
    calendar = thanh_hoa().calendar()
    assert (calendar.first, calendar.last) == (date(2019, 1, 1), date(2027, 12, 31))
    for year in range(2019, 2028):
        begin = datetime(year, 1, 1, tzinfo=HERE)
        days = calendar.between(begin, datetime(year, 12, 31, 23, 59, tzinfo=HERE)) / (8 * 3600)
        assert 245 < days < 255
        assert calendar.add(begin, 8 * 3600) < begin.astimezone(UTC) + timedelta(days=7)


def test_every_special_day_names_what_it_rests_on() -> None:
    assert len(thanh_hoa().days) == 133
    assert all(day.document and day.name for day in thanh_hoa().days)
    assert [day.day for day in thanh_hoa().days if not day.active] == [date(2026, 11, 24)]


def test_every_kind_of_ground_is_there_in_both_languages_with_its_clause() -> None:
    reasons = thanh_hoa().reasons
    assert {reason.kind for reason in reasons} == {"reject", "return", "withhold", "call-failed", "pause"}
    assert all(reason.text_vi and reason.text_en and reason.clause for reason in reasons)


def test_the_channels_of_dieu_4_are_data() -> None:
    channels = {channel.code for channel in thanh_hoa().channels}
    assert channels >= {"phone", "portal", "email", "zalo", "facebook"}


def test_every_field_has_a_dozen_questions_marked_as_a_sample() -> None:
    pack = thanh_hoa()
    per_field = Counter(question.field for question in pack.questions)
    assert all(per_field[field.code] >= 12 for field in pack.fields if field.code != "F99")
    assert per_field.keys() >= UNROUTED_LABELS
    assert {question.status for question in pack.questions} == {"mẫu, chờ duyệt"}


def test_the_place_and_word_lists_are_there() -> None:
    pack = thanh_hoa()
    assert "khó thở" in pack.urgent_words
    assert "Tĩnh Gia" in {name.words for name in pack.old_names}
    assert all((pack.landmarks, pack.quiet_words, pack.other_provinces))


def test_the_pack_survives_its_document() -> None:
    assert Pack.from_json(thanh_hoa().to_json()) == thanh_hoa()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", VARIABLES)
def test_a_letter_carries_its_code_and_link_and_its_text_message_fits(code: str, language: str) -> None:
    letter = thanh_hoa().letter(code, language)
    filled = fill(letter, {name: TYPICAL[name] for name in VARIABLES[code]})
    assert TYPICAL["code"] in filled.subject
    assert TYPICAL["link"] in filled.body
    assert TYPICAL["link"] in filled.sms
    assert len(filled.sms) <= SMS_LENGTH
    assert filled.sms.isascii()


def test_a_letter_says_everything_it_is_about() -> None:
    for code, variables in VARIABLES.items():
        for language in LANGUAGES:
            letter = thanh_hoa().letter(code, language)
            text = letter.subject + letter.body
            assert all(f"{{{name}}}" in text for name in variables), (code, language)


def test_letters_to_citizens_speak_with_one_voice() -> None:
    for code in CITIZEN_LETTERS:
        letter = thanh_hoa().letter(code)
        assert letter.body.startswith("Kính gửi Ông/Bà,\n")
        assert "quý" not in letter.body.replace("Quý cơ quan", "").lower()


def test_the_receipt_says_what_it_takes_to_follow_the_request() -> None:
    receipt = thanh_hoa().letter("receipt")
    assert "bốn số cuối của điện thoại" in receipt.body
    assert "4 so cuoi dien thoai" in receipt.sms


def test_the_police_learn_no_more_than_which_case_it_is() -> None:
    assert VARIABLES["police-request"] == {"code", "link"}
