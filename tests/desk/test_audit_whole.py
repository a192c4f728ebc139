"""Nothing is seen and nothing is changed at the desk without a line that says who and when."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, reading, table
from services.desk.domain.changes import WHAT
from services.desk.tables import ChangeRow, ViewRow
from tests.support.builders import CITIZEN, a_case, opened, routed, slip
from tests.support.deskdoor import asked, at_the_door, signed_in
from tests.support.deskmatrix import MATRIX, WHO, Entry
from tests.support.deskpages import SAME
from tests.support.office import PEOPLE, Office, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa

pytestmark = pytest.mark.timeout(180)

SECRETS = (CITIZEN.name, CITIZEN.phone, CITIZEN.phone_raw, CITIZEN.address, CITIZEN.email)
VIEW, CHANGE = table(ViewRow), table(ChangeRow)

CASE, PACK, LOG, OWN, ROWS, ASKS, SHOWS = "case", "pack", "log", "own", "rows", "asks", "shows"
WRITES: dict[str, str] = {
    **dict.fromkeys((
        "/cases/{case_id}/{command}", "/successions/{case_id}", "/reviews/{case_id}", "/overdue/remind",
        "/{queue}/accept/{case_id}", "/persons/{what}", "/calls/new", "/api/v1/calls",
        "/api/v1/cases/{case_id}/{command}", "/api/v1/ratings", "/api/v1/reopenings",
    ), CASE),
    "/calls/{call}/returned": "call",
    **dict.fromkeys((
        "/calendar/apply", "/routes", "/knowledge/checked", "/knowledge/notices",
        "/knowledge/notices/{number}/down", "/texts", "/texts/{name}",
    ), PACK),
    **dict.fromkeys(("/accounts", "/accounts/{act}", "/surge", "/roster", "/standards", "/standards/{number}",
                     "/password", "/welcome/{token}"), LOG),
    **dict.fromkeys(("/knowledge/changes/{number}", "/knowledge/contacts", "/knowledge/entry",
                     "/knowledge/import", "/knowledge/import/{number}"), ROWS),
    **dict.fromkeys(("/login", "/logout", "/sessions/end", "/api/v1/sessions"), OWN),
    **dict.fromkeys(("/api/v1/helpful", "/api/v1/sought", "/knowledge/sought"), "counts"),
    **dict.fromkeys(("/similar", "/api/v1/offers", "/calendar/day", "/calendar/hours",
                     "/cases/{case_id}/{command}/again", "/cases/{case_id}/{command}/text"), ASKS),
    "/persons/export": SHOWS,
}  # fmt: skip
"""POST → where it says who did it: a fact of the case or call, the pack's history, the log of changes, rows
of its own that are kept for ever with their author; `own`: a session with its times; `counts`: numbers of
nobody; `asks`: changes nothing, `shows`: a look.
"""


@pytest.fixture
async def place(server: NatsServer, tmp_path: Path) -> AsyncIterator[tuple[Office, CaseRef]]:
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    async with running_desk(desk_settings(server, url, tmp_path)) as office:
        ref = a_case()
        await office.receive(server, ref, opened(ref), routed(ref, slip=slip(1, "SYT")))
        yield office, ref


def lines(office: Office, of: Table, account: str) -> list[Any]:
    engine = open_engine(office.settings.database_url)
    with reading(engine) as connection:
        found = connection.execute(select(of).where(of.c.account == account).order_by(of.c.id)).all()
    engine.dispose()
    return list(found)


@pytest.mark.parametrize("letter", ["o", "f", "h", "q"])
async def test_no_page_shows_a_person_without_a_look_being_written_down(
    place: tuple[Office, CaseRef], letter: str
) -> None:
    office, ref = place
    number, shown = CITIZEN.phone_raw.replace(" ", ""), 0
    async with at_the_door(office) as web:
        csrf, bearer = await signed_in(office, web, WHO[letter]), await office.token(WHO[letter])
        for (method, path), entry in MATRIX.items():
            if path == "/live" or not (method == "GET" or path in {"/similar", "/persons/export"}):
                continue
            for more in ({}, {"q": number, "phone": number, "reference": "12/YC", "text": "khai báo y tế"}):
                before = len(lines(office, VIEW, WHO[letter].id))
                asking = Entry(entry.own, entry.other, {**entry.inputs, **more})
                text = (await asked(web, method, path, asking, ref.case_id, csrf, bearer)).text
                if any(word in text for word in SECRETS):
                    new = lines(office, VIEW, WHO[letter].id)[before:]
                    assert [one.case_id for one in new] == [ref.case_id], (method, path)
                    shown += 1
    assert shown, "somebody saw a person, else this test says nothing"


def test_every_form_says_where_it_is_written_down_who_sent_it() -> None:
    posts = {path for method, path in MATRIX if method == "POST"}
    assert posts - WRITES.keys() == set()


async def test_what_is_changed_beside_cases_stands_in_the_log_with_who_when_and_what(
    place: tuple[Office, CaseRef],
) -> None:
    office, _ = place
    chief = WHO["q"]
    forms: list[tuple[str, dict[str, str], str]] = [
        ("/accounts/extension", {"login": "truc1", "extension": "204"}, "204"),
        ("/accounts/end", {"login": "xa1"}, ""),
        ("/surge", {"on": "yes", "reason": "mưa lũ"}, "mưa lũ"),
    ]
    async with at_the_door(office) as web:
        csrf = await signed_in(office, web, chief)
        for path, form, detail in forms:
            before = len(lines(office, CHANGE, chief.id))
            answer = await web.post(path, data={**form, "csrf": csrf}, headers=SAME)
            assert answer.status_code == 303, (path, answer.text[:200])
            (line,) = lines(office, CHANGE, chief.id)[before:]
            assert line.what in WHAT and line.at > 0 and detail in line.detail, path


async def test_no_route_of_the_desk_changes_or_empties_the_log(place: tuple[Office, CaseRef]) -> None:
    """It grows by the export of it, and by nothing else that anybody asks of its pages."""
    office, _ = place
    async with at_the_door(office) as web:
        csrf = await signed_in(office, web, WHO["k"])
        assert (await web.get("/audit.csv")).text.lstrip("\ufeff").startswith("at,login")
        before = [tuple(one) for one in lines(office, CHANGE, WHO["k"].id)]
        assert len(before) == 1
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for path in ("/audit", "/audit.csv"):
                answer = await web.request(method, path, data={"csrf": csrf}, headers=SAME)
                assert answer.status_code in {403, 404, 405}, (method, path)
        assert [tuple(one) for one in lines(office, CHANGE, WHO["k"].id)] == before


def test_the_log_is_written_and_read_by_our_code_and_never_changed() -> None:
    """No statement of the desk updates or deletes a look or a change."""
    desk = Path(__file__).parents[2] / "services" / "desk"
    said = [
        (file.name, word)
        for file in desk.rglob("*.py")
        for word in (
            "update(VIEW",
            "delete(VIEW",
            "update(CHANGE)",
            "delete(CHANGE)",
            "update(CHANGE.",
            "delete(ViewRow",
        )
        if word in file.read_text(encoding="utf-8")
    ]
    assert said == []
