"""A pack with one table changed: checked like its files, and told apart by its version."""

import pytest

from libs.packs.entries import Route
from libs.packs.model import PackErrors
from libs.packs.revise import as_written, revise
from libs.packs.routing import leads_for
from tests.support.builders import MONDAY_MORNING
from tests.support.provinces import thanh_hoa

DAY = MONDAY_MORNING.date()
ROUTES = tuple(as_written(route) for route in thanh_hoa().routes)


def with_lead(rule: str, *lead: str) -> tuple[Route, ...]:
    return tuple(route.model_copy(update={"lead": lead}) if route.id == rule else route for route in ROUTES)


def test_a_changed_table_makes_a_new_version_and_nothing_else_new() -> None:
    old = thanh_hoa()
    new = revise(old, routes=with_lead("R04-ANY", "SCT"))
    assert leads_for(new, "F04", None, (), DAY).lead == ("SCT",)
    assert leads_for(old, "F04", None, (), DAY).lead == ("SYT",)
    assert new.version != old.version and new.version.startswith("thanh-hoa-2021-")
    ignored = {"routes", "version"}
    assert new.model_dump(exclude=ignored) == old.model_dump(exclude=ignored)


def test_the_same_change_makes_the_same_version_whoever_makes_it() -> None:
    one, other = (revise(thanh_hoa(), routes=with_lead("R04-ANY", "SCT")) for _ in range(2))
    assert one.version == other.version
    assert revise(one, routes=with_lead("R04-ANY", "SYT")).version != one.version


def test_the_arbiter_stays_the_one_who_is_asked() -> None:
    new = revise(thanh_hoa(), routes=with_lead("R04-ANY", "@arbiter"))
    found = leads_for(new, "F04", None, (), DAY)
    assert (found.lead, found.arbiter) == ((), True)
    assert leads_for(new, "F99", None, (), DAY).arbiter


@pytest.mark.parametrize(
    ("routes", "line", "field"),
    [
        (with_lead("R04-ANY", "XYZ"), 9, "lead"),
        (with_lead("R04-ANY", "@district"), 9, "lead"),
        (with_lead("R04-ANY", "@arbiter", "SYT"), 9, "lead"),
    ],
)
def test_a_mistake_is_named_with_the_line_of_its_row(
    routes: tuple[Route, ...], line: int, field: str
) -> None:
    with pytest.raises(PackErrors) as caught:
        revise(thanh_hoa(), routes=routes)
    assert [(one.file, one.line, one.field) for one in caught.value.problems] == [("routes.csv", line, field)]


def test_a_table_that_leaves_a_field_without_any_rule_is_refused() -> None:
    with pytest.raises(PackErrors) as caught:
        revise(thanh_hoa(), routes=[route for route in ROUTES if route.id != "R04-ANY"])
    assert [(one.file, one.field) for one in caught.value.problems] == [("fields.csv", "code")]
