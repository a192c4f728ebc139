"""The pack of Đồng Nai: two levels under supervision, the province's office as arbiter, clocks by policy."""

from collections import Counter

import pytest

from libs.packs.routing import agencies_for, route_for
from tests.support.provinces import province

PACK = province("dong-nai")
TRANG_DAI = "25993"

ROUTES = [
    # field, leads without a place, leads in phường Trảng Dài of Biên Hòa
    ("F01", (), ()),
    ("F02", ("SYT",), ("SYT",)),
    ("F03", ("SYT",), ("UBND_731",)),
    ("F04", ("SYT",), ("UBND_731",)),
    ("F05", ("SLDTBXH",), ("UBND_731",)),
    ("F06", ("MTTQ",), ("UBND_731",)),
    ("F07", ("SGTVT",), ("SGTVT",)),
    ("F08", ("SCT",), ("SCT", "UBND_731")),
    ("F09", ("CAT",), ("CAT",)),
    ("F10", ("STTTT",), ("STTTT",)),
    ("F99", ("VPUBND",), ("VPUBND",)),
]


@pytest.mark.parametrize(("field", "nowhere", "local"), ROUTES)
def test_welfare_and_health_lead_to_the_district_of_the_place(
    field: str, nowhere: tuple[str, ...], local: tuple[str, ...]
) -> None:
    for place, leads in ((None, nowhere), (TRANG_DAI, local)):
        route = route_for(PACK, field, place)
        assert route is not None
        assert agencies_for(PACK, route.lead, place) == leads


def test_there_are_11_districts_and_170_communes_each_under_the_eyes_of_its_district() -> None:
    assert Counter(unit.level for unit in PACK.units) == {"province": 1, "district": 11, "commune": 170}
    for unit in PACK.units:
        if unit.level == "commune":
            commune, district = PACK.commune_agency(unit.code), PACK.district_agency(unit.code)
            assert commune is not None and district is not None
            assert (commune.unit, commune.supervisor) == (unit.code, district.code)
            assert district.unit == unit.parent


def test_the_provinces_office_is_arbiter_and_above_the_districts() -> None:
    assert PACK.arbiter == PACK.province_office == "VPUBND"
    districts = [agency for agency in PACK.agencies if agency.kind == "district"]
    assert {agency.supervisor for agency in districts} == {"VPUBND"}


def test_each_district_has_its_police_below_that_of_the_province() -> None:
    police = [agency for agency in PACK.agencies if agency.kind == "police"]
    assert {agency.supervisor for agency in police} == {"VPUBND", "CAT"}
    assert {agency.unit for agency in police} == {u.code for u in PACK.units if u.level != "commune"}


def test_no_clock_is_said_to_be_law_since_the_letter_names_no_hours() -> None:
    assert {clock.basis for clock in PACK.clocks} == {"policy"}
    assert all(clock.clause.startswith("Đồng Nai ") for clock in PACK.clocks)
    assert {clock.code for clock in PACK.clocks} >= {"answer", "publish", "promise", "commune", "police"}


def test_it_names_nothing_of_another_province_and_nobody_real() -> None:
    assert PACK.sample
    assert all(agency.email and agency.email.endswith("@dongnai.example") for agency in PACK.agencies)
    assert not [q.id for q in PACK.questions if "Thanh Hóa" in q.question + q.answer]
    assert not [r.code for r in PACK.reasons if "Điều" in r.clause]
