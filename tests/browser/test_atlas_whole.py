"""No page escapes the atlas: what the applications answer is compared with what is visited."""

from pathlib import Path
from typing import cast, get_args

import pytest
from fastapi.routing import APIRoute

from libs.devstack.nats_server import NatsServer
from services.portal.app import ROUTES
from services.portal.portal import Portal
from tests.support import atlas_desk, atlas_portal
from tests.support.atlas import State, Visit
from tests.support.deskroutes import routes_of
from tests.support.office import PEOPLE, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa


def compared(
    routes: set[tuple[str, str]], visits: tuple[Visit, ...], no_page: dict[str, str], never: dict[str, str]
) -> None:
    """Each address is visited or said to be no page; each form is seen refused or said never to refuse."""
    pages = {path for method, path in routes if method == "GET" and not path.startswith("/api/")}
    forms = {path for method, path in routes if method == "POST" and not path.startswith("/api/")}
    seen = {one.route for one in visits} | {route for one in visits for route in one.shows}
    sent = {one.sends for one in visits if one.sends}
    assert sorted(pages - seen - no_page.keys()) == [], "pages that nobody looks at"
    assert sorted((seen | no_page.keys()) - pages) == [], "no such page any more"
    assert sorted(seen & no_page.keys()) == []
    assert sorted(forms - sent - never.keys()) == [], "forms that nobody sends wrongly"
    assert sorted((sent | never.keys()) - forms) == [], "no such form any more"
    assert sorted(sent & never.keys()) == []
    names = [one.title for one in visits]
    assert sorted({name for name in names if names.count(name) > 1}) == [], "pictures of one name"


async def test_every_page_and_form_of_the_desk_is_in_the_atlas(server: NatsServer, tmp_path: Path) -> None:
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    async with running_desk(desk_settings(server, url, tmp_path)) as office:
        routes = set(routes_of(office.app))
    compared(routes, atlas_desk.DESK, atlas_desk.NO_PAGE, atlas_desk.NEVER_REFUSES)


def test_every_page_and_form_of_the_portal_is_in_the_atlas() -> None:
    nobody = cast("Portal", None)
    routes = {
        (method, route.path)
        for room in ROUTES
        for route in room(nobody).routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    compared(routes, atlas_portal.PORTAL, atlas_portal.NO_PAGE, atlas_portal.NEVER_REFUSES)


@pytest.mark.parametrize(
    ("visits", "elsewhere"),
    [(atlas_desk.DESK, {"often"}), (atlas_portal.PORTAL, {"conflict", "forbidden", "away", "ended"})],
    ids=["desk", "portal"],
)
def test_every_state_is_met(visits: tuple[Visit, ...], elsewhere: set[State]) -> None:
    """`elsewhere`: states that only the other application has."""
    assert {one.state for one in visits} == set(get_args(State)) - elsewhere
