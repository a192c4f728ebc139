"""The whole service on a real server with a real mail server: facts in, letters out, each once."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from libs.contracts.events import CaseAnswered, CaseFact, CaseInformationAsked, Person
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockMissed, LetterFact, LetterFailed, LetterSent, LetterUnconfirmed
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import FollowingClock
from libs.runtime.database import open_engine
from libs.runtime.directory import Directory, put_pack
from libs.runtime.rebuild import rebuild
from libs.runtime.sidelog import SideLog
from services.notifier.app import projection
from services.notifier.outbox import Outbox
from services.notifier.settings import Settings
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.letters import (
    letter_facts,
    march_server,
    notifier,
    notifier_settings,
    pack_with,
    states,
    thanh_hoa,
)
from tests.support.mailbox import DROP, HOLD, Mailbox, mailbox
from tests.support.waiting import eventually

OFFICER = Actor(service="desk", person="a1", role="officer", agency="SYT")


@pytest.fixture
async def march(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with march_server(tmp_path / "nats") as server:
        yield server


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


@pytest.fixture
def settings(march: NatsServer, box: Mailbox, tmp_path: Path) -> Settings:
    return notifier_settings(march, f"sqlite:///{tmp_path / 'notifier.db'}", smtp_port=box.port)


def tokens(facts: list[LetterFact], template: str, way: str = "email") -> list[str]:
    return [fact.token for fact in facts if (fact.template, fact.way) == (template, way)]


def measured(outcome: str, template: str = "receipt", way: str = "email") -> float:
    labels = {"template": template, "way": way, "outcome": outcome}
    return REGISTRY.get_sample_value("hotline_notifier_letters_total", labels) or 0.0


async def settled(settings: Settings, count: int) -> None:
    """All of that many letters have come to their end."""

    def ended() -> bool:
        now = states(settings.database_url)
        return len(now) == count and not {"waiting", "trying"} & set(now.values())

    await eventually(ended, within=15)


async def test_officers_and_the_citizen_are_told_of_what_happens_to_a_case(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref = a_case()
    asked = make(CaseInformationAsked, ref, question="Ở thôn nào?", by=OFFICER)
    answered = make(CaseAnswered, ref, answer="Đã xử lý xong.", by=OFFICER)
    async with notifier(settings) as runtime:
        last = await happen(march, ref, opened(ref), routed(ref), asked, answered)
        async with connected(march, "sla") as js:
            await SideLog(js).write(
                ClockMissed(
                    event_id=uuid4(), case_id=ref.case_id, at=MONDAY_MORNING, by=Actor(service="sla"),
                    case_seq=last, clock="answer-1", kind="answer", agency="SYT", field="F04", basis="law",
                    start=MONDAY_MORNING, due=MONDAY_MORNING + timedelta(hours=24),
                )
            )  # fmt: skip
        await settled(settings, 8)
        assert await runtime.readiness.problems() == []
    assert Counter(box.to) == {CITIZEN.email: 4, "dau-moi.syt@thanhhoa.example": 2}
    assert "[1022] Phiếu chuyển 123 456 782, hạn trả lời 08:00 thứ Ba, 03/03/2026" in box.subjects
    assert "[1022] Đã quá hạn xử lý 123 456 782" in box.subjects
    texts = (settings.sms_file or Path()).read_text().splitlines()
    assert len(texts) == 2 and all(" +84950000001 1022: " in line for line in texts)
    facts = await letter_facts(march)
    assert tokens(facts, "receipt") == ["tried-1", "sent"]
    assert Counter(fact.token for fact in facts) == {"tried-1": 8, "sent": 8}
    assert {fact.case_seq for fact in facts if fact.template == "receipt"} == {1}


async def test_the_stream_holds_nothing_of_the_citizens(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    box.recipients += [f"550 5.1.1 <{CITIZEN.email}> no such user"]
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref))
        await settled(settings, 1)
    written = "".join(fact.model_dump_json() for fact in await letter_facts(march))
    assert "refused: recipient 550 5.1.1" in written
    assert not any(word in written for word in (CITIZEN.email, CITIZEN.phone, CITIZEN.name))


async def test_a_letter_put_off_goes_at_the_next_attempt_under_the_same_message_id(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    box.recipients += ["451 4.7.1 later"]
    box.contents += ["452 4.3.1 full"]
    before = measured("deferred")
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref))
        await settled(settings, 1)
    facts = await letter_facts(march)
    attempts = ["tried-1", "deferred-1", "tried-2", "deferred-2", "tried-3", "sent"]
    assert [fact.token for fact in facts] == attempts
    assert [mail["Message-ID"] for mail in box.mails] == [f"<{facts[0].letter}@1022.example>"]
    assert measured("deferred") == before + 2


async def test_a_letter_refused_for_good_or_put_off_too_often_is_parked(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    box.recipients += ["550 5.1.1 unknown"]
    box.contents += ["451 4.3.0 a", "451 4.3.0 b", "451 4.3.0 c"]
    before = measured("failed")
    first, second = a_case(), a_case()
    async with notifier(settings):
        await happen(march, first, opened(first))
        await settled(settings, 1)
        await happen(march, second, opened(second))
        await eventually(lambda: measured("failed") == before + 2)
        reasons = [fact.reason for fact in await letter_facts(march) if isinstance(fact, LetterFailed)]
    assert reasons == ["refused: recipient 550 5.1.1", "tried 3 times: content 451 4.3.0"]
    assert box.mails == []


async def test_hopeless_letters_are_parked_with_a_reason_and_no_attempt(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    fixed_line, bad_mail, nobody = a_case(), a_case(), a_case()
    unreachable = {"agency": "XX"}
    name = "hotline_notifier_unreachable_agencies_total"
    alarmed, uncounted = REGISTRY.get_sample_value(name, unreachable) or 0, measured("none", way="none")
    async with notifier(settings):
        await happen(march, fixed_line, opened(fixed_line, person=Person(phone="+842373852246")))
        await happen(march, bad_mail, opened(bad_mail, person=Person(email="mẫu@dan")))
        await happen(
            march, nobody, opened(nobody, person=Person()), routed(nobody, slip=slip(lead="XX", field="F04"))
        )
        await eventually(lambda: REGISTRY.get_sample_value(name, unreachable) == alarmed + 1)
        await eventually(lambda: measured("none", way="none") == uncounted + 1)
    facts = await letter_facts(march)
    reasons = {(fact.template, fact.way): fact.reason for fact in facts if isinstance(fact, LetterFailed)}
    assert reasons == {
        ("receipt", "sms"): "no mobile number",
        ("receipt", "email"): "no e-mail address",
        ("slip", "none"): "no contact",
    }
    assert len(facts) == 3 and box.mails == []


async def test_a_letter_that_lacks_a_value_is_parked_and_goes_out_once_the_pack_is_mended(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref, person=Person()), routed(ref, slip=slip(field="MOI")))
        await settled(settings, 4)
    failed = {fact.reason for fact in await letter_facts(march) if isinstance(fact, LetterFailed)}
    assert failed == {f"pack {thanh_hoa().version} has no field 'MOI'"}
    new_field = {"code": "MOI", "name_vi": "Lĩnh vực mới", "name_en": "A new field"}
    async with connected(march, "provisioner") as js:
        await put_pack(js, pack_with(fields=[*thanh_hoa().model_dump()["fields"], new_field]))
    retry = await started(settings, "retry")
    assert (await retry.communicate())[0] == b"notifier: 2 letters to send again\n"
    async with notifier(settings):
        await settled(settings, 4)
    assert "Lĩnh vực: Lĩnh vực mới" in box.mails[0].get_content()
    assert tokens(await letter_facts(march), "slip") == ["failed", "tried-2", "sent"]


async def test_an_answer_without_words_names_what_it_lacks(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref), make(CaseAnswered, ref, answer="", by=OFFICER))
        await settled(settings, 2)
    failed = [fact.reason for fact in await letter_facts(march) if isinstance(fact, LetterFailed)]
    assert failed == ["letter 'answered' needs 'answer'"]
    assert len(box.mails) == 1


async def test_a_connection_that_breaks_after_the_last_line_leaves_the_letter_unconfirmed(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    box.contents.append(DROP)
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref))
        await settled(settings, 1)
        gauge = "hotline_notifier_unconfirmed"
        await eventually(lambda: REGISTRY.get_sample_value(gauge) == 1)
    assert [fact.token for fact in await letter_facts(march)] == ["tried-1", "unconfirmed"]
    assert len(box.mails) == 1


async def test_a_mail_server_that_was_away_gets_everything_when_it_is_back(
    march: NatsServer, box: Mailbox, settings: Settings, tmp_path: Path
) -> None:
    with mailbox() as closed:
        port = closed.port
    patient = settings.model_copy(
        update={"smtp_port": port, "database_url": f"sqlite:///{tmp_path / 'b.db'}"}
    )
    ref = a_case()
    down = ("hotline_notifier_gateway_up", {"way": "email"})
    async with notifier(patient):
        await happen(march, ref, opened(ref))
        await eventually(lambda: REGISTRY.get_sample_value(*down) == 0)
        assert await letter_facts(march) == []
        with mailbox(port=port) as back:
            await settled(patient, 1)
    assert len(back.mails) == 1


@pytest.mark.postgres
async def test_two_notifiers_on_one_database_send_each_letter_once(
    march: NatsServer, box: Mailbox, settings: Settings, postgres_url: str
) -> None:
    shared = settings.model_copy(update={"database_url": postgres_url})
    cases = [a_case() for _ in range(12)]
    async with notifier(shared), notifier(shared):
        await asyncio.gather(*(happen(march, ref, opened(ref), routed(ref)) for ref in cases))
        engine = open_engine(postgres_url)
        backlog = Outbox(engine).backlog
        await eventually(lambda: backlog().waiting == 0 and len(box.mails) >= 36, within=20)
        engine.dispose()
    facts = await letter_facts(march)
    assert Counter(fact.token for fact in facts) == {"tried-1": 48, "sent": 48}
    assert len({mail["Message-ID"] for mail in box.mails}) == len(box.mails) == 36


async def test_two_notifiers_that_know_nothing_of_each_other_still_send_each_letter_once(
    march: NatsServer, box: Mailbox, settings: Settings, tmp_path: Path
) -> None:
    """The second one's tables were made from CASES alone, as by a rebuild that forgot LETTERS."""
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref), routed(ref))
        await settled(settings, 4)
    forgetful = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'forgetful.db'}"})
    await rebuild_with(march, forgetful, letters=False)
    async with notifier(forgetful):
        await settled(forgetful, 4)
    assert set(states(forgetful.database_url).values()) == {"sent"}
    assert len(box.mails) == 3


async def rebuild_with(server: NatsServer, settings: Settings, *, letters: bool = True) -> dict[str, int]:
    engine = open_engine(settings.database_url)
    async with connected(server, "provisioner") as js:
        clock = FollowingClock()
        directory = Directory(js, clock)
        await directory.refresh()
        made = projection(settings, engine, directory, clock)
        if not letters:
            object.__setattr__(made, "sides", {"CLOCKS": made.sides["CLOCKS"]})
        counted = await rebuild(js, "notifier", made)
    engine.dispose()
    return counted


async def test_a_rebuild_sends_nothing_twice_and_what_waited_still_goes(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref, other = a_case(), a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref), routed(ref))
        await settled(settings, 4)
    before = states(settings.database_url)
    await happen(march, other, opened(other))
    assert await rebuild_with(march, settings) == {"CASES": 3, "LETTERS": 8, "CLOCKS": 0}
    after = states(settings.database_url)
    assert {key: after[key] for key in before if key != ("receipt", "", "email")} == {
        key: state for key, state in before.items() if key != ("receipt", "", "email")
    }
    async with notifier(settings):
        await eventually(lambda: len(box.mails) == 4)
        await asyncio.sleep(0.5)
    assert len(box.mails) == 4
    sent = [fact for fact in await letter_facts(march) if isinstance(fact, LetterSent)]
    assert len({fact.letter for fact in sent}) == len(sent) == 5


@pytest.mark.crash
@pytest.mark.timeout(60)
async def test_killing_the_server_loses_no_letter_and_doubles_none(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    cases = [a_case() for _ in range(8)]
    async with notifier(settings):
        for ref in cases[:4]:
            await happen(march, ref, opened(ref))
        march.kill()
        await asyncio.sleep(0.3)
        march.start()
        for ref in cases[4:]:
            await happen(march, ref, opened(ref))
        march.kill()
        march.start()
        await eventually(lambda: len({m["Message-ID"] for m in box.mails}) == 8, within=40)

        async def all_sent() -> bool:
            facts = await letter_facts(march)
            return len([fact for fact in facts if isinstance(fact, LetterSent)]) == 8

        await eventually(all_sent, within=20)
    assert len(box.mails) == 8


@pytest.mark.crash
@pytest.mark.timeout(60)
async def test_a_notifier_killed_between_the_mail_servers_hands_and_its_answer_sends_that_letter_no_more(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    box.contents.append(HOLD)
    first, second = a_case(), a_case()
    killed = await started(settings)
    await happen(march, first, opened(first))
    await eventually(lambda: len(box.mails) == 1, within=15)
    os.kill(killed.pid, signal.SIGKILL)
    await killed.wait()
    await happen(march, second, opened(second))
    async with notifier(settings.model_copy(update={"handover_seconds": 0.5, "lease_seconds": 1.0})):

        async def given_up() -> bool:
            return any(isinstance(fact, LetterUnconfirmed) for fact in await letter_facts(march))

        await eventually(given_up, within=15)
        await eventually(lambda: len(box.mails) == 2)
    fates = {fact.letter: fact.token for fact in await letter_facts(march)}
    assert sorted(fates.values()) == ["sent", "unconfirmed"]
    assert len(box.mails) == 2


async def started(settings: Settings, *words: str) -> asyncio.subprocess.Process:
    """The service, or one of its commands, as a process of its own."""
    names = ("nats_url", "nkey_seed_file", "database_url", "sms_file", "smtp_port", "poll_seconds")
    said = {f"HOTLINE_NOTIFIER_{name.upper()}": str(getattr(settings, name)) for name in names}
    said["HOTLINE_NOTIFIER_OPERATIONS_PORT"] = "0"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.notifier", *words),
        env={**os.environ, **said},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def test_a_letter_in_hand_is_finished_when_the_service_is_asked_to_stop(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    box.contents.append(HOLD)
    facts: list[CaseFact] = []
    ref = a_case()
    async with notifier(settings):
        facts.append(opened(ref))
        await happen(march, ref, *facts)
        await eventually(lambda: len(box.mails) == 1)
        asyncio.get_running_loop().call_later(1.3, box.release)
    assert [fact.token for fact in await letter_facts(march)] == ["tried-1", "sent"]
