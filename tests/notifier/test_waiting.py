"""Reminders keep working hours, slips and citizens' letters do not; and nobody is reminded in vain."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from libs.contracts.events import CaseProgressPromised
from libs.contracts.sidefacts import (
    ClockCancelled,
    ClockEnded,
    ClockEscalated,
    ClockFact,
    ClockMet,
    ClockMissed,
    ClockWarned,
    LetterSpared,
)
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.directory import put_pack
from services.notifier.outbox import Outbox
from services.notifier.settings import Settings
from tests.support.builders import CITIZEN, a_case, make, opened, routed
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.lettercases import clock
from tests.support.letters import (
    fates,
    heard,
    it_is,
    letter_facts,
    march_server,
    measured,
    notifier,
    pack_with,
    rebuild_with,
    settled,
    standing,
    started,
    thanh_hoa,
)
from tests.support.mailbox import Mailbox
from tests.support.waiting import eventually
from tests.support.worktime import at

OFFICER, HEAD = "dau-moi.syt@thanhhoa.example", "lanh-dao.syt@thanhhoa.example"


@pytest.fixture
async def march(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """Monday 2 March 2026, 17:30, and the clock stands still."""
    async with march_server(tmp_path / "nats", clock=standing("2026-03-02 17:30")) as server:
        yield server


def of(ref: CaseRef, cls: type[ClockFact], when: str = "2026-03-02 17:30", **fields: Any) -> ClockFact:
    """What the answer clock of this case, started at 08:00 and due at 17:30, says at that time."""
    said = {"case_id": ref.case_id, "case_seq": 1, "at": at(when), "start": at("2026-03-02 08:00")}
    return clock(cls, **{**said, "due": at("2026-03-02 17:30"), **fields})


def at_their_end(settings: Settings) -> Counter[str]:
    """Template → how many letters of it were sent."""
    return Counter(row.template for row in fates(settings.database_url) if row.state == "sent")


async def unmoved(settings: Settings, box: Mailbox) -> None:
    """Some looks at the outbox later everything is as it was."""
    before = fates(settings.database_url), len(box.mails)
    await asyncio.sleep(0.7)
    assert (fates(settings.database_url), len(box.mails)) == before


FIGURES = ("held", "oldest_waiting_seconds")


async def held(settings: Settings, many: int) -> None:
    """So many reminders wait, and no other letter does; the figures, taken now and then, say the same."""

    def waiting() -> bool:
        rows = [row for row in fates(settings.database_url) if row.state in ("waiting", "trying")]
        figures = [REGISTRY.get_sample_value(f"hotline_notifier_{name}") for name in FIGURES]
        return len(rows) == many and figures == [many, 0]

    await eventually(waiting)


async def test_slips_and_citizens_letters_go_at_night_and_reminders_when_the_agency_opens(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref = a_case()
    async with notifier(settings) as runtime:
        await it_is(march, "2026-03-02 23:00", runtime)
        await happen(march, ref, opened(ref), routed(ref))
        await heard(march, of(ref, ClockMissed, tell=("officer", "unit_head")))
        await held(settings, 3)
        assert at_their_end(settings) == {"receipt": 1, "slip": 2, "handed-over": 1}
        assert Counter(box.to) == {CITIZEN.email: 2, OFFICER: 1}
        await it_is(march, "2026-03-03 07:29", runtime)
        await unmoved(settings, box)
        await it_is(march, "2026-03-03 07:30", runtime)
        await settled(settings, 7)
    assert at_their_end(settings)["clock-missed"] == 3
    assert Counter(box.to) == {CITIZEN.email: 2, OFFICER: 2, HEAD: 1}


async def test_an_urgent_case_waits_for_no_morning(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref = a_case()
    async with notifier(settings) as runtime:
        await it_is(march, "2026-03-02 23:00", runtime)
        await happen(march, ref, opened(ref, urgent=True), routed(ref))
        await heard(march, of(ref, ClockMissed))
        await settled(settings, 6)
    assert len([one for one in box.subjects if one.startswith("[KHẨN] [1022] Đã quá hạn")]) == 1


async def test_who_works_at_night_is_reminded_at_night(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    agencies = [agency.model_dump() for agency in thanh_hoa().agencies]
    always = [one | {"hours": "desk"} if one["code"] == "SYT" else one for one in agencies]
    async with connected(march, "provisioner") as js:
        await put_pack(js, pack_with(agencies=always))
    ref = a_case()
    async with notifier(settings) as runtime:
        await it_is(march, "2026-03-02 23:00", runtime)
        await happen(march, ref, opened(ref), routed(ref))
        await heard(march, of(ref, ClockMissed, tell=("officer", "supervisor")))
        await held(settings, 2)
    assert {row.agency for row in fates(settings.database_url) if row.state == "waiting"} == {"STTTT"}
    assert box.to.count(OFFICER) == 2


async def test_no_reminder_at_the_weekend(march: NatsServer, box: Mailbox, settings: Settings) -> None:
    """G20."""
    ref = a_case()
    async with notifier(settings) as runtime:
        await it_is(march, "2026-03-06 17:30", runtime)
        await happen(march, ref, opened(ref, at=at("2026-03-06 17:00")))
        await heard(march, of(ref, ClockEscalated, "2026-03-06 17:30", tell=("unit_head",)))
        await held(settings, 1)
        for day in ("2026-03-07 09:00", "2026-03-08 09:00"):
            await it_is(march, day, runtime)
            await unmoved(settings, box)
        await it_is(march, "2026-03-09 07:30", runtime)
        await settled(settings, 2)
    assert box.to.count(HEAD) == 1


@pytest.mark.parametrize("end", [ClockMet, ClockEnded, ClockCancelled])
async def test_a_reminder_whose_clock_ended_in_the_night_is_spared_without_an_alarm(
    march: NatsServer, box: Mailbox, settings: Settings, end: type[ClockFact]
) -> None:
    ref, failed, spared = a_case(), measured("failed", "clock-missed"), measured("spared", "clock-missed")
    async with notifier(settings) as runtime:
        await it_is(march, "2026-03-02 23:00", runtime)
        await happen(march, ref, opened(ref))
        await heard(march, of(ref, ClockMissed))
        await held(settings, 2)
        await heard(march, of(ref, end, "2026-03-02 23:30", stopped_at=at("2026-03-02 23:30")))
        await it_is(march, "2026-03-03 07:30", runtime)
        await settled(settings, 3)
        await eventually(lambda: measured("spared", "clock-missed") == spared + 1)
        outbox = Outbox(runtime.readiness.engine) if runtime.readiness.engine else None
        assert outbox and outbox.retry() == outbox.backlog().unconfirmed == 0
    told = [fact for fact in await letter_facts(march) if fact.template == "clock-missed"]
    assert all(isinstance(fact, LetterSpared) and fact.reason == "no-longer-owed" for fact in told)
    assert (len(told), box.to) == (2, [CITIZEN.email])
    assert measured("failed", "clock-missed") == failed


async def test_the_reminders_of_two_promises_on_one_day_are_both_sent(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    """G19."""
    ref = a_case()
    promises = [
        make(
            CaseProgressPromised, ref, number=number, progress="…", promised_at=at(f"2026-03-0{number} 16:00")
        )
        for number in (3, 4)
    ]
    async with notifier(settings) as runtime:
        await it_is(march, "2026-03-02 15:00", runtime)
        await happen(march, ref, opened(ref), routed(ref), *promises)
        for number in (1, 2):
            await heard(march, of(ref, ClockWarned, clock=f"promise-1-{number}", kind="promise"))
        await settled(settings, 10)
    assert at_their_end(settings)["clock-warned"] == 4
    assert box.to.count(OFFICER) == 3


async def test_a_reminder_put_off_in_the_evening_is_not_tried_again_in_the_night(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref = a_case()
    async with notifier(settings.model_copy(update={"retry_seconds": (1.5,)})) as runtime:
        await happen(march, ref, opened(ref))
        await settled(settings, 1)
        box.recipients.append("451 4.7.1 later")
        await it_is(march, "2026-03-02 17:29", runtime)
        await heard(march, of(ref, ClockMissed, "2026-03-02 17:29", tell=("unit_head",)))
        await eventually(lambda: not box.recipients)
        await it_is(march, "2026-03-02 18:00", runtime)
        await held(settings, 1)
        await asyncio.sleep(1.5)
        assert box.to == [CITIZEN.email]
        await it_is(march, "2026-03-03 07:30", runtime)
        await settled(settings, 2)
    assert box.to == [CITIZEN.email, HEAD]


@pytest.mark.crash
@pytest.mark.timeout(60)
async def test_reminders_that_wait_survive_a_kill_and_a_rebuild_and_go_once(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref, answered = a_case(), a_case()
    await it_is(march, "2026-03-02 23:00")
    killed = await started(settings)
    for one in (ref, answered):
        await happen(march, one, opened(one), routed(one))
        await heard(march, of(one, ClockMissed, tell=("officer", "unit_head")))
    await eventually(lambda: len(box.mails) == 6, within=15)
    await eventually(lambda: [row.state for row in fates(settings.database_url)].count("waiting") == 6)
    os.kill(killed.pid, signal.SIGKILL)
    await killed.wait()
    await rebuild_with(march, settings)
    async with notifier(settings) as runtime:
        await held(settings, 6)
        assert len(box.mails) == 6
        await heard(march, of(answered, ClockEnded, "2026-03-03 07:30", stopped_at=at("2026-03-03 07:30")))
        await it_is(march, "2026-03-03 07:30", runtime)
        await settled(settings, 14)
        await unmoved(settings, box)
    assert Counter(box.to) == {CITIZEN.email: 4, OFFICER: 3, HEAD: 1}
    outcomes = Counter(fact.token for fact in await letter_facts(march) if fact.template == "clock-missed")
    assert outcomes == {"tried-1": 3, "sent": 3, "spared": 3}
    await rebuild_with(march, settings)
    async with notifier(settings):
        await unmoved(settings, box)
