"""Every page of desk and portal in every state: clean for axe, the console, a phone, and with no script."""

from pathlib import Path

import pytest

from libs.devstack.nats_server import NatsServer
from tests.support.atlas_citizens import a_full_portal
from tests.support.atlas_desk import EMPTY
from tests.support.atlas_desk import PARTS as DESK
from tests.support.atlas_looking import Tour, told
from tests.support.atlas_portal import PARTS as PORTAL
from tests.support.atlas_portal import SURGE
from tests.support.atlas_world import a_bare_desk, a_full_desk
from tests.support.browsers import chromium, needs_chromium
from tests.support.office import PEOPLE

pytestmark = [*(one for one in needs_chromium if one.name != "timeout"), pytest.mark.timeout(600)]

EVERYBODY = {one.login: one for one in PEOPLE}
script_or_not = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


@script_or_not
@pytest.mark.parametrize("part", DESK)
async def test_every_page_of_the_desk_is_clean(
    server: NatsServer, tmp_path: Path, part: str, *, script: bool
) -> None:
    async with a_full_desk(server, tmp_path) as (origin, names), chromium() as browser:
        tour = Tour(browser, origin, names, EVERYBODY, "desk", script)
        await tour.go(DESK[part])
    assert not tour.faults, told(tour)


@script_or_not
async def test_a_desk_where_nothing_happened_yet_is_clean(
    server: NatsServer, tmp_path: Path, *, script: bool
) -> None:
    async with a_bare_desk(server, tmp_path) as (origin, names), chromium() as browser:
        tour = Tour(browser, origin, names, EVERYBODY, "bare", script)
        await tour.go(EMPTY)
    assert not tour.faults, told(tour)


@script_or_not
@pytest.mark.parametrize("part", PORTAL)
async def test_every_page_of_the_portal_is_clean(
    server: NatsServer, tmp_path: Path, part: str, *, script: bool
) -> None:
    async with a_full_portal(server, tmp_path) as (origin, names), chromium() as browser:
        tour = Tour(browser, origin, names, pictures="portal", script=script)
        await tour.go(PORTAL[part])
    assert not tour.faults, told(tour)


@script_or_not
async def test_a_portal_in_a_surge_is_clean(server: NatsServer, tmp_path: Path, *, script: bool) -> None:
    async with a_full_portal(server, tmp_path, surge=True) as (origin, names), chromium() as browser:
        tour = Tour(browser, origin, names, pictures="surge", script=script)
        await tour.go(SURGE)
    assert not tour.faults, told(tour)
