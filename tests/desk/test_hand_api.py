"""The API of work in several hands: who gets which answer, by table."""

import json
from datetime import timedelta

import pytest

from libs.contracts.codes import spoken, with_check_digit
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from services.desk.domain.people import Account
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, opened, routed, slip
from tests.support.desks import (
    ADMINISTRATOR,
    ARBITER,
    COLLEAGUE,
    COMMUNE,
    OFFICER,
    OPERATOR,
    POLICE,
    STRANGER,
)
from tests.support.office import Office

EVERYBODY = (OPERATOR, OFFICER, COLLEAGUE, STRANGER, COMMUNE, ARBITER, POLICE, ADMINISTRATOR)
GROUND, RECORDING = "Chợ này đã đóng", "2026/11/22-0900.wav"

MAY: dict[str, set[Account]] = {
    "/cases/{id}": {OPERATOR, OFFICER, COLLEAGUE, STRANGER, ARBITER, POLICE, ADMINISTRATOR},
    "/cases/{id}/packet": {POLICE},
    "/cases/{id}/similar": {OPERATOR},
    "/similar?text=den&phone=0912345678": {OPERATOR},
    "/cases?list=suspicions": {POLICE},
    "/cases?list=tasks": {OPERATOR, OFFICER, COLLEAGUE, STRANGER, COMMUNE},
    "/cases?list=joined": {OPERATOR, OFFICER, COLLEAGUE, STRANGER, COMMUNE},
}
"""Address → who gets an answer; everybody else is told that it is not theirs."""


async def suspected(server: NatsServer, office: Office) -> CaseRef:
    ref = a_case()
    sent = routed(ref, slip=slip(coordinating=("SCT",)))
    await office.receive(server, ref, opened(ref), sent)
    async with office.person(OPERATOR) as operator:
        done = await operator.tell(ref, "suspect-false", ground=GROUND, police="CAT", recording=RECORDING)
        assert done.status_code == 201, done.text
    return ref


async def test_each_address_answers_exactly_those_it_is_for(server: NatsServer, office: Office) -> None:
    ref = await suspected(server, office)
    for account in EVERYBODY:
        async with office.person(account) as person:
            for address, allowed in MAY.items():
                answer = await person.client.get(address.format(id=ref.case_id))
                assert answer.status_code == (200 if account in allowed else 403), (account.login, address)


async def test_the_evidence_is_in_the_packet_and_in_no_other_answer(
    server: NatsServer, office: Office
) -> None:
    ref = await suspected(server, office)
    for account in MAY["/cases/{id}"]:
        async with office.person(account) as person:
            found = await person.look(ref)
            said = json.dumps(found, ensure_ascii=False)
            assert RECORDING not in said and "evidence" not in said, account.login
            assert (GROUND in said) == (account in {OPERATOR, OFFICER, COLLEAGUE, POLICE}), account.login
            tokens = {one["token"] for one in found["timeline"]}
            assert ("suspected-false" in tokens) == (GROUND in said)
    async with office.person(POLICE) as police:
        packet = (await police.client.get(f"/cases/{ref.case_id}/packet")).json()
        assert packet["intact"] and ["recording", RECORDING] in packet["evidence"]
        assert ["number", CITIZEN.phone] in packet["evidence"]
        case = await police.look(ref)
        assert case["allowed"] == ["conclude"] and case["personal"] == "hidden"
        assert case["state"]["person"]["phone"] == ""


async def test_without_a_suspicion_there_is_no_packet_for_anybody(server: NatsServer, office: Office) -> None:
    ref = a_case()
    await office.receive(server, ref, opened(ref), routed(ref))
    for account in EVERYBODY:
        async with office.person(account) as person:
            for case_id in (ref.case_id, "0" * 32, "x"):
                answer = await person.client.get(f"/cases/{case_id}/packet")
                assert answer.status_code in {403, 404}, account.login


@pytest.mark.parametrize(
    "asked", ["text=%00", "phone=%00", "field=%00&place=%00", "text=" + "x" * 20_000, "place=%27--", ""]
)
async def test_whatever_is_typed_while_calling_is_an_answer(office: Office, asked: str) -> None:
    async with office.person(OPERATOR) as operator:
        answer = await operator.client.get(f"/similar?{asked}")
        assert answer.status_code == 200 and answer.json() == []


async def test_a_join_by_code_by_id_and_by_nonsense(server: NatsServer, office: Office) -> None:
    old, new = a_case(), a_case()
    before = MONDAY_MORNING - timedelta(days=1)
    await office.receive(server, old, opened(old, at=before, code=(code := with_check_digit(7654))))
    await office.receive(server, new, opened(new, code="123456782"))
    async with office.person(OPERATOR) as operator:
        for nonsense in ("", "xyz", "0" * 32, "999 999 999", "a" * 301, new.case_id):
            refused = await operator.tell(new, "join", to=nonsense)
            assert refused.status_code == 422, nonsense
            assert refused.json()["problems"][0]["field"] == "to"
        younger = await operator.tell(old, "join", to=new.case_id)
        assert younger.status_code == 422 and "đến sau" in younger.json()["problems"][0]["vi"]
        done = await operator.tell(new, "join", to=spoken(code))
        assert done.status_code == 201, done.text
        assert (await operator.look(new))["followed"]["case_id"] == old.case_id
