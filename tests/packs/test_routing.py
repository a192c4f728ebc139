"""Field × place × day → agencies; and who takes over from an agency that has ended."""

from datetime import date
from pathlib import Path

import pytest

from libs.packs.folder import load
from libs.packs.model import Pack
from libs.packs.routing import Leads, leads_for
from libs.packs.takeover import BY_FIELD, BY_PLACE, MERGED, Held, Takeover, takeover
from tests.support.packs import small_pack

LAST, FIRST = date(2021, 6, 30), date(2021, 7, 1)

REFORM = {
    "agencies__csv": """\
code,name_vi,name_en,kind,unit,merged_into,split_into,valid_from,valid_to
TT,Sở Thông tin,Information,department,1,,,,
YT,Sở Y tế,Health,department,1,,,,
XH,Sở Xã hội,Welfare,department,1,NV,,,2021-06-30
NV,Sở Nội vụ,Home,department,1,,,2021-07-01,
H11,UBND huyện Bắc,North,district,11,,X111|X113,,2021-06-30
X111,UBND xã Đông,East,commune,111,,,2021-07-01,
X113,UBND xã Tây,West,commune,113,,,2021-07-01,
HET,Ban Cũ,Old board,other,1,,,,2021-06-30
A,Ban A,A,other,1,B,,,2021-06-29
B,Ban B,B,other,1,NV,,,2021-06-30
""",
    "units__csv": """\
code,name_vi,level,parent,merged_into,split_into,valid_from,valid_to
1,Tỉnh Nhỏ,province,,,,,
11,Huyện Bắc,district,1,,111|113,,2021-06-30
111,Xã Cũ,commune,11,113,,,2021-06-30
111,Xã Đông,commune,1,,,2021-07-01,
112,Xã Giữa,commune,11,111,,,2021-06-30
113,Xã Tây,commune,1,,,2021-07-01,
114,Xã Chia,commune,11,,111|113,,2021-06-30
""",
    "routes__csv": """\
id,field,place,lead,offer,note
R1,F01,district,@district,XH,
R2,F01,commune,@commune,YT,
R3,F01,*,YT,,
""",
    "faq__csv": "id,field,question,answer,agency,source,checked,status\n",
    "landmarks__csv": "words,unit_code,note\n",
    "old_names__csv": "words,unit_code,note\n",
}


@pytest.fixture
def reform(tmp_path: Path) -> Pack:
    """A district and its communes become two new communes at midnight; one code is given out again."""
    return load(small_pack(tmp_path, **REFORM))


def test_a_place_that_has_ended_is_routed_as_the_one_it_became(reform: Pack) -> None:
    assert leads_for(reform, "F01", "112", (), FIRST) == Leads(("X111",), ("YT",), "R2")


def test_a_rule_is_judged_by_the_agencies_of_the_day(reform: Pack) -> None:
    before, after = (leads_for(reform, "F01", "11", (), day) for day in (LAST, FIRST))
    assert before == Leads(("H11",), ("XH",), "R1")
    assert (after.lead, after.rule) == (("YT",), "R3")  # the district is split: no one place any more


def test_until_the_reform_a_commune_lies_where_it_lay_though_the_pack_tells_already_what_comes(
    tmp_path: Path,
) -> None:
    """Unit 111 has two rows: in the district 11 until the last day, then right under the province."""
    routes = "id,field,place,lead,offer,note\nR1,F01,11,H11,,\nR2,F01,commune,@district,,\nR3,F01,*,YT,,\n"
    pack = load(small_pack(tmp_path, **REFORM | {"routes__csv": routes}))
    assert leads_for(pack, "F01", "111", (), LAST) == Leads(("H11",), (), "R1")
    assert leads_for(pack, "F01", "112", (), LAST).lead == ("H11",)
    assert leads_for(pack, "F01", "113", (), FIRST).rule == "R2"


def test_a_place_that_was_split_leaves_its_parts_to_choose_from(reform: Pack) -> None:
    assert leads_for(reform, "F01", "114", (), FIRST).depends_on_place


def test_a_rule_whose_agency_ended_is_broken_and_names_it(tmp_path: Path) -> None:
    routes = "id,field,place,lead,offer,note\nR3,F01,*,XH|YT,HET,\n"
    pack = load(small_pack(tmp_path, **{**REFORM, "routes__csv": routes}))
    assert leads_for(pack, "F01", None, (), LAST) == Leads(("XH", "YT"), ("HET",), "R3")
    assert leads_for(pack, "F01", None, (), FIRST) == Leads((), (), "R3", broken=("XH", "HET"))


def test_candidates_matter_only_when_they_have_different_agencies(reform: Pack) -> None:
    assert leads_for(reform, "F01", None, ("111", "113"), FIRST).depends_on_place
    assert not leads_for(reform, "F01", None, ("112", "111"), FIRST).depends_on_place


@pytest.mark.parametrize(
    ("agency", "place", "found"),
    [
        ("YT", None, Takeover("YT", MERGED)),
        ("XH", None, Takeover("NV", MERGED)),
        ("A", "112", Takeover("NV", MERGED)),
        ("H11", "112", Takeover("X111", BY_PLACE)),
        ("H11", "111", Takeover("X113", BY_PLACE)),
        ("H11", "114", None),
        ("H11", "11", None),
        ("H11", None, None),
        ("H11", "99", None),
        ("HET", "112", None),
        ("??", "112", None),
    ],
)
def test_who_takes_over_is_what_the_pack_says_or_nobody(
    reform: Pack, agency: str, place: str | None, found: Takeover | None
) -> None:
    since = LAST if agency != "A" else date(2021, 6, 1)
    assert takeover(reform, Held(agency, place, since), FIRST) == found


def test_where_the_place_does_not_decide_a_split_the_routing_table_may(tmp_path: Path) -> None:
    agencies = REFORM["agencies__csv"].replace(
        "XH,Sở Xã hội,Welfare,department,1,NV,,", "XH,Sở Xã hội,Welfare,department,1,,NV|YT,"
    )
    pack = load(small_pack(tmp_path, **{**REFORM, "agencies__csv": agencies}))
    assert takeover(pack, Held("XH", "112", LAST), FIRST) is None
    assert takeover(pack, Held("XH", None, LAST, field="F01"), FIRST) == Takeover("YT", BY_FIELD)
    assert takeover(pack, Held("XH", "112", LAST, field="F01"), FIRST) is None  # there the commune leads


def test_before_the_last_day_is_over_nobody_takes_over(reform: Pack) -> None:
    assert takeover(reform, Held("XH", None, date(2021, 1, 4)), LAST) == Takeover("XH", MERGED)


def test_a_slip_that_was_sent_after_the_end_that_is_told_only_now_moves_all_the_same(reform: Pack) -> None:
    late = date(2022, 3, 1)
    assert takeover(reform, Held("XH", None, late), date(2022, 3, 2)) == Takeover("NV", MERGED)


def test_a_code_that_was_given_out_again_means_what_the_pack_of_the_slip_meant_by_it(reform: Pack) -> None:
    units = [
        u.model_copy(update={"valid_to": None})
        for u in reform.units
        if u.code != "113" and u.name_vi != "Xã Đông"
    ]
    before = reform.model_copy(update={"units": tuple(units), "version": "before"})
    late, day = date(2022, 3, 1), date(2022, 3, 2)
    assert takeover(reform, Held("H11", "111", late, before), day) == Takeover("X113", BY_PLACE)
    assert takeover(reform, Held("H11", "111", late), day) == Takeover("X111", BY_PLACE)
