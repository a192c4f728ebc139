"""A pack that is loaded: its look-ups, its calendars, its document and its version."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.packs.folder import FILES, load
from libs.packs.letters import CITIZEN_LETTERS, OFFICER_LETTERS, VariableMissing, fill, plain
from libs.packs.model import NotInPack, Pack, PackErrors
from libs.packs.routing import agencies_for, route_for
from tests.support.packs import FILES as TEXTS
from tests.support.packs import edit, small_pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_pack(tmp_path)


@pytest.fixture
def pack(folder: Path) -> Pack:
    return load(folder)


def test_everything_is_found_by_its_code(pack: Pack) -> None:
    assert pack.agency("YT").hotline == "+842370000002"
    assert pack.unit("11").aliases == ("bac", "h bac")
    assert pack.field("F01").clauses == ("5.1", "5.2")
    assert pack.channel("phone").address == "1022"
    assert pack.reason("reject", "out-of-scope").clause == "Điều 9.2"
    assert (pack.clock("answer").budget_seconds, pack.clock("promise").budget_seconds) == (28_800, None)
    assert pack.letter("slip", "en").subject == "Yêu cầu {code}"


def test_what_is_not_in_the_pack_is_said_by_name(pack: Pack) -> None:
    with pytest.raises(NotInPack, match=r"pack nho-.* has no agency 'ZZ'"):
        pack.agency("ZZ")
    with pytest.raises(KeyError, match="hours profile 'police'"):
        pack.calendar("police")
    with pytest.raises(KeyError, match="reason"):
        pack.reason("return", "out-of-scope")


def test_a_commune_is_its_districts_matter_and_a_province_is_no_districts(pack: Pack) -> None:
    commune, district = pack.district_agency("111"), pack.district_agency("11")
    assert commune is not None and commune == district
    assert commune.code == "H11"
    assert pack.district_agency("1") is None


def test_the_most_specific_place_decides_the_route(folder: Path) -> None:
    more = "R3,F01,111,TT,,\nR4,F01,none,,YT,\nR5,F01,province,TT,YT,\n"
    pack = load(small_pack(folder, routes__csv=TEXTS["routes.csv"] + more))
    routes = {place: route_for(pack, "F01", place) for place in ("111", "11", "1", None)}
    assert {place: route and route.id for place, route in routes.items()} == {
        "111": "R3",
        "11": "R1",
        "1": "R5",
        None: "R4",
    }
    assert route_for(pack, "F99", "11") is None


def test_a_route_may_name_the_district_and_it_becomes_the_committee_of_the_place(pack: Pack) -> None:
    assert agencies_for(pack, ("YT", "@district"), "111") == ("YT", "H11")
    assert agencies_for(pack, ("YT", "@district"), None) == ("YT",)
    assert agencies_for(pack, ("H11", "@district"), "11") == ("H11",)


def test_a_route_may_name_the_commune_and_its_committee_is_the_one_of_the_day(folder: Path) -> None:
    old, new = (
        "X1,UBND xã Đông,East,commune,111,,,,,2021-06-30\n",
        "X2,UBND,East,commune,111,,,,2021-07-01,\n",
    )
    pack = load(small_pack(folder, agencies__csv=TEXTS["agencies.csv"] + old + new))
    assert agencies_for(pack, ("@commune", "@district"), "111") == ("X2", "H11")
    assert agencies_for(pack, ("@commune", "@district"), "11") == ("H11",)
    last, first = date(2021, 6, 30), date(2021, 7, 1)
    found = [pack.commune_agency("111", day) for day in (last, first)]
    assert [agency and agency.code for agency in found] == ["X1", "X2"]
    assert pack.agency_on("X1", last) and not pack.agency_on("X1", first)


def test_a_route_to_the_arbiter_is_marked_as_one(folder: Path) -> None:
    edit(folder, "routes.csv", "*,YT,TT", "*,@arbiter,")
    route = route_for(load(folder), "F01", None)
    assert route is not None
    assert (route.lead, route.arbiter) == (("TT",), True)


def test_the_calendar_is_compiled_once_and_knows_the_special_days(pack: Pack) -> None:
    calendar = pack.calendar()
    assert calendar is pack.calendar("province")
    new_year_friday, monday = datetime(2021, 1, 1, 3, tzinfo=UTC), datetime(2021, 1, 4, 3, tzinfo=UTC)
    assert (calendar.is_open(new_year_friday), calendar.is_open(monday)) == (False, True)


@pytest.mark.parametrize(
    ("status", "confirmed", "active"),
    [
        ("ok", "", True),
        ("single_source", "", True),
        ("estimate", "", True),
        ("policy_only", "", False),
        ("policy_only", "no", False),
        ("policy_only", "yes", True),
        ("estimate", "no", False),
    ],
)
def test_a_day_counts_by_its_status_until_the_administrator_decides(
    folder: Path, status: str, confirmed: str, active: bool
) -> None:
    days = f"day,kind,name,hours,status,confirmed,document\n2021-01-04,holiday,Nghỉ,,{status},{confirmed},\n"
    pack = load(small_pack(folder, days__csv=days))
    assert pack.calendar().is_open(datetime(2021, 1, 4, 3, tzinfo=UTC)) is not active


def test_a_worked_saturday_has_the_hours_of_an_ordinary_day_unless_it_has_its_own(folder: Path) -> None:
    head = "day,kind,name,hours,status,confirmed,document\n"
    rows = "2021-01-09,swap_work,Làm bù,,ok,,\n2021-01-16,swap_work,Làm bù,08:00-10:00,ok,,\n"
    calendar = load(small_pack(folder, days__csv=head + rows)).calendar()
    hours = [
        calendar.between(datetime(2021, 1, day, tzinfo=UTC), datetime(2021, 1, day, 23, tzinfo=UTC)) / 3600
        for day in (9, 16)
    ]
    assert hours == [8, 2]


def test_the_document_gives_back_an_equal_pack(pack: Pack) -> None:
    pack.calendar()
    again = Pack.from_json(pack.to_json())
    assert again == pack
    assert again.to_json() == pack.to_json()
    assert again.calendar().version == pack.calendar().version


def test_a_document_of_a_newer_release_is_still_read(pack: Pack) -> None:
    newer = pack.to_json().replace('{"id":"nho"', '{"flags":["new"],"id":"nho"', 1)
    assert Pack.from_json(newer) == pack


@pytest.mark.parametrize("document", ["", "{}", "[]", b"\xff\xfe", '{"id": 3}', "{" * 5000])
def test_a_broken_document_is_refused_with_what_it_lacks(document: str | bytes) -> None:
    with pytest.raises(PackErrors) as caught:
        Pack.from_json(document)
    assert caught.value.problems


def test_the_version_is_the_id_and_twelve_hex_digits(pack: Pack) -> None:
    name, _, digest = pack.version.rpartition("-")
    assert (name, len(digest), int(digest, 16) >= 0) == ("nho", 12, True)


PIECES = [
    ("pack.toml", "Tỉnh Nhỏ"),
    ("clocks.toml", "Điều"),
    ("fields.csv", "Health"),
    ("quiet_words.csv", "từ thường"),
    ("days.csv", "Tết"),
    ("letters/slip.vi.txt", "Nội dung"),
    ("letters/receipt.en.txt", "1022"),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(piece=st.sampled_from(PIECES), at=st.integers(0, 20), new=st.sampled_from("QXZ"))
def test_any_changed_letter_makes_another_version(
    folder: Path, pack: Pack, piece: tuple[str, str], at: int, new: str
) -> None:
    small_pack(folder)
    name, old = piece
    at %= len(old)
    edit(folder, name, old, old[:at] + new + old[at + 1 :])
    assert load(folder).version != pack.version


def test_line_ends_a_byte_order_mark_and_the_order_on_disk_make_no_new_version(
    pack: Pack, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    (other / "letters").mkdir(parents=True)
    for name in sorted(FILES, reverse=True):
        text = (tmp_path / name).read_text(encoding="utf-8")
        (other / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    again = load(other)
    assert again == pack
    assert again.version == pack.version


def test_a_units_entry_may_end_and_the_next_begin(pack: Pack) -> None:
    unit = pack.unit("11").model_copy(update={"valid_from": date(2021, 1, 1), "valid_to": date(2021, 12, 31)})
    days = (date(2020, 12, 31), date(2021, 1, 1), date(2021, 12, 31), date(2022, 1, 1))
    assert [unit.in_force(day) for day in days] == [False, True, True, False]


def test_a_letter_is_filled_in_and_never_reads_its_values_as_a_template(pack: Pack) -> None:
    letter = pack.letter("receipt").model_copy(update={"subject": "Mã {code}", "sms": "ma {code}"})
    filled = fill(letter, {"code": "{link}\nĐã nhận"})
    assert (filled.subject, filled.sms) == ("Mã {link} Đã nhận", "ma {link} Da nhan")


def test_a_letter_says_which_variable_its_sender_forgot(pack: Pack) -> None:
    with pytest.raises(VariableMissing, match="letter 'slip' needs 'code'"):
        fill(pack.letter("slip"), {"link": "x"})


def test_text_messages_are_plain() -> None:
    assert plain("Đường dây “nóng” – Sở Y tế… 漢") == 'Duong day "nong" - So Y te. ?'


def test_letters_to_officers_may_carry_nothing_of_the_citizen() -> None:
    said = frozenset[str]().union(*CITIZEN_LETTERS.values())
    of_the_case = {"code", "agency", "due", "link", "former", "promised"}
    assert all(not variables & (said - of_the_case) for variables in OFFICER_LETTERS.values())
