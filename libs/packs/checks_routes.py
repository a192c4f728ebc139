"""What must hold of the routing table: every field leads somewhere, and every name in it exists."""

from collections.abc import Iterator

from libs.packs.checks import LEVELS
from libs.packs.draft import Draft, Report
from libs.packs.entries import ARBITER, BY_PLACE, Route

FILE = "routes.csv"

LEVEL_VI = {"district": "cấp huyện", "commune": "cấp xã"}

BROADER = {level: {"*", "none", *LEVELS[: LEVELS.index(level)]} for level in BY_PLACE.values()}
"""What a route may say of a place without saying in which district or commune it lies."""


def check_routes(draft: Draft, report: Report) -> None:
    """Known fields, places and agencies; words for a place's agency where it is known; all fields routed."""
    agencies, fields = draft.codes("agencies.csv"), draft.codes("fields.csv")
    levels: dict[str, str] = {placed.entry.code: placed.entry.level for placed in draft.units}
    levels |= {word: word for word in ("*", "none", *LEVELS)}
    for placed in draft.routes:
        route, line = placed.entry, placed.line
        if fields is not None and route.field not in fields:
            report(FILE, line, "field", f"không có mã {route.field!r}", f"there is no {route.field!r}")
        if route.place not in levels and "units.csv" not in draft.broken:
            vi, en = "địa bàn không biết", "must be *, none, a level or the code of a unit"
            report(FILE, line, "place", vi, en)
        for column, vi, en in _name_problems(route, agencies, levels.get(route.place, "")):
            report(FILE, line, column, vi, en)
    _every_field_leads_somewhere(draft, report)
    for word, level in BY_PLACE.items():
        if any(word in (*placed.entry.lead, *placed.entry.offer) for placed in draft.routes):
            _every_unit_has_an_agency(draft, report, level)


def _name_problems(route: Route, agencies: set[str] | None, level: str) -> Iterator[tuple[str, str, str]]:
    """Column and messages for each agency the route cannot mean."""
    for column, codes in (("lead", route.lead), ("offer", route.offer)):
        for code in codes:
            if agencies is not None and code not in agencies | {*BY_PLACE, ARBITER}:
                yield column, f"không có cơ quan {code!r}", f"there is no agency {code!r}"
        for word, needed in BY_PLACE.items():
            if word in codes and level in BROADER[needed]:
                vi, en = f"chỉ dùng khi đã rõ {LEVEL_VI[needed]}", f"needs a place known to its {needed}"
                yield column, f"{word} {vi}", f"{word} {en}"
    if ARBITER in route.lead and len(route.lead) > 1:
        yield "lead", f"{ARBITER} phải đứng một mình", f"{ARBITER} stands alone"


def _every_field_leads_somewhere(draft: Draft, report: Report) -> None:
    everywhere = {placed.entry.field for placed in draft.routes if placed.entry.place == "*"}
    for placed in draft.fields:
        if placed.entry.code not in everywhere and FILE not in draft.broken:
            vi, en = "lĩnh vực chưa có tuyến cho địa bàn *", "the field has no route for the place *"
            report("fields.csv", placed.line, "code", vi, en)


def _every_unit_has_an_agency(draft: Draft, report: Report, level: str) -> None:
    """Units that are to end need none: what lies in them belongs to their successors."""
    if "agencies.csv" in draft.broken:
        return
    served = {placed.entry.unit for placed in draft.agencies if placed.entry.kind == level}
    for placed in draft.units:
        unit = placed.entry
        if unit.level == level and unit.valid_to is None and unit.code not in served:
            vi, en = f"không có cơ quan {LEVEL_VI[level]} phụ trách", f"no {level} agency serves this {level}"
            report("units.csv", placed.line, "code", vi, en)
