"""Every commune of every shipped pack is found in every spelling, and a name of yesterday leads to today."""

from collections.abc import Callable
from datetime import date

import pytest

from libs.packs.entries import Unit
from libs.packs.succession import Succession
from libs.places.names import split_kind
from libs.places.text import fold
from tests.support.provinces import knowledge, province

REFORM, LAST_DAY, TODAY = date(2025, 7, 1), date(2025, 6, 30), date(2026, 3, 2)
UNITS = province("thanh-hoa").units
STANDING = [unit for unit in UNITS if unit.level == "commune" and unit.in_force(TODAY)]
ENDED = [unit for unit in UNITS if unit.level == "commune" and unit.in_force(LAST_DAY)]
DISTRICTS = {unit.code: unit for unit in UNITS if unit.level == "district"}
SUCCESSION = Succession(UNITS)
PLACES = knowledge("thanh-hoa").gazetteer

SPELLINGS: dict[str, Callable[[str], str]] = {
    "with its kind": str,
    "without marks": fold,
    "in upper case": str.upper,
}
FALSE_FRIENDS = (
    "đề nghị thống nhất cách làm",
    "de nghi thong nhat cach lam",
    "dịch diễn biến phức tạp",
    "dich dien bien phuc tap",
    "lao động về quê",
    "lao dong ve que",
    "phối hợp tiến độ",
    "phoi hop tien do",
    "tin nhắn trúng thưởng",
    "tin nhan trung thuong",
    "bà con yên tâm, giá hợp lý",
)


def heirs(unit: Unit) -> set[str]:
    return set(SUCCESSION.after(unit.code, LAST_DAY, TODAY))


def bare(unit: Unit) -> str:
    return " ".join(split_kind(unit.name_vi)[1])


def folded_twins(unit: Unit) -> set[str]:
    """The heirs of the communes of the same district that are written alike without marks."""
    return {
        heir
        for other in ENDED
        if other.parent == unit.parent and fold(other.name_vi) == fold(unit.name_vi)
        for heir in heirs(other)
    }


def test_147_communes_and_19_wards_stand_where_559_stood() -> None:
    assert len(STANDING) == 166
    assert sum(unit.name_vi.startswith("Phường ") for unit in STANDING) == 19
    assert (len(ENDED), len(DISTRICTS)) == (559, 27)
    assert sum(len(heirs(unit)) > 1 for unit in ENDED) == 10


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_of_the_166_is_found_by_its_name_alone(spelling: str) -> None:
    wrong = [
        unit.name_vi
        for unit in STANDING
        if PLACES.find(SPELLINGS[spelling](f"nhà tôi ở {unit.name_vi}")).units != (unit.code,)
    ]
    assert wrong == []


def test_without_its_kind_a_name_of_today_is_first_among_those_it_may_mean() -> None:
    first = {unit.name_vi: PLACES.find(f"nhà tôi ở {bare(unit).title()} ạ").units[:1] for unit in STANDING}
    elsewhere = {"Xã Quảng Ninh", "Xã Quảng Bình"}  # provinces, to whoever says no more
    assert {name for name, found in first.items() if found == ()} == elsewhere
    assert all(first[u.name_vi] == (u.code,) for u in STANDING if u.name_vi not in elsewhere)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_address_of_2021_leads_to_the_communes_of_today(spelling: str) -> None:
    wrong = []
    for unit in ENDED:
        address = f"nhà tôi ở {unit.name_vi}, {DISTRICTS[unit.parent or ''].name_vi}"
        wanted = folded_twins(unit) if spelling == "without marks" else heirs(unit)
        found = PLACES.find(SPELLINGS[spelling](address))
        if set(found.units) != wanted or found.districts:
            wrong.append((address, found))
    assert wrong == []


def test_an_address_of_2021_may_leave_its_kinds_out() -> None:
    wrong = []
    for unit in ENDED:
        district = DISTRICTS[unit.parent or ""]
        address = f"nhà tôi ở {bare(unit)}, {bare(district)} ạ".title()
        # "X, Thanh Hóa" may name the province; "Nưa" has one syllable
        if district.code == "380" or bare(unit) == "nưa":
            continue
        if set(PLACES.find(address).units) != heirs(unit):
            wrong.append(address)
    assert wrong == []


def test_every_commune_of_today_leads_back_to_those_it_was_made_of() -> None:
    back = {unit.code: set(SUCCESSION.before(unit.code, LAST_DAY, TODAY)) for unit in STANDING}
    for old in ENDED:
        assert {code for code, before in back.items() if old.code in before} == heirs(old)
    assert all(before & {unit.code for unit in ENDED} for before in back.values())
    assert "399" in SUCCESSION.before("15865", LAST_DAY, TODAY)


def test_a_code_that_was_given_out_again_is_followed_by_its_date() -> None:
    assert SUCCESSION.after("14797", LAST_DAY, TODAY) == ("14797",)  # phường Đông Hải → phường Hạc Thành
    assert set(SUCCESSION.after("14758", LAST_DAY, TODAY)) == {"14797", "14758"}  # phường Đông Thọ, split
    assert SUCCESSION.after("14758", REFORM, TODAY) == ("14758",)  # phường Hàm Rồng
    assert SUCCESSION.after("14758", LAST_DAY, LAST_DAY) == ("14758",)
    assert SUCCESSION.after("99999", LAST_DAY, TODAY) == ()


def test_the_22_names_of_old_districts_are_one_commune_with_its_kind_and_many_places_without() -> None:
    names = {bare(district) for district in DISTRICTS.values()}
    bearers = [unit for unit in STANDING if bare(unit) in names]
    assert len(bearers) == 22
    for unit in bearers:
        district = next(d for d in DISTRICTS.values() if bare(d) == bare(unit))
        for code in PLACES.find(district.name_vi).units, PLACES.find(bare(unit)).units:
            assert set(code) >= heirs(district), unit.name_vi
        assert PLACES.find(unit.name_vi).units == (unit.code,)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("xã Xuân Hòa", {"15520"}),
        ("xã Xuân Hòa, huyện Như Xuân", {"16177"}),
        ("Xuân Hòa, Thọ Xuân", {"15520"}),
        ("phường Đông Sơn, TP Thanh Hóa", {"14797"}),
        ("phường Ba Đình", {"14797", "14812"}),
        ("phuong dong tien", {"15853"}),
        ("xa dong tien", {"15724"}),
        ("Vạn Hà", {"15772", "15796", "15835"}),
        ("Xã Hoằng Lý cũ", {"15925"}),
        ("cong ty o kcn le mon", {"16522"}),
        ("tôi ở Thanh Hóa", set()),
    ],
)
def test_what_a_name_means_today(text: str, units: set[str]) -> None:
    assert set(PLACES.find(text).units) == units


@pytest.mark.parametrize("pack", ["thanh-hoa", "thanh-hoa-2021", "dong-nai"])
@pytest.mark.parametrize("text", FALSE_FRIENDS)
def test_ordinary_words_name_no_place_in_any_pack(pack: str, text: str) -> None:
    assert knowledge(pack).gazetteer.find(text).units == ()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_of_the_170_communes_of_dong_nai_is_found_in_its_district(spelling: str) -> None:
    pack, places = province("dong-nai"), knowledge("dong-nai").gazetteer
    communes = [unit for unit in pack.units if unit.level == "commune"]
    assert len(communes) == 170
    for unit in communes:
        address = f"nhà tôi ở {unit.name_vi}, {pack.unit(unit.parent or '').name_vi}"
        assert places.find(SPELLINGS[spelling](address)).districts == (unit.parent,)


def test_what_is_elsewhere_for_one_province_is_home_for_another() -> None:
    text = "đi từ Thanh Hóa vào Biên Hòa"
    assert knowledge("thanh-hoa").gazetteer.find(text).units == ()
    assert knowledge("thanh-hoa").gazetteer.find(text).other_province
    assert knowledge("dong-nai").gazetteer.find(text).districts == ("731",)
    assert not knowledge("dong-nai").gazetteer.find("ở Đồng Nai").other_province


def test_a_district_whose_name_is_an_ordinary_word_needs_its_kind_or_its_capitals() -> None:
    places = knowledge("dong-nai").gazetteer
    assert places.find("huyện thống nhất").districts == ("738",)
    assert "738" in places.find("nhà tôi ở Thống Nhất").districts
