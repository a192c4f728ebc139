"""The clocks' service and what can be wrong: damaged rows, calendars that end, new packs."""

from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from libs.contracts.events import CaseReceived
from libs.packs.model import NotInPack
from libs.runtime.clock import FollowingClock
from libs.runtime.database import in_thread, open_engine, reading, writing
from libs.runtime.directory import Directory, put_pack
from libs.runtime.replay import replay
from services.sla.app import project
from services.sla.packs import KEPT, book_of
from services.sla.rows import CLOCK, LINK
from tests.support.clocks import DAYS, clock_pack
from tests.support.town import Town
from tests.support.waiting import eventually
from tests.support.worktime import at


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_g25_a_case_whose_clock_is_damaged_is_parked_alone_and_a_replay_makes_it_well(
    town: Town, sqlite_url: str
) -> None:
    """G25: one bad row stopped the run."""
    async with town.open(sqlite_url):
        bad, good = await town.slip("2026-03-02 08:00"), await town.slip("2026-03-02 08:00")
        await town.until_said(good, "answer-1.armed")
        await town.until_said(bad, "answer-1.armed")
        engine = open_engine(sqlite_url)
        with writing(engine) as connection:
            connection.execute(update(CLOCK).where(CLOCK.c.case_id == bad.case_id).values(data="{"))
        await town.write(bad, CaseReceived, "2026-03-02 08:30")
        await town.time("2026-03-03 08:01")
        await town.until_said(good, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
        assert await town.said(bad) == ["answer-1.armed"]
    directory = Directory(town.admin, FollowingClock())
    await directory.refresh()
    projection = project(town.settings(sqlite_url), engine, directory, FollowingClock())
    assert await replay(town.admin, "sla", projection) == 1
    async with town.open(sqlite_url):
        await town.until_said(bad, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
    engine.dispose()


async def test_a_slip_beyond_the_calendar_is_set_aside_and_the_others_run(
    town: Town, sqlite_url: str
) -> None:
    async with town.open(sqlite_url):
        lost, good = await town.slip("2027-03-02 08:00"), await town.slip("2026-03-02 08:00")
        await town.until_said(good, "answer-1.armed")
        assert await town.said(lost) == []
    async with town.open(sqlite_url):
        await eventually(lambda: sample("hotline_sla_broken_rows") == 1)


async def test_a_slip_decided_with_a_pack_nobody_knows_is_parked_and_the_others_run(
    town: Town, sqlite_url: str
) -> None:
    async with town.open(sqlite_url):
        known, town.pack = town.pack, town.pack.model_copy(update={"version": "nowhere-000000000000"})
        lost = await town.slip("2026-03-02 08:00")
        town.pack = known
        good = await town.slip("2026-03-02 08:00")
        await town.until_said(good, "answer-1.armed")
        assert await town.said(lost) == []
    engine = open_engine(sqlite_url)
    with reading(engine) as connection:
        parked = connection.execute(select(LINK.c.parked).where(LINK.c.case_id == lost.case_id)).scalar_one()
    assert parked.startswith("NotInPack")
    engine.dispose()


async def test_when_the_calendar_has_ended_promises_still_fire_and_the_rest_is_an_alarm(
    town: Town, sqlite_url: str
) -> None:
    async with town.open(sqlite_url):
        ref = await town.slip("2026-03-02 08:00")
        await town.until_said(ref, "answer-1.armed")
        await town.time("2027-06-01 08:00")
        await eventually(lambda: sample("hotline_sla_unusable_hours") == 1)
        assert await town.said(ref) == ["answer-1.armed"]
        await town.time("2026-03-09 08:00")
        await town.until_said(ref, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
        await eventually(lambda: sample("hotline_sla_unusable_hours") == 0)
        assert sample("hotline_sla_last_tick_timestamp_seconds") > 1_600_000_000


async def test_a_new_pack_is_taken_while_running_and_old_clocks_keep_theirs(
    town: Town, sqlite_url: str, tmp_path: Path
) -> None:
    async with town.open(sqlite_url):
        old = await town.slip("2026-03-02 08:00")
        await town.until_said(old, "answer-1.armed")
        town.pack = clock_pack(tmp_path / "newer", days__csv=f"{DAYS}2026-03-03,holiday,Lễ,,ok,,\n")
        await put_pack(town.admin, town.pack)
        new = await town.slip("2026-03-02 08:00")
        await town.until_said(new, "answer-1.armed")
        await town.time("2026-03-03 08:01")
        await town.until_said(old, "answer-1.armed", "answer-1.warned-75", "answer-1.missed")
        await town.until_said(new, "answer-1.armed", "answer-1.warned-75")
    assert (await town.fact(old, "answer-1.armed")).due == at("2026-03-03 08:00")
    assert (await town.fact(new, "answer-1.armed")).due == at("2026-03-04 08:00")


async def test_a_pack_that_a_fact_names_is_known_with_who_put_it_in_force_and_when(
    town: Town, tmp_path: Path
) -> None:
    """Another service may have looked a second earlier: its clock would count in an older calendar."""
    directory = Directory(town.admin, FollowingClock())
    await directory.refresh()
    book = book_of(directory)
    newer = clock_pack(tmp_path / "newer", days__csv=f"{DAYS}2026-03-03,holiday,Lễ,,ok,,\n")
    change = await put_pack(town.admin, newer)
    assert await in_thread(book.pack, newer.version) == newer
    assert book.change_of(newer.version, change.at) == change.number


async def test_of_many_packs_those_asked_for_last_stay_in_memory(town: Town) -> None:
    packs = [town.pack.model_copy(update={"version": f"nho-{number:012}"}) for number in range(KEPT + 1)]
    for one in packs:
        await put_pack(town.admin, one)
    directory = Directory(town.admin, FollowingClock())
    await directory.refresh()
    book = book_of(directory)
    held = [await in_thread(book.pack, one.version) for one in packs]
    assert await in_thread(book.pack, packs[1].version) is held[1]
    again = await in_thread(book.pack, packs[0].version)
    assert again == held[0] and again is not held[0]


async def test_a_pack_of_another_release_is_a_matter_of_its_own_clocks_only(town: Town) -> None:
    """The ticker survives hours that give no answer, and would not survive another error."""
    store = await town.admin.object_store("PACKS")
    await store.put("strange-000000000000", b'{"id": "strange"}')
    directory = Directory(town.admin, FollowingClock())
    await directory.refresh()
    book = book_of(directory)
    with pytest.raises(NotInPack):
        await in_thread(book.pack, "strange-000000000000")
