"""Where somebody goes on who signs in again, and what counts as one look while a page stays open."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, reading, writing
from services.desk.audit import SAME_OPENING, VIEW
from services.desk.domain.people import Account
from services.desk.pages.menu import MENU, is_open_to
from tests.support.deskmatrix import ANYBODY, PAGES, WHO
from tests.support.deskpages import SAME
from tests.support.desks import AUDITOR, OFFICER, OPERATOR, POLICE
from tests.support.deskweb import browser
from tests.support.office import PASSWORD
from tests.support.portals import hidden
from tests.support.provinces import thanh_hoa
from tests.support.worktable import SENT, Worktable, a_worktable, an_empty_table

NO_PAGES = {"/live", "/menu", "/lists/{name}.js"}
ROOMS = {
    path: entry.own
    for (method, path), entry in PAGES.items()
    if method == "GET" and entry.own != ANYBODY and "{case_id}" not in path and path not in NO_PAGES
}


@pytest.mark.parametrize("letter", WHO)
def test_signing_in_leads_on_to_every_page_of_the_role_and_into_no_room_of_others(letter: str) -> None:
    role = WHO[letter].role
    menu = tuple((name, tuple(one for one in pages if one[0] != "/reviews")) for name, pages in MENU[role])
    menu = menu if letter == "c" else MENU[role]  # a commune reviews nobody
    for path, letters in ROOMS.items():
        if letter in letters:
            assert is_open_to(role, menu, path), path
        elif path.count("/") == 1:
            assert not is_open_to(role, menu, f"{path}?group=closed"), path


async def lands(table: Worktable, account: Account, wanted: str) -> str:
    async with browser(table) as web:
        page = await web.get("/login", params={"next": wanted})
        form = {name: hidden(page.text, name) for name in ("csrf", "next")}
        form |= {"login": account.login, "password": PASSWORD}
        return str((await web.post("/login", data=form, headers=SAME)).headers["location"])


async def test_whoever_signs_in_goes_on_to_a_page_or_case_of_theirs_and_else_to_their_first_page(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        case = table.path("late")
        for account, wanted, comes in (
            (OFFICER, "/inbox?group=closed", "/inbox?group=closed"),
            (AUDITOR, "/inbox", "/"),
            (OFFICER, f"{case}?done=answer", f"{case}?done=answer"),
            (POLICE, case, "/"),
            (OPERATOR, "/cases/none", "/"),
            (OPERATOR, "/cases", "/"),
        ):
            assert await lands(table, account, wanted) == comes, (account.login, wanted)


def looks(table: Worktable) -> list[int]:
    engine = open_engine(table.office.settings.database_url)
    with reading(engine) as connection:
        found = list(connection.execute(select(VIEW.c.id).order_by(VIEW.c.id)).scalars())
    engine.dispose()
    return found


def an_hour_passes(table: Worktable) -> None:
    engine = open_engine(table.office.settings.database_url)
    with writing(engine) as connection:
        connection.execute(update(VIEW).values(at=VIEW.c.at - SAME_OPENING))
    engine.dispose()


async def test_a_page_that_renews_itself_is_one_look_for_an_hour_and_opening_it_again_another(
    server: NatsServer, tmp_path: Path
) -> None:
    async with an_empty_table(server, tmp_path, thanh_hoa()) as table, browser(table, OFFICER) as web:
        await table.put("open", "Trạm y tế đóng cửa", SENT)
        await table.put("other", "Chợ chưa có nước", SENT)
        path = table.path("open")
        page = (await web.get(path)).text
        renewal = re.search(rf'hx-get="({path}\?opening=\d+)"', page)
        assert renewal and len(looks(table)) == 1
        for _ in range(3):
            assert renewal[1] in (await web.get(renewal[1])).text, "the renewed page renews itself as well"
        assert len(looks(table)) == 1
        await web.get(path)
        assert len(looks(table)) == 2, "opened again"
        mine = renewal[1].rpartition("?")[2]
        await web.get(f"{table.path('other')}?{mine}")
        assert len(looks(table)) == 3, "another case"
        async with browser(table, OPERATOR) as others:
            await others.get(renewal[1])
            assert len(looks(table)) == 4, "another person"
        an_hour_passes(table)
        await web.get(renewal[1])
        assert len(looks(table)) == 5, "an hour later"
        for nonsense in ("99999", "x", "-1", "9" * 40):
            assert (await web.get(f"{path}?opening={nonsense}")).status_code == 200
        assert len(looks(table)) == 9, "a look that is none covers nothing"


async def test_a_reason_given_for_one_look_covers_no_other(server: NatsServer, tmp_path: Path) -> None:
    async with an_empty_table(server, tmp_path, thanh_hoa()) as table, browser(table, OFFICER) as web:
        await table.put("secret", "Xin giữ kín", SENT, secret=True)
        path = table.path("secret")
        assert 'opening=0"' in (await web.get(path)).text
        page = (await web.get(path, params={"reason": "Gọi lại"})).text
        opening = re.search(r"opening=(\d+)", page)
        assert opening and len(looks(table)) == 1
        await web.get(path, params={"reason": "Gọi lại", "opening": opening[1]})
        assert len(looks(table)) == 1
        await web.get(path, params={"reason": "Lý do khác", "opening": opening[1]})
        assert len(looks(table)) == 2
