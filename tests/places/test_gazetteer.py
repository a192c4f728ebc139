"""Places in free text: exact districts, candidates where a name is not enough, silence on ordinary words."""

import unicodedata
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.places.found import Found
from libs.places.gazetteer import Gazetteer, Unit
from libs.places.text import fold
from tests.support.places import gazetteer, rows, units

COMMUNES = [unit for unit in units() if unit.level == "commune"]
NAMES = {unit.code: unit.name for unit in units()}


def bare(name: str) -> str:
    kinds = ("Thị trấn ", "Thị Trấn ", "Thị xã ", "Thành phố ", "Phường ", "Huyện ", "Xã ")
    return next((name.removeprefix(kind) for kind in kinds if name.startswith(kind)), name)


SPELLINGS = {
    "with kinds": lambda commune, district: f"nhà tôi ở {commune}, {district}",
    "without kinds": lambda commune, district: f"nhà tôi ở {bare(commune)}, {bare(district)} ạ",
    "without marks": lambda commune, district: fold(f"nha toi o {commune}, {district}"),
    "upper case": lambda commune, district: f"NHÀ TÔI Ở {commune} {district}".upper(),
}


def test_the_set_of_2021_has_559_communes_in_27_districts() -> None:
    assert len(COMMUNES) == 559
    assert len({unit.parent for unit in COMMUNES}) == 27


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_commune_of_2021_is_found_in_its_district(spelling: str) -> None:
    wrong = []
    for unit in COMMUNES:
        text = SPELLINGS[spelling](unit.name, NAMES[unit.parent or ""])
        # "Nưa" has one syllable, and "X, Thanh Hóa" rather names the province: see the next test
        if spelling == "without kinds" and (unit.parent == "380" or " " not in bare(unit.name)):
            continue
        found = gazetteer().find(text)
        if set(found.districts) != {unit.parent}:
            wrong.append((text, found))
    assert wrong == []


def test_the_name_of_the_province_does_not_choose_the_city() -> None:
    wrong = []
    for unit in COMMUNES:
        found = gazetteer().find(f"nhà tôi ở {bare(unit.name)}, Thanh Hóa")
        if (
            unit.parent == "380"
            and bare(unit.name) not in {"Đông Sơn", "Điện Biên"}
            and "380" not in found.districts
        ):
            wrong.append((unit, found))
    assert wrong == []
    assert set(gazetteer().find("Ba Đình, Thanh Hóa").districts) == {"380", "381", "401"}
    assert gazetteer().find("Đông Sơn, Thanh Hóa").districts == ("405",)  # people mean the district
    assert gazetteer().find("Điện Biên, Thanh Hóa").other_province


def test_a_commune_without_its_district_gives_every_district_that_has_the_name() -> None:
    homes = defaultdict(set)
    for unit in COMMUNES:
        homes[unit.name.lower()].add(unit.parent)
    wrong = [
        (name, found)
        for name, districts in homes.items()
        if set((found := gazetteer().find(f"có ca bệnh ở {name}")).districts) != districts
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "districts", "communes"),
    [
        ("phường Ba Đình", ("380", "381"), ("14776", "14812")),
        ("phường Ba Đình, Bỉm Sơn", ("381",), ("14812",)),
        ("xa thanh hoa", ("402",), ("16213",)),
        ("x. dong tien", ("397", "405"), ("15724", "16405")),
        ("TX.Nghi Sơn, p.Hải Hòa", ("407",), ("16561",)),
        ("Quảng Ninh, Quảng Xương", ("406",), ("16465",)),
        ("tt nua", ("397",), ("15718",)),
    ],
)
def test_kind_and_neighbour_decide(text: str, districts: tuple[str, ...], communes: tuple[str, ...]) -> None:
    found = gazetteer().find(text)
    assert (set(found.districts), set(found.units)) == (set(districts), set(communes))


@pytest.mark.parametrize(
    "text",
    [
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
        "test nhanh duong tinh gia do thuoc",
        "bà con yên tâm, giá hợp lý",
        "tôi ở Thanh Hóa",
        "bà con tỉnh Thanh Hoá",
        "anh Minh Sơn báo tin",
        "số 5 đường Quang Trung",
    ],
)
def test_ordinary_words_streets_persons_and_the_province_are_no_place(text: str) -> None:
    assert gazetteer().find(text).units == ()


def test_an_ordinary_pair_is_a_place_with_its_kind_its_district_or_its_capitals() -> None:
    for text in ("thị trấn thống nhất", "thống nhất, yên định", "nhà tôi ở Thống Nhất"):
        assert gazetteer().find(text).districts == ("394",)


@pytest.mark.parametrize(
    ("text", "districts"),
    [
        ("huyện Tĩnh Gia", {"407"}),
        ("tinh gia co ca moi", {"407"}),
        ("Vạn Hà", {"398"}),
        ("Xã Hoằng Lý cũ", {"380"}),
        ("cong ty o kcn le mon", {"380"}),
        ("gần cầu Ghép", {"406", "407"}),
        ("vườn quốc gia Bến En", {"402", "403"}),
    ],
)
def test_old_names_and_landmarks_lead_to_the_units_of_today(text: str, districts: set[str]) -> None:
    assert set(gazetteer().find(text).districts) == districts


@pytest.mark.parametrize(
    ("text", "other", "districts"),
    [
        ("em từ TP.HCM về Hoằng Hóa", True, ("399",)),
        ("tu binh duong ve", True, ()),
        ("người ở tỉnh Quảng Ninh về", True, ()),
        ("xe tu gia lai, tinh Gia Lai ra", True, ()),
        ("phường Quang Trung, Hà Nội", True, ()),
        ("ở Sầm Sơn", False, ("382",)),
    ],
)
def test_other_provinces_are_told_apart(text: str, other: bool, districts: tuple[str, ...]) -> None:
    found = gazetteer().find(text)
    assert (found.other_province, found.districts) == (other, districts)


def test_two_places_are_both_named_and_their_words_are_shown() -> None:
    found = gazetteer().find("Đi từ xã Quảng Lưu, huyện Quảng Xương đến Nga Sơn")
    assert found == Found(("406", "401"), ("16543", "401"), "xã Quảng Lưu, huyện Quảng Xương, Nga Sơn")


def test_a_set_without_districts_finds_units_and_old_districts_need_their_kind() -> None:
    today = Gazetteer(
        [
            Unit("38", "Tỉnh Thanh Hóa", "province"),
            Unit("15499", "Xã Thọ Xuân", "commune", "38"),
            Unit("15520", "Xã Xuân Hòa", "commune", "38"),
        ],
        [("huyện Thọ Xuân", "15499"), ("huyện Thọ Xuân", "15520")],
    )
    assert today.find("xã Thọ Xuân") == Found((), ("15499",), "xã Thọ Xuân")
    assert today.find("huyện Thọ Xuân").units == ("15499", "15520")
    assert today.find("Thọ Xuân").units == ("15499",)


def test_decomposed_text_is_read_alike() -> None:
    text = "xã Quảng Lưu, huyện Quảng Xương"
    assert (
        gazetteer().find(unicodedata.normalize("NFD", text)).units
        == gazetteer().find(text).units
        == ("16543",)
    )


def test_units_that_hold_each_other_do_not_hang_the_gazetteer() -> None:
    assert (
        Gazetteer([Unit("a", "Xã A Bê", "commune", "b"), Unit("b", "Xã Bê A", "commune", "a")])
        .find("xã A Bê")
        .units
    )


def test_every_landmark_and_old_name_of_the_pack_is_found() -> None:
    for row in [*rows("landmarks.csv"), *rows("old_names.csv")]:
        assert row["unit_code"] in NAMES
        # the unit, or with a name that several units bear, one of those it names today
        assert gazetteer().find(f"ở {row['words']}").units, row


def test_a_landmark_in_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="999"):
        Gazetteer(units(), {"chợ Lạ": "999"})


PIECES = (
    "xã",
    "thị trấn",
    "thị",
    "phố",
    "huyện",
    "tp",
    "h.",
    ",",
    ";",
    "(",
    "tỉnh",
    "thống nhất",
    "quảng",
    "Lưu",
)
WORDS = st.sampled_from((*PIECES, "thanh", "THANH", "hóa", "hoà", "gia lai", "nghi", "sơn"))


@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join)))
def test_no_text_breaks_the_search_for_places(text: str) -> None:
    found = gazetteer().find(text)
    assert set(found.units) <= NAMES.keys()
    assert len(set(found.districts)) == len(found.districts)
