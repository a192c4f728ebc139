"""Surge mode: on above the limit, off below half of it, and what a person decided stays for a while."""

from datetime import timedelta
from pathlib import Path

import pytest

from libs.contracts.errors import Refused
from libs.contracts.surge import SURGE, Surge
from libs.devstack.nats_server import NatsServer
from libs.runtime.directory import read_surge
from services.desk.domain.errors import NotAllowed
from services.desk.domain.surging import Load, switched
from services.desk.telephony.surges import Surges
from tests.support.builders import MONDAY_MORNING, a_case, opened
from tests.support.bus import connected
from tests.support.desks import ADMINISTRATOR, OFFICER, OPERATOR
from tests.support.deskweb import browser, send
from tests.support.office import Office
from tests.support.waiting import eventually
from tests.support.worktable import a_worktable

NOW, MINUTE = MONDAY_MORNING, timedelta(minutes=1)
CALM, BUSY, FEWER = Load(10, 0, 2), Load(30, 1, 1), Load(16, 0, 1)
AUTO = Surge(on=True, since=NOW)
BY_HAND = Surge(on=True, since=NOW, by="Trần Thị Trực", reason="Bão")
ENDED = Surge(on=False, since=NOW, by="Trần Thị Trực")

SWITCHES = (
    ("calm", CALM, Surge(), 0, None),
    ("overrun", BUSY, Surge(), 0, True),
    ("overrun, nobody at work", Load(31, 0, 0), Surge(), 0, True),
    ("at the limit", Load(30, 0, 1), Surge(), 0, None),
    ("still on between the limits", FEWER, AUTO, 20, None),
    ("caught up", CALM, AUTO, 20, False),
    ("caught up, but only just on", CALM, AUTO, 9, None),
    ("just ended by itself", BUSY, Surge(on=False, since=NOW), 9, None),
    ("overrun again", BUSY, Surge(on=False, since=NOW), 11, True),
    ("switched on by hand", CALM, BY_HAND, 600, None),
    ("switched off by hand", BUSY, ENDED, 29, None),
    ("switched off by hand long ago", BUSY, ENDED, 31, True),
)


@pytest.mark.parametrize(
    ("load", "surge", "minutes", "on"), [one[1:] for one in SWITCHES], ids=[o[0] for o in SWITCHES]
)
def test_two_limits_keep_it_from_flickering(load: Load, surge: Surge, minutes: int, on: bool | None) -> None:
    wanted = switched(NOW + minutes * MINUTE, load, surge, 30)
    assert (wanted.on if wanted else None) is on
    if wanted:
        assert wanted.by == "" and f"{load.waiting} hồ sơ chờ" in wanted.reason
    assert switched(NOW + minutes * MINUTE, load, surge, 0) is None, "0: never by itself"


def surges(office: Office, limit: float) -> Surges:
    engine, rt = office.runtime.readiness.engine, office.runtime
    assert engine
    return Surges(engine, rt.directory, rt.clock, rt.js, limit)


async def _standing(server: NatsServer) -> Surge:
    async with connected(server, "portal") as js:
        return (await read_surge(await js.key_value("DIRECTORY")))[0]


async def test_whoever_leads_switches_it_by_hand_and_every_service_knows(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        async with browser(table, OPERATOR) as web:
            refused = await send(web, "/surge", "/surge")
            assert refused.status_code == 422 and "Ghi lý do bật" in refused.text
            assert (await send(web, "/surge", "/surge", reason="Bão số 5")).status_code == 303
            assert "Chế độ quá tải đang bật" in (await web.get("/triage")).text
        standing = await _standing(server)
        assert (standing.on, standing.by, standing.reason) == (True, OPERATOR.name, "Bão số 5")
        async with browser(table, ADMINISTRATOR) as web:
            assert (await send(web, "/surge", "/surge")).status_code == 303
            assert "đang bật" not in (await web.get("/triage")).text.lower()
        async with browser(table, OFFICER) as web:
            assert (await web.get("/surge")).status_code == 403
        with pytest.raises(NotAllowed):
            await surges(table.office, 0).switch(OFFICER, on=True, reason="x")


async def test_it_switches_itself_once_however_many_replicas_look(server: NatsServer, office: Office) -> None:
    for _ in range(4):
        await office.receive(server, ref := a_case(), opened(ref))
    await office.receive(server, ref := a_case(), opened(ref, spam=("offer",)))
    one, two = surges(office, 3), surges(office, 3)
    assert await one.load() == Load(4, 0, 0), "junk overruns nobody"
    await one.look()
    await two.look()
    standing = await _standing(server)
    assert standing.on and standing.by == ""
    async with office.person(OPERATOR) as operator:
        await operator.client.get("/me")
        assert (await one.load()).operators == 1
    stale = surges(office, 3)
    office.runtime.directory.surge = Surge()
    with pytest.raises(Refused):
        await stale.switch(OPERATOR, on=True, reason="Cùng lúc")
    await eventually(
        lambda: office.runtime.directory.surge == standing or _again(office), what="the directory"
    )


async def _again(office: Office) -> bool:
    await office.runtime.directory.refresh()
    return office.runtime.directory.surge.on


async def test_an_entry_of_another_release_stops_nobody(server: NatsServer, office: Office) -> None:
    async with connected(server, "desk") as js:
        bucket = await js.key_value("DIRECTORY")
        await bucket.put(SURGE, b'{"on": "perhaps", "since": 7}')
    await office.runtime.directory.refresh()
    assert office.runtime.directory.surge == Surge()
    await surges(office, 0).switch(OPERATOR, on=True, reason="Vẫn bật được")
    assert (await _standing(server)).on
