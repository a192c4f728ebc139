"""What gateways report of letters they took: believed of ours, told once, the weightiest report stays."""

from dataclasses import replace
from pathlib import Path

from prometheus_client import REGISTRY
from sqlalchemy import Engine

from libs.contracts.deliveries import (
    DeliveryArrived,
    DeliveryDelayed,
    DeliveryDenied,
    DeliveryFact,
    DeliveryFailed,
)
from libs.contracts.events import CaseAmended, CaseAnswered, Person
from libs.contracts.facts import Actor
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.database import writing
from services.notifier.outbox import Outbox
from services.notifier.reports import PATIENCE, Reports, apply_deliveries
from services.notifier.settings import Settings
from tests.support.builders import CITIZEN, a_case, make, opened
from tests.support.bus import connected
from tests.support.history import happen
from tests.support.letters import letter_facts, notifier, rebuild_with, settled, states
from tests.support.letterstore import HISTORY, read, rows
from tests.support.mailbox import Mailbox
from tests.support.reports import report, reported
from tests.support.waiting import eventually

OFFICER = Actor(service="desk", person="a1", role="officer", agency="SYT")


async def told(server: NatsServer, way: str = "email") -> list[str]:
    return [fact.token for fact in await letter_facts(server) if fact.way == way]


async def letter_of(server: NatsServer, way: str = "email") -> str:
    return next(fact.letter for fact in await letter_facts(server) if fact.way == way)


def strange(way: str) -> float:
    return REGISTRY.get_sample_value("hotline_notifier_strange_reports_total", {"way": way}) or 0.0


async def test_a_mail_that_bounces_goes_as_a_text_message_and_the_next_one_does_not_try_the_address(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref = a_case()
    async with notifier(settings):
        last = await happen(march, ref, opened(ref))
        await settled(settings, 1)
        letter = await letter_of(march)
        bounce = report(DeliveryFailed, "email", letter=letter, status="5.1.1")
        await reported(march, bounce, bounce.model_copy(update={"reference": "f" * 32}))
        await settled(settings, 2)
        await eventually(lambda: states(settings.database_url)["receipt", "", "sms"] == "sent")
        assert await told(march) == ["tried-1", "sent", "bounced", "fallen-back"]
        assert await told(march, "sms") == ["tried-1", "sent"]
        async with connected(march, "desk") as js:
            log = CaseLog(js)
            for fact in (
                make(CaseAnswered, ref, answer="Xong.", by=OFFICER),
                make(CaseAmended, ref, person=CITIZEN.model_copy(update={"email": "moi@dan.example"})),
                make(CaseAnswered, ref, answer="Xong lại.", by=OFFICER),
            ):
                done = await log.append(ref, fact, last, decide=lambda one: one, fold=lambda one, _: one)
                assert done is not None
                last = done.seq
        await eventually(lambda: "moi@dan.example" in box.to)
    assert box.to == [CITIZEN.email, "moi@dan.example"]
    assert len((settings.sms_file or Path()).read_text().splitlines()) == 2
    written = "".join(fact.model_dump_json() for fact in await letter_facts(march))
    assert not any(word in written for word in (CITIZEN.email, CITIZEN.phone))


async def test_an_arrival_is_told_once_and_what_comes_late_changes_nothing(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref, person=Person(phone=CITIZEN.phone)))
        await settled(settings, 1)
        letter = await letter_of(march, "sms")
        late: list[type[DeliveryFact]] = [DeliveryArrived, DeliveryDelayed, DeliveryArrived]
        await reported(march, *(report(cls, "sms", letter=letter, status="type 1") for cls in late))
        await eventually(lambda: told_is(march, ["tried-1", "sent", "delivered"], "sms"))


async def told_is(server: NatsServer, expected: list[str], way: str) -> bool:
    return await told(server, way) == expected


async def test_reports_about_letters_we_never_sent_are_counted_and_change_nothing(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref, before = a_case(), strange("email")
    async with notifier(settings):
        await happen(march, ref, opened(ref))
        await settled(settings, 1)
        letter = await letter_of(march)
        await reported(
            march,
            report(DeliveryFailed, "email", letter="9" * 32),
            report(DeliveryFailed, "email"),
            report(DeliveryFailed, "sms", letter=letter),
        )
        await eventually(lambda: strange("email") == before + 2 and strange("sms") >= 1)
    assert await told(march) == ["tried-1", "sent"]


def deliver(engine: Engine, *facts: DeliveryFact) -> None:
    with writing(engine) as connection:
        apply_deliveries(connection, list(enumerate(facts, 1)))


def test_a_report_under_the_gateways_name_may_come_before_we_know_that_name(engine: Engine) -> None:
    read(engine, *HISTORY)
    outbox, reports = Outbox(engine), Reports(engine)
    deliver(engine, report(DeliveryArrived, "sms", gateway_id="m-1"))
    (letter,) = outbox.claim("sms", now=1e12)
    outbox.settle(replace(letter, gateway_id="m-1"), "sent")
    reports.match(0.0)
    assert [(one.letter, one.arrival) for one in reports.unreported()] == [(letter.letter, "delivered")]
    assert reports.mark(reports.unreported()[0]) and reports.unreported() == []


def test_a_report_that_names_nothing_of_ours_is_given_up_after_a_while(engine: Engine) -> None:
    before, reports = strange("zalo"), Reports(engine)
    deliver(engine, report(DeliveryArrived, "zalo", gateway_id="of a person in the Zalo app"))
    reports.match(0.0)
    assert strange("zalo") == before
    reports.match(1e12 + PATIENCE)
    reports.match(1e12 + PATIENCE)
    assert strange("zalo") == before + 1


def test_reports_are_ranked_and_junk_shuts_the_way_though_the_letter_arrived(engine: Engine) -> None:
    read(engine, *HISTORY)
    outbox = Outbox(engine)
    page = outbox.claim("email", now=1e12, most=8)
    receipt = next(letter for letter in page if letter.template == "receipt")
    outbox.close([receipt])
    for cls, expected in (
        (DeliveryArrived, "delivered"), (DeliveryFailed, "bounced"), (DeliveryArrived, "bounced"),
        (DeliveryDenied, "denied"), (DeliveryFailed, "denied"),
    ):  # fmt: skip
        deliver(engine, report(cls, "email", letter=receipt.letter))
        assert rows(engine)["receipt", "email"]["arrival"] == expected
    read(engine, *HISTORY, make(CaseAnswered, a_case(), answer="Xong."))
    assert rows(engine)["answered", "sms"]["state"] == "waiting"
    assert ("answered", "email") not in rows(engine)


def test_a_letter_of_which_nobody_knew_whether_it_went_did_go_when_it_arrives(engine: Engine) -> None:
    read(engine, *HISTORY)
    outbox = Outbox(engine)
    (letter,) = outbox.claim("sms", now=1e12)
    outbox.settle(letter, "unconfirmed", "outcome lost", told=True)
    deliver(engine, report(DeliveryArrived, "sms", letter=letter.letter))
    assert outbox.backlog().unconfirmed == 0 and rows(engine)["slip", "sms"]["state"] == "sent"


def test_a_report_that_overtook_the_lost_answer_of_its_gateway_counts(engine: Engine) -> None:
    read(engine, *HISTORY)
    outbox = Outbox(engine)
    (letter,) = outbox.claim("sms", now=1e12)
    deliver(engine, report(DeliveryArrived, "sms", letter=letter.letter))
    outbox.settle(letter, "unconfirmed", "outcome lost", told=True)
    Reports(engine).confirm()
    assert outbox.backlog().unconfirmed == 0 and rows(engine)["slip", "sms"]["state"] == "sent"


async def test_a_rebuild_remembers_what_was_reported_and_sends_nothing_twice(
    march: NatsServer, box: Mailbox, settings: Settings
) -> None:
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref))
        await settled(settings, 1)
        await reported(march, report(DeliveryFailed, "email", letter=await letter_of(march)))
        await eventually(lambda: told_is(march, ["tried-1", "sent"], "sms"), within=10)
    before = await letter_facts(march)
    counted = await rebuild_with(march, settings)
    assert counted["DELIVERIES"] == 1
    assert states(settings.database_url) == {
        ("receipt", "", "email"): "fallen-back",
        ("receipt", "", "sms"): "sent",
    }
    async with notifier(settings):
        await settled(settings, 2)
    assert await letter_facts(march) == before
