"""The pack of Thanh Hóa today: 166 communes, successor agencies, and a way on for what had begun before."""

from collections import Counter
from datetime import date

import pytest

from libs.packs.routing import agencies_for, route_for
from libs.packs.succession import Succession
from tests.support.provinces import province

PACK = province("thanh-hoa")
OLD = province("thanh-hoa-2021")
LAST_DAY, TODAY = date(2025, 6, 30), date(2026, 3, 2)
HOANG_HOA = "15865"

ROUTES = [
    # field, leads without a place, leads in the commune, whether its committee is offered besides
    ("F01", (), (), True),
    ("F02", ("SYT",), ("SYT",), True),
    ("F03", ("SYT",), ("UBND_15865",), False),
    ("F04", ("SYT",), ("SYT",), True),
    ("F05", ("SNV",), ("SNV",), True),
    ("F06", ("MTTQ",), ("MTTQ",), True),
    ("F07", ("SXD",), ("SXD",), True),
    ("F08", ("SCT",), ("SCT", "UBND_15865"), False),
    ("F09", ("CAT",), ("CAT",), True),
    ("F10", ("SKHCN",), ("SKHCN",), True),
    ("F99", ("SKHCN",), ("SKHCN",), False),
]


def routed(field: str, place: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    route = route_for(PACK, field, place)
    assert route is not None
    return agencies_for(PACK, route.lead, place), agencies_for(PACK, route.offer, place)


@pytest.mark.parametrize(("field", "nowhere", "local", "offered"), ROUTES)
def test_each_row_of_phu_luc_2_leads_to_the_successor_of_its_agency(
    field: str, nowhere: tuple[str, ...], local: tuple[str, ...], offered: bool
) -> None:
    assert routed(field, None)[0] == nowhere
    assert routed(field, HOANG_HOA)[0] == local
    assert ("UBND_15865" in routed(field, HOANG_HOA)[1]) is offered


def test_it_keeps_the_fields_clocks_and_days_of_2021() -> None:
    assert (PACK.fields, PACK.clocks, PACK.days) == (OLD.fields, OLD.clocks, OLD.days)
    assert (PACK.hours, PACK.reasons, PACK.letters) == (OLD.hours, OLD.reasons, OLD.letters)


def test_only_2021_never_ends() -> None:
    assert all(unit.in_force(TODAY) for unit in OLD.units)
    standing = Counter(unit.level for unit in PACK.units if unit.in_force(TODAY))
    assert standing == {"province": 1, "commune": 166}
    assert Counter(unit.level for unit in PACK.units if unit.in_force(LAST_DAY)) == {
        "province": 1,
        "district": 27,
        "commune": 559,
    }


def test_each_commune_has_its_committee() -> None:
    for unit in PACK.units:
        if unit.level == "commune" and unit.in_force(TODAY):
            agency = PACK.commune_agency(unit.code, TODAY)
            assert agency is not None and agency.unit == unit.code and agency.kind == "commune"
            assert PACK.district_agency(unit.code, TODAY) is None


def test_every_agency_of_2021_still_stands_or_names_who_took_over() -> None:
    agencies = Succession(PACK.agencies)
    ended = set()
    for agency in OLD.agencies:
        heirs = agencies.after(agency.code, date(2021, 12, 1), TODAY)
        assert heirs, agency.code
        assert all(PACK.agency_on(heir, TODAY) for heir in heirs)
        if heirs != (agency.code,):
            ended.add(agency.code)
    assert ended >= {"STTTT", "SLDTBXH", "SGTVT", "UBND_399"}
    assert agencies.after("STTTT", date(2021, 12, 1), TODAY) == ("SKHCN",)


def test_a_district_committee_is_followed_by_those_of_the_communes_it_became() -> None:
    agencies, units = Succession(PACK.agencies), Succession(PACK.units)
    for district in (unit for unit in PACK.units if unit.level == "district"):
        heirs = units.after(district.code, LAST_DAY, TODAY)
        followed = agencies.after(f"UBND_{district.code}", LAST_DAY, TODAY)
        assert {f"UBND_{code}" for code in heirs} == set(followed)


def test_the_arbiter_is_a_role_and_not_a_name() -> None:
    assert (PACK.arbiter, OLD.arbiter) == ("SKHCN", "STTTT")
    assert {route.field for route in PACK.routes if route.arbiter} == {"F99"}


def test_no_route_and_no_answer_names_an_agency_that_has_ended() -> None:
    named = {code for route in PACK.routes for code in (*route.lead, *route.offer) if code[0] != "@"}
    named |= {question.agency for question in PACK.questions} - {"UBND_XA"}
    assert all(PACK.agency_on(code, TODAY) for code in named), named


def test_every_agency_can_be_reached_and_nobody_real_is() -> None:
    assert PACK.sample
    for agency in PACK.agencies:
        assert agency.email is not None and agency.email.endswith("@thanhhoa.example")
    standing = [agency for agency in PACK.agencies if agency.in_force(TODAY)]
    assert len({agency.email for agency in standing}) == len(standing)
    assert all(PACK.contact(agency.code, "unit_head") for agency in standing)
