"""The whole ladder of a case that nobody touches: clocks say it, letters tell it, each once and by day."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from libs.contracts.sidefacts import ClockFact, LetterSent
from libs.contracts.subjects import CaseRef, decode
from libs.devstack.nats_server import NatsServer
from libs.runtime.service import Runtime, open_runtime
from services.sla.app import build
from services.sla.settings import Settings
from tests.support.builders import CITIZEN, a_case, opened, routed
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.letters import (
    it_is,
    letter_facts,
    march_server,
    notifier,
    notifier_settings,
    rebuild_with,
    standing,
    thanh_hoa,
)
from tests.support.mailbox import mailbox
from tests.support.waiting import eventually
from tests.support.worktime import at

pytestmark = pytest.mark.timeout(120)

SLIP = "2026-03-02 13:30"
"""Monday. Of the five steps that follow, four fall on the very instant in which work stops."""
ANSWER = "Xác minh và trả lời"

Recipient = tuple[str, str, str]
"""Position, agency, way."""

OFFICER: set[Recipient] = {("officer", "SYT", "email"), ("officer", "SYT", "sms")}
DEPUTY: set[Recipient] = {("deputy", "SYT", "email")}
HEAD: set[Recipient] = {("unit_head", "SYT", "email")}
SUPERVISOR: set[Recipient] = {("supervisor", "STTTT", "email"), ("supervisor", "STTTT", "sms")}
PROVINCE: set[Recipient] = {("province", "VPUBND", "email"), ("province", "VPUBND", "sms")}

STEPS: dict[str, tuple[str, str, set[Recipient]]] = {
    # what the clock says: when, from when the letters may go, who gets them
    "warned-50": ("2026-03-02 17:30", "2026-03-03 07:30", OFFICER),
    "warned-75": ("2026-03-03 09:30", "2026-03-03 09:30", OFFICER | DEPUTY),
    "missed": ("2026-03-03 11:30", "2026-03-03 13:30", OFFICER | HEAD),
    "escalated-150": ("2026-03-03 17:30", "2026-03-04 07:30", OFFICER | HEAD | SUPERVISOR),
    "escalated-200": ("2026-03-04 11:30", "2026-03-04 13:30", HEAD | SUPERVISOR | PROVINCE),
}
SUBJECTS = {
    "warned-50": "[1022] Sắp hết hạn 123 456 782: Xác minh và trả lời, còn 4 giờ",
    "warned-75": "[1022] Sắp hết hạn 123 456 782: Xác minh và trả lời, còn 2 giờ",
    "missed": "[1022] Đã quá hạn 123 456 782: Xác minh và trả lời, hạn 11:30 thứ Ba, 03/03/2026",
    "escalated-150": "[1022] Sở Y tế quá hạn 4 giờ: 123 456 782, Xác minh và trả lời",
    "escalated-200": "[1022] Sở Y tế quá hạn 8 giờ: 123 456 782, Xác minh và trả lời",
}
MOMENTS = (
    "2026-03-02 14:00", "2026-03-02 17:31", "2026-03-02 23:59", "2026-03-03 07:29", "2026-03-03 07:31",
    "2026-03-03 09:31", "2026-03-03 12:30", "2026-03-03 13:31", "2026-03-03 22:00", "2026-03-04 07:31",
    "2026-03-04 12:00", "2026-03-04 13:31", "2026-03-07 10:00", "2026-03-09 10:00",
)  # fmt: skip
"""When we look: by day, at night, at noon, on the Saturday after and once more on Monday."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with march_server(tmp_path / "nats", clock=standing(SLIP)) as running:
        yield running


async def clock_facts(server: NatsServer, ref: CaseRef) -> dict[str, ClockFact]:
    """What the answer clock of this case said, by token."""
    found: dict[str, ClockFact] = {}
    async with connected(server, "provisioner") as js:
        said = f"clock.{ref.case_id}.answer-1.>"
        for subject in (await js.stream_info("CLOCKS", subjects_filter=said)).state.subjects or {}:
            fact = decode(subject, (await js.get_last_msg("CLOCKS", subject)).data or b"")
            assert isinstance(fact, ClockFact)
            found[fact.token] = fact
    return found


async def sent(server: NatsServer, ref: CaseRef) -> list[tuple[str, LetterSent]]:
    """Step of the answer clock and letter, for each letter about it that went."""
    tokens = {fact.event_id: token for token, fact in (await clock_facts(server, ref)).items()}
    letters = [fact for fact in await letter_facts(server) if isinstance(fact, LetterSent)]
    return [(tokens[fact.cause], fact) for fact in letters if fact.cause in tokens]


async def as_it_should_be(server: NatsServer, ref: CaseRef, moment: str) -> bool:
    """Whether at this time everything due was said and told once, and nothing else was."""
    said = {token for token, (when, _, _) in STEPS.items() if when <= moment} | {"armed"}
    told = Counter(
        (token, *who) for token, (_, goes, whom) in STEPS.items() if goes <= moment for who in whom
    )
    letters = await sent(server, ref)
    went = Counter((token, one.audience, one.agency, one.way) for token, one in letters)
    return (await clock_facts(server, ref)).keys() == said and went == told


async def test_the_ladder_of_a_case_nobody_touches_is_climbed_once_and_in_working_hours(
    server: NatsServer, tmp_path: Path
) -> None:
    ref, pack = a_case(), {"pack_version": thanh_hoa().version, "at": at(SLIP)}
    with mailbox() as box:
        settings = notifier_settings(server, f"sqlite:///{tmp_path / 'notifier.db'}", smtp_port=box.port)
        async with clocks(server, tmp_path) as sla, notifier(settings) as letters:
            await happen(server, ref, opened(ref, **pack), routed(ref, **pack))
            for moment in MOMENTS:
                await it_is(server, moment, sla, letters)
                await eventually(partial(as_it_should_be, server, ref, moment), within=15, what=moment)
                await asyncio.sleep(0.4)
                assert await as_it_should_be(server, ref, moment)
        answer = [subject for subject in box.subjects if ANSWER in subject]
        assert Counter(answer) == {
            SUBJECTS[token]: sum(way == "email" for _, _, way in whom)
            for token, (_, _, whom) in STEPS.items()
        }
        assert Counter(box.to)[CITIZEN.email] == 2
        hours = thanh_hoa().calendar()
        assert all(hours.is_open(letter.at) for _, letter in await sent(server, ref))
        before = len(box.mails)
        await rebuild_with(server, settings)
        async with notifier(settings):
            await asyncio.sleep(1)
        assert len(box.mails) == before


@asynccontextmanager
async def clocks(server: NatsServer, folder: Path) -> AsyncIterator[Runtime]:
    """The clocks' service, in this process."""
    settings = Settings(
        nats_url=server.url,
        nkey_seed_file=server.seed("sla"),
        database_url=f"sqlite:///{folder / 'sla.db'}",
        poll_seconds=0.1,
    )
    async with open_runtime("sla", settings) as runtime, build(runtime):
        yield runtime
