"""A joined case is told to the one it follows exactly once, whoever was killed in between."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from libs.contracts import events
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog, Stored
from libs.runtime.database import open_engine, writing
from services.desk.followers import EVERY
from services.desk.store import CASE
from tests.support.builders import MONDAY_MORNING, a_case, make, opened
from tests.support.bus import connected
from tests.support.desks import OPERATOR
from tests.support.history import happen
from tests.support.office import PEOPLE, Office, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually

DAY = timedelta(days=1)


async def followers(server: NatsServer, ref: CaseRef) -> list[str]:
    """The cases that this one was told to be followed by, as often as it was told."""
    async with connected(server, "desk") as js:
        stored: list[Stored] = await CaseLog(js).since(ref, 0)
    return [one.fact.case for one in stored if isinstance(one.fact, events.CaseFollowerAdded)]


def joins(ref: CaseRef, to: CaseRef) -> events.CaseJoined:
    return make(events.CaseJoined, ref, to=to.case_id, year=to.year, code="123456782", by=OPERATOR.actor())


async def three(server: NatsServer) -> tuple[CaseRef, CaseRef, CaseRef]:
    """The newest was joined to the middle one, and that one to the oldest; then everybody was killed."""
    new, middle, old = a_case(), a_case(), a_case()
    await happen(server, old, opened(old, at=MONDAY_MORNING - 2 * DAY))
    await happen(server, middle, opened(middle, at=MONDAY_MORNING - DAY))
    await happen(server, new, opened(new), joins(new, middle))
    return new, middle, old


async def test_a_join_that_outlived_its_desk_is_told_by_the_next_one_and_by_two_at_once_still_once(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    new, middle, _ = await three(server)
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    settings = desk_settings(server, url, tmp_path)
    async with running_desk(settings), running_desk(settings):
        await eventually(lambda: told(server, middle, new), within=9, what="the follower is told")
        await asyncio.sleep(EVERY + 0.5)
    async with running_desk(settings):
        await asyncio.sleep(EVERY + 0.5)
    assert await followers(server, middle) == [new.case_id]


async def told(server: NatsServer, root: CaseRef, *who: CaseRef) -> bool:
    return {one.case_id for one in who} <= set(await followers(server, root))


async def test_who_follows_a_case_that_is_joined_itself_follows_its_root(
    server: NatsServer, office: Office
) -> None:
    new, middle, old = await three(server)
    await eventually(lambda: told(server, middle, new), within=9, what="the middle one knows the newest")
    async with office.person(OPERATOR) as operator:
        done = await operator.tell(middle, "join", to=old.case_id)
        assert done.status_code == 201, done.text
        await eventually(lambda: told(server, old, new, middle), within=9, what="the root knows both")

        async def shown() -> bool:
            found = (await operator.client.get(f"/cases/{old.case_id}")).json()
            return {one["case_id"] for one in found["followers"]} == {new.case_id, middle.case_id}

        await eventually(shown, what="its page shows both")
        followed = (await operator.client.get(f"/cases/{new.case_id}")).json()["followed"]
        assert followed["case_id"] == old.case_id, "its page tells how the matter stands"


async def test_a_join_to_a_follower_goes_to_its_root(server: NatsServer, office: Office) -> None:
    new, middle, old = await three(server)
    await happen_more(server, middle, joins(middle, old))
    late = a_case()
    await office.receive(server, late, opened(late, at=MONDAY_MORNING + DAY))
    async with office.person(OPERATOR) as operator:
        done = await operator.tell(late, "join", to=new.case_id)
        assert done.status_code == 201, done.text
        shown = await operator.look(late)
        assert shown["state"]["joined"]["case"] == old.case_id
    await eventually(lambda: told(server, old, new, middle, late), within=9, what="the root knows all")


async def test_one_bad_case_keeps_no_other_follower_waiting(server: NatsServer, office: Office) -> None:
    bad, good = CaseRef(2026, "0" * 32), CaseRef(2026, "f" * 32)
    roots = a_case(), a_case()
    for root in roots:
        await office.receive(server, root, opened(root, at=MONDAY_MORNING - DAY))
    engine = open_engine(office.settings.database_url)
    with writing(engine) as connection:
        damaged = CASE.c.case_id == roots[0].case_id
        connection.execute(update(CASE).where(damaged).values(state='{"facts": "?"}'))
    engine.dispose()
    for ref, root in zip((bad, good), roots, strict=True):
        await office.receive(server, ref, opened(ref), joins(ref, root))
    await eventually(lambda: told(server, roots[1], good), within=9, what="the good one is told")
    assert await followers(server, roots[0]) == []


async def happen_more(server: NatsServer, ref: CaseRef, fact: events.CaseFact) -> None:
    async with connected(server, "desk") as js:
        log = CaseLog(js)
        last = (await log.since(ref, 0))[-1].seq
        assert await log.append(ref, None, last, decide=lambda _: fact, fold=lambda s, _: s)


async def test_what_a_follower_adds_is_read_on_the_page_of_the_followed_case(
    server: NatsServer, office: Office
) -> None:
    new, middle, _ = await three(server)
    await eventually(lambda: told(server, middle, new), within=9, what="the follower is told")
    async with connected(server, "intake") as js:
        log = CaseLog(js)
        more = make(events.CaseAdded, new, channel="portal", text="Vẫn chưa xong, gọi 0987 654 321")
        last = (await log.since(new, 0))[-1].seq
        await log.append(new, None, last, decide=lambda _: more, fold=lambda s, _: s)
    async with office.person(OPERATOR) as operator:

        async def heard() -> bool:
            page = (await operator.client.get(f"/cases/{middle.case_id}")).json()
            return any("Vẫn chưa xong" in words for one in page["followers"] for _, words in one["said"])

        await eventually(heard, what="the words are on the page")
        page = (await operator.client.get(f"/cases/{middle.case_id}")).text
        assert "0987 654 321" not in page, "whose number it is, is not this page's matter"
