"""Which case words belong to: threads, tokens and codes count for those who belong, time decides the rest."""

from datetime import timedelta
from typing import Any

import pytest

from libs.contracts.codes import with_check_digit
from libs.contracts.events import (
    CaseAdded,
    CaseInformationAsked,
    CaseOpened,
    CasePublished,
)
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.service import Runtime, open_runtime
from services.intake.channels.shape import SetAside
from services.intake.gathering import Gathering
from tests.support.builders import make
from tests.support.bus import connected
from tests.support.channels import facts, said
from tests.support.gathering import ARRIVED, ZALO, gathering, words
from tests.support.intake import intake_settings
from tests.support.provinces import in_force, thanh_hoa

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


@pytest.fixture
async def rt(server: NatsServer, _pack: None) -> Any:
    async with open_runtime("intake", intake_settings(server)) as runtime:
        yield runtime


@pytest.fixture
def intake(rt: Runtime) -> Gathering:
    return gathering(rt)


async def opened(server: NatsServer) -> list[tuple[CaseRef, CaseOpened]]:
    return [(ref, fact) for ref, fact in await facts(server) if isinstance(fact, CaseOpened)]


async def happened(server: NatsServer, ref: CaseRef, cls: Any, **fields: Any) -> None:
    """Somebody at the desk did something with the case."""
    fact = make(cls, ref, **fields)
    async with connected(server, "desk") as js:
        last = await js.get_last_msg("CASES", ref.filter)
        await js.publish(
            ref.subject(fact),
            fact.model_dump_json().encode(),
            headers={
                "Nats-Expected-Last-Subject-Sequence": str(last.seq),
                "Nats-Expected-Last-Subject-Sequence-Subject": ref.filter,
            },
        )


async def published(server: NatsServer, ref: CaseRef) -> None:
    await happened(server, ref, CasePublished, question="Hỏi", answer="Đáp")


async def test_words_of_the_next_day_are_a_new_case_that_may_be_the_old_one(
    server: NatsServer, intake: Gathering
) -> None:
    await intake.gather(ZALO, words("m1"), arrived=ARRIVED)
    await intake.gather(ZALO, words("m2", "Vẫn chưa sửa"), arrived=ARRIVED + DAY + MINUTE)
    (old, _), (_, new) = await opened(server)
    assert new.same_as == old.case_id and new.held


async def test_while_the_citizen_is_asked_their_words_belong_to_the_case_however_late(
    server: NatsServer, intake: Gathering
) -> None:
    await intake.gather(ZALO, words("m1"), arrived=ARRIVED)
    [(ref, _)] = await opened(server)
    await happened(server, ref, CaseInformationAsked, question="Ở đâu?")
    await intake.gather(ZALO, words("m2", "Ngõ 3"), arrived=ARRIVED + 9 * DAY)
    await intake.gather(ZALO, words("m3", "Chuyện khác"), arrived=ARRIVED + 20 * DAY)
    assert [len(case) for case in (await said(server)).values()] == [2, 1]


async def test_a_settled_case_takes_replies_in_its_thread_but_no_fresh_words(
    server: NatsServer, intake: Gathering
) -> None:
    await intake.gather(ZALO, words("m1"), arrived=ARRIVED)
    [(ref, _)] = await opened(server)
    await published(server, ref)
    await intake.gather(ZALO, words("m2", "Cảm ơn", answers=("m1",)), arrived=ARRIVED + MINUTE)
    await intake.gather(ZALO, words("m3", "Rác chưa thu"), arrived=ARRIVED + 2 * MINUTE)
    cases = await said(server)
    assert cases[ref.case_id] == ["Đèn đường hỏng", "Cảm ơn"] and len(cases) == 2
    assert (await opened(server))[1][1].same_as is None


async def test_a_stranger_in_a_thread_gets_a_case_of_their_own_for_a_person_to_judge(
    server: NatsServer, intake: Gathering
) -> None:
    await intake.gather(ZALO, words("m1"), arrived=ARRIVED)
    await intake.gather(ZALO, words("m2", "Tôi cũng vậy", person="999", answers=("m1",)), arrived=ARRIVED)
    await intake.gather(ZALO, words("m3", "Ngõ 5", person="999", answers=("m1",)), arrived=ARRIVED)
    (old, _), (own, fact) = await opened(server)
    assert fact.same_as == old.case_id and fact.held
    assert (await said(server))[own.case_id] == ["Tôi cũng vậy", "Ngõ 5"]


@pytest.mark.parametrize("known", [{"phone": "0912 345 678"}, {"email": "Nguyen.Van.Mau@dan.example"}])
async def test_a_person_is_known_again_by_phone_or_address_on_another_channel(
    server: NatsServer, intake: Gathering, known: dict[str, str]
) -> None:
    await intake.gather(ZALO, words("m1", **known), arrived=ARRIVED)
    [(ref, _)] = await opened(server)
    mail = ZALO.model_copy(update={"code": "email"})
    again = {"phone": "+84912345678"} if "phone" in known else {"email": known["email"].lower()}
    reply = words("<a@b>", "Thêm ảnh", account="1022@x.example", person="other", cases=(ref,), **again)
    assert await intake.gather(mail, reply, arrived=ARRIVED + 5 * DAY) == "added"


async def test_a_typed_code_leads_to_its_case_only_those_who_belong_to_it(
    server: NatsServer, intake: Gathering
) -> None:
    await intake.gather(ZALO, words("m1"), arrived=ARRIVED)
    [(ref, fact)] = await opened(server)
    late = ARRIVED + 3 * DAY
    assert await intake.gather(ZALO, words("m2", "Thêm", code=fact.code), arrived=late) == "added"
    await intake.gather(ZALO, words("m3", "Lạ", code=fact.code, person="999"), arrived=late)
    assert (await opened(server))[1][1].same_as == ref.case_id
    unknown = with_check_digit(1)
    await intake.gather(ZALO, words("m4", "Mã sai", code=unknown, person="111"), arrived=late)
    assert (await opened(server))[2][1].same_as is None


async def test_a_machine_is_heard_in_its_case_and_opens_none(server: NatsServer, intake: Gathering) -> None:
    away = "Tôi đi vắng đến thứ Hai"
    assert await intake.gather(ZALO, words("m0", away, automatic=True), arrived=ARRIVED) == "automatic"
    await intake.gather(ZALO, words("m1"), arrived=ARRIVED)
    [(ref, _)] = await opened(server)
    await happened(server, ref, CaseInformationAsked, question="Ở đâu?")
    await intake.gather(ZALO, words("m2", away, automatic=True, answers=("m1",)), arrived=ARRIVED + MINUTE)
    await intake.gather(ZALO, words("m3", "Ngõ 3"), arrived=ARRIVED + 9 * DAY)
    added = [fact for _, fact in await facts(server) if isinstance(fact, CaseAdded)]
    assert [(fact.text, fact.automatic) for fact in added] == [(away, True), ("Ngõ 3", False)]


async def test_people_without_an_id_are_never_taken_for_one_another(
    server: NatsServer, intake: Gathering
) -> None:
    for key in ("m1", "m2"):
        await intake.gather(ZALO, words(key, key, person=""), arrived=ARRIVED)
    assert len(await said(server)) == 2


async def test_what_comes_in_is_made_tidy_once_and_ids_stay_strings(
    server: NatsServer, intake: Gathering
) -> None:
    hostile = words(
        "m1", "Thanh Ho\u0301a\x00\x1b[31m\u202eđảo\r\n" + "dài " * 5_000,
        person="18446744073709551617", name="Nguye\u0302\u0303n\nVăn\x07 A", email="không phải",
        phone="không nhớ", at=ARRIVED + DAY,
    )  # fmt: skip
    await intake.gather(ZALO, hostile, arrived=ARRIVED)
    [(_, fact)] = await opened(server)
    assert fact.text.startswith("Thanh Hóa[31mđảo\ndài") and len(fact.text) <= 10_000
    assert fact.person.name == "Nguyễn Văn A" and fact.person.email == ""
    assert (fact.person.phone, fact.person.phone_raw) == ("", "không nhớ")
    assert fact.origin.person == "18446744073709551617" and fact.received_at == ARRIVED


async def test_what_says_nothing_is_no_case(server: NatsServer, intake: Gathering) -> None:
    assert await intake.gather(ZALO, words("m1", "\u200e \n\x00"), arrived=ARRIVED) == "empty"
    assert await facts(server) == []


async def test_over_the_limit_words_are_set_aside_and_go_through_when_a_person_says_so(
    server: NatsServer, intake: Gathering
) -> None:
    strict = ZALO.model_copy(update={"person_hourly": 2})
    for number in (1, 2, 2):
        await intake.gather(strict, words(f"m{number}", f"Tin {number}"), arrived=ARRIVED)
    with pytest.raises(SetAside, match="limit"):
        await intake.gather(strict, words("m3", "Tin 3"), arrived=ARRIVED)
    assert await intake.gather(strict, words("m4", "Người khác", person="999"), arrived=ARRIVED) == "opened"
    assert await intake.gather(strict, words("m3", "Tin 3"), arrived=ARRIVED, limited=False) == "added"


async def test_junk_opens_a_case_that_waits_with_what_speaks_against_it(
    server: NatsServer, intake: Gathering
) -> None:
    offer = "Vay tiền nhanh, không cần thế chấp https://bit.ly/x"
    await intake.gather(ZALO, words("m1", offer), arrived=ARRIVED)
    await intake.gather(ZALO, words("m2", "Thư", person="2", spam=("bulk",)), arrived=ARRIVED)
    (_, first), (_, second) = await opened(server)
    assert first.held and set(first.spam) == {"short-link", "offer"}
    assert second.held and second.spam == ("bulk",)


async def test_words_of_a_doubted_sender_enter_no_older_case_by_any_sign(server: NatsServer) -> None:
    async with open_runtime("intake", intake_settings(server)) as rt:
        one = gathering(rt)
        await one.gather(ZALO, words("m1", "Của chính chủ"), arrived=ARRIVED)
        ((ref, _),) = await facts(server)
        signs: list[dict[str, Any]] = [{}, {"answers": ("m1",)}, {"cases": (ref,)}]
        for number, sign in enumerate(signs):
            forged = words(f"x{number}", f"Mạo danh {number}", doubted=True, **sign)
            assert await one.gather(ZALO, forged, arrived=ARRIVED) == "opened"
        assert await one.gather(ZALO, words("m2", "Nói thêm"), arrived=ARRIVED) == "added"
    opened = [fact for _, fact in await facts(server) if isinstance(fact, CaseOpened)]
    assert [fact.same_as for fact in opened] == [None, *[ref.case_id] * 3]
    assert (await said(server))[ref.case_id] == ["Của chính chủ", "Nói thêm"]


async def test_the_hour_of_one_person_is_used_up_by_nobody_else(intake: Gathering) -> None:
    strict = ZALO.model_copy(update={"person_hourly": 1})
    for number in range(3):  # nobody knows that these are one person
        nobody = words(f"n{number}", f"Chuyện {number}", person="")
        assert await intake.gather(strict, nobody, arrived=ARRIVED) == "opened"
    assert await intake.gather(strict, words("x", "Mạo danh", doubted=True), arrived=ARRIVED) == "opened"
    assert await intake.gather(strict, words("m", "Chính chủ"), arrived=ARRIVED) == "opened"
