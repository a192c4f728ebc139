"""A person's data on the administrator's page: taken out, erased, held; each of it written down."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from libs.contracts import events
from libs.contracts.codes import spoken, with_check_digit
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, reading, table
from services.desk.tables import ViewRow
from tests.support.builders import CITIZEN, a_case, make, opened, routed
from tests.support.deskpages import SAME, held
from tests.support.desks import ADMINISTRATOR, ARBITER, AUDITOR, OFFICER, OPERATOR
from tests.support.deskweb import browser, send
from tests.support.history import happen
from tests.support.waiting import eventually
from tests.support.worktable import Worktable, a_worktable

CODE = with_check_digit(98_765_432)
PHONE = "0987 111 222"
PERSON = CITIZEN.model_copy(update={"phone": "+84987111222", "phone_raw": PHONE, "name": "Lê Thị Kín"})


async def settled(table_: Worktable, web: httpx.AsyncClient, *, ended: bool = True) -> CaseRef:
    """A case of PERSON, answered and withheld, as soon as the desk shows it."""
    ref = a_case()
    facts = [
        opened(ref, person=PERSON, code=CODE, text="Tôi là Lê Thị Kín, xin được giúp"),
        routed(ref),
        make(events.CaseAnswered, ref, by=OFFICER.actor(), answer="Mời bà Lê Thị Kín đến UBND xã"),
    ]
    facts += [make(events.CaseWithheld, ref, by=OFFICER.actor(), ground="secrecy-asked")] if ended else []
    await happen(table_.server, ref, *facts)

    async def shown() -> bool:
        page = await web.get(f"/cases/{ref.case_id}")
        return page.status_code == 200 and ("Không công khai" in page.text) is ended

    await eventually(shown, what="the case on the desk")
    return ref


def asked(**more: str) -> dict[str, str]:
    return {"code": CODE, "reference": "12/YC-2026", "command_id": str(uuid4()), **more}


def looks(table_: Worktable, case_id: str) -> list[Any]:
    rows = table(ViewRow)
    engine = open_engine(table_.office.settings.database_url)
    with reading(engine) as connection:
        found = connection.execute(select(rows.c.account, rows.c.reason).where(rows.c.case_id == case_id))
        return [tuple(row) for row in found]


async def test_a_persons_cases_are_found_by_their_number_and_the_look_is_written_down(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as desk, browser(desk, ADMINISTRATOR) as web:
        ref = await settled(desk, web)
        form = held((await web.get("/persons")).text, "/persons/export")
        form |= {"phone": PHONE, "reference": "12/YC-2026"}
        found = await web.post("/persons/find", data=form, headers=SAME)
        assert found.status_code == 200 and spoken(CODE) in found.text
        assert "Lê Thị Kín" not in found.text
        assert (ADMINISTRATOR.id, "find 12/YC-2026") in looks(desk, ref.case_id)


async def test_only_administrators_have_the_page(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as desk:
        for account in (OPERATOR, OFFICER, ARBITER, AUDITOR, ADMINISTRATOR):
            async with browser(desk, account) as web:
                answer = await web.get("/persons")
                assert answer.status_code == (200 if account is ADMINISTRATOR else 403), account.login


async def test_a_person_gets_all_that_is_held_of_them_and_each_look_is_written_down(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as desk, browser(desk, ADMINISTRATOR) as web:
        ref = await settled(desk, web)
        answer = await send(web, "/persons", "/persons/export", phone=PHONE, reference="12/YC-2026")
        assert answer.status_code == 200, answer.text
        held = json.loads(answer.text)
        (case,) = held["cases"]
        assert case["case_id"] == ref.case_id
        assert case["person"]["name"] == "Lê Thị Kín"
        assert [one["fact"] for one in case["facts"]] == ["opened", "routed", "answered", "withheld"]
        assert held["due"] > held["asked_at"]
        assert (ADMINISTRATOR.id, "export 12/YC-2026") in looks(desk, ref.case_id)
        nobody = await send(web, "/persons", "/persons/export", phone="0900 000 000", reference="1")
        assert json.loads(nobody.text)["cases"] == []
        without = await send(web, "/persons", "/persons/export", phone=PHONE, reference="")
        assert without.status_code == 422


async def test_a_settled_case_is_erased_once_nobody_holds_it(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as desk, browser(desk, ADMINISTRATOR) as web:
        ref = await settled(desk, web)
        assert (await send(web, "/persons", "/persons/hold", **asked())).status_code == 303
        refusal = await send(web, "/persons", "/persons/erase", **asked())
        assert refusal.status_code == 409 and "chứng cứ" in refusal.text
        assert (await send(web, "/persons", "/persons/lift", **asked())).status_code == 303
        named = await send(web, "/persons", "/persons/erase", **asked(reason="Bà Lê Thị Kín yêu cầu"))
        assert named.status_code == 422 and "đừng nêu tên" in named.text, "the reason stays"
        for what in ("hold", "erase"):
            whose = asked(reference=f"Đơn của {PHONE}")
            answer = await send(web, "/persons", f"/persons/{what}", **whose)
            assert answer.status_code == 422 and "đừng nêu tên" in answer.text, "so does the reference"
        form = asked(reason="Người gửi yêu cầu")
        for _ in range(2):  # a double click
            assert (await send(web, "/persons", "/persons/erase", **form)).status_code == 303

        async def empty() -> bool:
            return "Xóa dữ liệu cá nhân theo 12/YC-2026" in (await web.get(f"/cases/{ref.case_id}")).text

        await eventually(empty, what="the erased case")
        async with browser(desk, OPERATOR) as other:
            page = (await other.get(f"/cases/{ref.case_id}")).text
        assert "Kín" not in page and "111222" not in page.replace(" ", "")
        export = await send(web, "/persons", "/persons/export", phone=PHONE, reference="13/YC")
        assert json.loads(export.text)["cases"] == []


async def test_an_open_case_is_not_erased(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as desk, browser(desk, ADMINISTRATOR) as web:
        await settled(desk, web, ended=False)
        refusal = await send(web, "/persons", "/persons/erase", **asked())
        assert refusal.status_code == 409 and "chưa xong" in refusal.text
        assert (await send(web, "/persons", "/persons/erase", **asked(code="123"))).status_code == 422
        assert (await send(web, "/persons", "/persons/erase", **asked(reference=" "))).status_code == 422
