"""The routing table in the administrator's browser: tried before it is saved, refused where it has gaps."""

import re
from datetime import date
from pathlib import Path

import httpx

from libs.devstack.nats_server import NatsServer
from libs.packs.model import Route
from libs.packs.revise import as_written
from libs.packs.tables import ROUTES
from libs.packs.trial import CASES
from services.desk.domain.people import Account
from tests.support.builders import CITIZEN
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR, STRANGER
from tests.support.deskweb import browser, send
from tests.support.provinces import changed_agency, in_force, thanh_hoa
from tests.support.waiting import eventually
from tests.support.worktable import Worktable, a_worktable

DOCUMENT = "QĐ 15/QĐ-UBND ngày 02/03/2026"


async def edited(web: httpx.AsyncClient, **inputs: str) -> httpx.Response:
    """The form of the page with all its cells, some of them changed; `__` is the dot of a name."""
    text = (await web.get("/routes")).text
    cells = dict(re.findall(r'<input id="([a-z]+\.[^"]+)" name="[^"]+" value="([^"]*)"', text))
    changed = {name.replace("__", "."): value for name, value in inputs.items()}
    return await send(web, "/routes", "/routes", **{**cells, **changed})


async def test_only_administrators_see_the_table_and_its_cases(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table:
        for account in (OPERATOR, OFFICER, ARBITER, ADMINISTRATOR):
            async with browser(table, account) as web:
                allowed = 200 if account is ADMINISTRATOR else 403
                for page in ("/routes", "/routes/cases.csv"):
                    assert (await web.get(page)).status_code == allowed, (account.login, page)


async def test_a_changed_table_is_tried_on_the_desks_own_cases_and_nothing_is_stored(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        answer = await edited(web, **{"lead__R04-DISTRICT": "SCT", "do": "try"})
        assert answer.status_code == 200
        assert re.search(r"<b>4</b> trên \d+ hồ sơ sẽ đi nơi khác", answer.text)
        assert "Sở Y tế</td><td>Sở Công Thương" in answer.text
        assert 'name="lead.R04-DISTRICT" value="SCT"' in answer.text
        assert table.office.runtime.directory.current == thanh_hoa().version


async def test_a_saved_table_is_in_force_with_who_and_on_what_decision(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        answer = await edited(web, **{"lead__R04-ANY": "SCT", "do": "save", "document": DOCUMENT})
        assert answer.status_code == 303, answer.text
        assert "Đã áp dụng bảng mới" in (await web.get(answer.headers["location"])).text
        directory = table.office.runtime.directory
        change = directory.history[-1]
        assert (change.document, change.version) == (DOCUMENT, directory.current)
        assert change.by == f"{ADMINISTRATOR.name} ({ADMINISTRATOR.login})"
        route = directory.pack.route("F04", "*")
        assert route and route.lead == ("SCT",)


async def test_a_table_that_leaves_a_field_without_an_agency_is_refused_with_its_row(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        answer = await edited(web, **{"lead__R04-ANY": "", "do": "save", "document": DOCUMENT})
        assert answer.status_code == 422
        assert 'href="#lead.R04-ANY"' in answer.text and "F04 sẽ không có cơ quan nào" in answer.text
        assert len(table.office.runtime.directory.history) == 1


async def test_without_a_document_or_with_an_unknown_agency_nothing_is_saved(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        for inputs, named in (
            ({"lead__R04-ANY": "SCT"}, "document"),
            ({"lead__R04-ANY": "XYZ", "document": DOCUMENT}, "lead.R04-ANY"),
            ({"offer__R04-ANY": "@district", "document": DOCUMENT}, "offer.R04-ANY"),
        ):
            answer = await edited(web, **inputs, do="save")
            assert answer.status_code == 422 and f'href="#{named}"' in answer.text
        assert len(table.office.runtime.directory.history) == 1


async def test_a_table_that_another_administrator_changed_meanwhile_is_not_overwritten(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        directory = table.office.runtime.directory
        first = directory.current
        saved = await edited(web, **{"lead__R04-ANY": "SCT", "do": "save", "document": DOCUMENT})
        assert saved.status_code == 303
        late = {"lead__R05-ANY": "SCT", "do": "save", "document": DOCUMENT, "instead_of": first}
        assert (await edited(web, **late)).status_code == 409
        assert len(directory.history) == 2


async def test_a_long_table_is_shown_field_by_field_and_the_other_rows_stay(
    server: NatsServer, tmp_path: Path
) -> None:
    pack = thanh_hoa()
    more = [
        Route(id=f"R05-{unit.code}", field="F05", place=unit.code, lead=("SLDTBXH",))
        for unit in pack.units[:90]
    ]
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        await in_force(server, pack.model_copy(update={"routes": (*pack.routes, *more), "version": "long"}))
        directory = table.office.runtime.directory
        await eventually(lambda: directory.current == "long")
        page = (await web.get("/routes", params={"field": "F04"})).text
        assert "lead.R04-ANY" in page and "lead.R05-ANY" not in page
        inputs = {"field": "F04", "lead.R04-ANY": "SCT", "do": "save", "document": DOCUMENT}
        assert (await send(web, "/routes?field=F04", "/routes", **inputs)).status_code == 303
        assert len(directory.pack.routes) == len(pack.routes) + 90
        changed = directory.pack.route("F04", "*")
        assert changed and changed.lead == ("SCT",)


async def test_the_cases_for_a_dry_run_elsewhere_hold_nothing_of_a_person(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, ADMINISTRATOR) as web:
        routes = (await web.get("/routes/routes.csv")).text.removeprefix("\ufeff")
        assert [row.entry for row in ROUTES.read(routes)[0]] == [
            as_written(row) for row in thanh_hoa().routes
        ]
        answer = await web.get("/routes/cases.csv")
        text = answer.text.removeprefix("\ufeff")
    rows, problems = CASES.read(text)
    assert not problems
    assert {(row.entry.field, row.entry.place, row.entry.lead) for row in rows} >= {("F04", "406", "SYT")}
    for personal in (CITIZEN.name, CITIZEN.phone, CITIZEN.phone_raw, "tiêm"):
        assert personal not in text


async def test_a_person_names_the_successor_of_an_agency_that_ended_without_one(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        await in_force(server, changed_agency("SYT", valid_to=date(2021, 12, 1)))
        await eventually(lambda: len(table.office.runtime.directory.history) == 2)
        async with browser(table, OPERATOR) as web:
            page = (await web.get("/successions")).text
            case = table.cases["late"].case_id
            assert "Sở Y tế" in page and case in page
            answer = await send(web, "/successions", f"/successions/{case}", to="SCT")
            assert answer.status_code == 303
            assert case not in (await web.get("/successions")).text
        assert await opens(table, OFFICER) and await opens(table, STRANGER)
        async with browser(table, ADMINISTRATOR) as web:
            assert "<select" not in (await web.get("/successions")).text


async def opens(table: Worktable, account: Account) -> bool:
    async with browser(table, account) as web:
        return (await web.get(table.path("late"))).status_code == 200
