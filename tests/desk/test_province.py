"""What the desk reads from a pack about who works below a lead, and which police unit verifies."""

import functools
from datetime import date

from libs.packs.folder import load
from libs.packs.model import Pack
from services.desk.province import communes_of, police_of, rules_of
from tests.support.provinces import PACKS, thanh_hoa
from tests.support.worktime import at

DAY = date(2022, 6, 1)


@functools.cache
def dong_nai() -> Pack:
    return load(PACKS / "dong-nai")


def test_a_district_gives_work_to_its_own_communes_and_to_no_others() -> None:
    pack = dong_nai()
    district = next(one for one in pack.agencies if one.kind == "district")
    below = communes_of(pack, district.code, DAY)
    assert below and all(one.kind == "commune" for one in below)
    for one in below:
        assert one.supervisor == district.code or (
            one.unit and district.unit in {unit.code for unit in pack.enclosing(one.unit)}
        )
    others = {one.code for one in pack.agencies if one.kind == "commune"} - {one.code for one in below}
    assert others, "there are communes elsewhere"


def test_where_the_province_has_no_second_level_nobody_is_below() -> None:
    assert communes_of(thanh_hoa(), "SYT", DAY) == ()
    assert communes_of(thanh_hoa(), "UBND_406", DAY) == ()
    assert communes_of(thanh_hoa(), "XX", DAY) == ()


def test_the_police_of_the_district_verify_else_those_of_the_province() -> None:
    pack = dong_nai()
    assert police_of(pack, "731", DAY) == "CA_731"
    commune = next(unit.code for unit in pack.units if unit.parent == "731")
    assert police_of(pack, commune, DAY) == "CA_731"
    assert police_of(pack, None, DAY) == "CAT" == police_of(pack, "75", DAY)
    assert police_of(pack, "no such place", DAY) == "CAT"
    assert police_of(thanh_hoa(), "406", DAY) == "CAT"


def test_a_pack_without_police_names_none() -> None:
    pack = thanh_hoa()
    without = tuple(one for one in pack.agencies if one.kind != "police")
    assert police_of(pack.model_copy(update={"agencies": without}), "406", DAY) == ""


def test_where_each_agency_answers_in_its_own_hours_the_provinces_tell_until_when_to_wait() -> None:
    """`@owner` is no profile of hours: a pack with it passed its checks, and `verifying` was an error."""
    pack, sent = thanh_hoa(), at("2022-06-01 08:00")
    kinds = tuple(
        kind.model_copy(update={"calendar": "@owner"}) if kind.code == "answer" else kind
        for kind in pack.clocks
    )
    own = pack.model_copy(update={"clocks": kinds})
    assert rules_of(own, sent, ()).answer_due(1, sent) == rules_of(pack, sent, ()).answer_due(1, sent)
