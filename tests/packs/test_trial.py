"""The dry run: what a changed table would do to cases that have been, and to every field at every place."""

from datetime import date

from libs.packs.entries import Route
from libs.packs.model import Pack
from libs.packs.revise import as_written, revise
from libs.packs.trial import Gap, Move, PastCase, trial
from tests.support.builders import MONDAY_MORNING
from tests.support.provinces import changed_agency, thanh_hoa

DAY = MONDAY_MORNING.date()
QUANG_XUONG = "406"


def past(code: str, field: str, place: str | None, lead: str = "", day: date = DAY) -> PastCase:
    return PastCase(code=code, field=field, place=place, day=day, lead=lead)


CASES = (
    past("100000001", "F04", QUANG_XUONG, "SYT"),
    past("100000002", "F04", None, "SCT"),
    past("100000003", "F08", QUANG_XUONG, "SCT"),
    past("100000004", "F99", QUANG_XUONG),
)


def changed(rule: str, *lead: str) -> Pack:
    routes = [as_written(route) for route in thanh_hoa().routes]
    return revise(
        thanh_hoa(), routes=[r.model_copy(update={"lead": lead}) if r.id == rule else r for r in routes]
    )


def with_routes(*routes: Route) -> Pack:
    """A table as nobody would be allowed to save it."""
    return thanh_hoa().model_copy(update={"routes": routes, "version": "table"})


def test_the_same_table_changes_nothing() -> None:
    found = trial(CASES, thanh_hoa(), DAY, thanh_hoa())
    assert (found.cases, found.moved, found.moves, found.gaps) == (4, 0, (), ())


def test_a_changed_lead_moves_the_cases_of_its_rule_and_says_which_and_from_where_to_where() -> None:
    found = trial(CASES, changed("R04-ANY", "SCT"), DAY, thanh_hoa())
    assert found.moves == (Move(("SYT",), ("SCT",), cases=1, right=1, examples=("100000002",)),)


def test_cases_are_routed_by_their_own_day() -> None:
    last = date(2026, 3, 1)
    merged = changed_agency("SYT", valid_to=last)
    cases = [past("1", "F04", None, day=last), past("2", "F04", None, day=DAY)]
    assert trial(cases, merged, DAY, thanh_hoa()).moves == (Move(("SYT",), (), 1, 0, ("2",)),)


def test_a_field_that_would_be_left_without_an_agency_is_caught_without_any_case() -> None:
    found = trial((), changed("R04-ANY"), DAY, thanh_hoa())
    assert found.gaps == (Gap("F04", "R04-ANY", ("", "38"), ()),)


def test_a_place_that_would_be_left_without_an_agency_is_caught() -> None:
    found = trial((), changed_agency("UBND_406", valid_to=date(2026, 3, 1)), DAY, thanh_hoa())
    places = {one.code for one in thanh_hoa().units if QUANG_XUONG in {one.code, one.parent}}
    assert {gap.rule: (set(gap.places), gap.broken) for gap in found.gaps} == {
        "R03-DISTRICT": (places, ("@district",)),
        "R08-DISTRICT": (places, ("@district",)),
        "R01-DISTRICT": (places, ("@district",)),
    }


def test_a_rule_that_offers_agencies_to_choose_from_leaves_no_gap_and_one_in_force_already_is_no_news() -> (
    None
):
    found = trial((), thanh_hoa(), DAY, thanh_hoa())
    assert found.gaps == ()
    assert found.known_gaps == (Gap("F01", "R01-ANY", ("", "38"), ()),)
    assert trial((), thanh_hoa(), DAY).gaps == found.known_gaps


def test_a_field_without_any_rule_is_a_gap_without_a_rule() -> None:
    table = with_routes(Route(id="R", field="F04", place="none", lead=("SYT",)))
    gaps = {gap.field: gap for gap in trial((), table, DAY, thanh_hoa()).gaps}
    assert gaps["F02"].rule == "" and len(gaps["F02"].places) == 1 + len(thanh_hoa().units)
    assert "" not in gaps["F04"].places


def test_rules_that_no_case_needed_are_told_apart_from_those_that_none_can_ever_need() -> None:
    shadowed = Route(id="R04-NONE", field="F04", place="district", lead=("SYT",))
    routes = [route for route in thanh_hoa().routes if route.id != "R04-DISTRICT"]
    communes = Route(id="R04-C", field="F04", place="commune", lead=("SYT",))
    found = trial(CASES, with_routes(*routes, communes), DAY, thanh_hoa())
    assert "R04-C" in found.unused and "R04-ANY" not in found.unused and found.unreachable == ()
    nowhere = with_routes(*routes, shadowed.model_copy(update={"place": "99999"}))
    assert trial(CASES, nowhere, DAY, thanh_hoa()).unreachable == ("R04-NONE",)


def test_without_a_table_in_force_cases_are_compared_with_where_they_went() -> None:
    moves = trial(CASES, thanh_hoa(), DAY).moves
    assert moves == (Move(("SCT",), ("SYT",), 1, 0, ("100000002",)),)


def test_a_case_of_a_field_that_the_pack_does_not_have_is_counted_apart() -> None:
    found = trial([*CASES, past("5", "F77", None)], thanh_hoa(), DAY, thanh_hoa())
    assert (found.cases, found.strange, found.moved) == (5, 1, 0)


def test_a_case_at_a_place_that_the_pack_does_not_have_is_routed_as_one_without_a_place() -> None:
    found = trial([past("5", "F03", "99999")], changed("R03-ANY", "SCT"), DAY, thanh_hoa())
    assert found.moves == (Move(("SYT",), ("SCT",), 1, 0, ("5",)),)
