"""Signed webhooks to partners' programs: each change once, repeated until taken, to the set address only."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from libs.contracts.casevalues import Origin, Person
from libs.contracts.events import CaseAnswered, CaseProgressPromised, CasePublished, CaseRejected
from libs.contracts.facts import Actor
from libs.contracts.partners import public_id
from libs.devstack.nats_server import NatsServer
from services.notifier.gateways.webhook import signature
from services.notifier.partners import BadPartners, read_partners
from services.notifier.settings import Settings
from tests.support.builders import CITIZEN, a_case, make, opened, routed
from tests.support.history import happen
from tests.support.lettercases import LATER
from tests.support.letters import letter_facts, notifier, notifier_settings
from tests.support.mailbox import Mailbox
from tests.support.receivers import SECRET, Receiver, receiver
from tests.support.waiting import eventually

OFFICER = Actor(service="desk", person="a1", role="officer", agency="SYT")
THEIRS: dict[str, Any] = {
    "channel": "app", "origin": Origin(account="smart", person="nguoi-7", thread="T-77"), "person": Person(),
}  # fmt: skip


@pytest.fixture
async def program() -> AsyncIterator[Receiver]:
    async with receiver() as running:
        yield running


def partners_file(folder: Path, url: str, **more: str) -> Path:
    (folder / "partner.secret").write_text(SECRET)
    keys = {"url": url, "secret_file": str(folder / "partner.secret"), "channel": "app", **more}
    file = folder / "partners.toml"
    file.write_text(
        "[smart]\ntimeout = 0.5\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    )
    return file


@pytest.fixture
def telling(march: NatsServer, box: Mailbox, tmp_path: Path, program: Receiver) -> Settings:
    file = partners_file(tmp_path, program.url, account="smart")
    url = f"sqlite:///{tmp_path / 'notifier.db'}"
    return notifier_settings(march, url, smtp_port=box.port, partners_file=file)


async def test_a_partner_hears_of_each_change_of_its_case_signed_and_without_a_person(
    march: NatsServer, program: Receiver, telling: Settings
) -> None:
    ref, other = a_case(), a_case()
    person = CITIZEN.model_copy(update={"email": ""})
    promised = make(
        CaseProgressPromised, ref, number=1, progress="Đã hẹn ông Mẫu", promised_at=LATER, by=OFFICER
    )
    answered = make(CaseAnswered, ref, answer="Ông Nguyễn Văn Mẫu đã được trả lời.", by=OFFICER)
    published = make(CasePublished, ref, question="Hỏi", answer="Đèn đã sáng.", by=OFFICER)
    async with notifier(telling):
        await happen(
            march, ref, opened(ref, **THEIRS | {"person": person}), routed(ref), promised, answered, published
        )
        await happen(march, other, opened(other))
        await eventually(lambda: len(program.taken) == 5, within=15)
    said = sorted(program.taken.values(), key=lambda one: one["sequence"])
    assert [(one["event"], one["status"]) for one in said] == [
        ("opened", "open"), ("routed", "open"), ("progress-promised", "open"), ("answered", "closed"),
        ("published", "closed"),
    ]  # fmt: skip
    assert said[-1]["text"] == "Đèn đã sáng." and {one["text"] for one in said[:-1]} == {""}
    assert {one["service_request_id"] for one in said} == {public_id(ref.case_id)}
    assert {one["reference"] for one in said} == {"T-77"} and "123456782" not in str(said)
    assert said[1]["agency_responsible"] == "Sở Y tế" and said[2]["expected_at"] == LATER.isoformat()
    assert not any(word in str(said) for word in (CITIZEN.name, CITIZEN.phone, "Mẫu", "nguoi-7", ref.case_id))
    assert program.forged == 0


async def test_a_partner_that_fails_or_is_slow_is_told_again_under_the_same_id(
    march: NatsServer, program: Receiver, telling: Settings
) -> None:
    program.coming += [500, "slow"]
    settings = telling.model_copy(update={"retry_seconds": (0.05, 0.05, 35.0)})
    ref = a_case()
    async with notifier(settings):
        await happen(march, ref, opened(ref, **THEIRS))
        await eventually(lambda: len(program.heard) == 2, within=15)
    assert len({one["id"] for one in program.heard}) == 1
    way = [fact.token for fact in await letter_facts(march) if fact.way == "webhook"]
    assert way[:4] == ["tried-1", "deferred-1", "tried-2", "deferred-2"]


async def test_a_partner_that_says_gone_or_sends_us_elsewhere_is_not_followed(
    march: NatsServer, program: Receiver, telling: Settings
) -> None:
    program.coming += ["redirect", 410]
    ref = a_case()
    async with notifier(telling):
        await happen(march, ref, opened(ref, **THEIRS))
        await eventually(lambda: len(program.heard) == 2, within=15)

        async def given_up() -> bool:
            return "failed" in [fact.token for fact in await letter_facts(march) if fact.way == "webhook"]

        await eventually(given_up)
    assert program.taken == {}


async def test_the_ground_of_a_rejection_is_the_packs_and_not_the_operators_words(
    march: NatsServer, program: Receiver, telling: Settings
) -> None:
    ref = a_case()
    async with notifier(telling):
        rejected = make(CaseRejected, ref, reason="out-of-scope", text="Bà Mẫu gọi 113")
        await happen(march, ref, opened(ref, **THEIRS), rejected)
        await eventually(lambda: len(program.taken) == 2, within=10)
    (said,) = [one for one in program.taken.values() if one["event"] == "rejected"]
    assert said["text"] and "Mẫu" not in said["text"] and said["status"] == "closed"


def test_the_signature_is_what_openssl_says() -> None:
    """printf '1772416800.{}' | openssl dgst -sha256 -hmac SECRET"""
    digest = "c6a4989a45f9cdf0b23fe3414fdfdf0a5f9751f12137e0e2ad6fa52bcb8dcd10"
    assert signature(SECRET.encode(), b"{}", 1_772_416_800) == f"t=1772416800,v1={digest}"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("x", "partners.toml"),
        ('[smart]\nurl = "ftp://a"\n', r"\[smart\] url"),
        ('[smart]\nurl = "https://a.example/x"\n', r"\[smart\] secret_file"),
        ('[smart]\nurl = "https://a.example"\nsecret_file = "/none"\n', "secret file none"),
        ('[smart]\nurl = "https://a.example"\nsecret_file = "s"\naccount = "x"\n', "account needs channel"),
        ('[smart]\nurl = "https://a.example"\nsecret_file = "s"\nurll = "x"\n', r"\[smart\] urll"),
    ],
)
def test_a_partners_file_that_is_wrong_is_named_with_the_place(
    tmp_path: Path, content: str, named: str
) -> None:
    file = tmp_path / "partners.toml"
    file.write_text(content)
    with pytest.raises(BadPartners, match=named):
        read_partners(file)
