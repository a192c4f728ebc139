"""The whole service on a real server with a real mail server: facts in, letters out, each once."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from prometheus_client import REGISTRY

from libs.contracts.events import CaseAnswered, CaseInformationAsked, Person
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockMissed, LetterFailed
from libs.devstack.nats_server import NatsServer
from libs.runtime.directory import put_pack
from libs.runtime.sidelog import SideLog
from services.notifier.settings import Settings
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.letters import (
    letter_facts,
    measured,
    notifier,
    pack_with,
    settled,
    started,
    thanh_hoa,
    tokens,
)
from tests.support.mailbox import Mailbox
from tests.support.waiting import eventually

MAIL_ONLY = Person(email=CITIZEN.email)
OFFICER = Actor(service="desk", person="a1", role="officer", agency="SYT")


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
    assert any(subject.startswith("[1022] Đã quá hạn 123 456 782: ") for subject in box.subjects)
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
        await settled(settings, 2)
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
        await happen(march, first, opened(first, person=MAIL_ONLY))
        await settled(settings, 1)
        await happen(march, second, opened(second, person=MAIL_ONLY))
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
