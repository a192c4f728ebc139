"""Who gets in where: every address of the desk, every role, the own case and another's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine
from services.desk.domain.people import ROLES
from services.desk.queries import Queries
from tests.support.builders import CITIZEN, a_case, opened, routed, slip
from tests.support.deskdoor import address, asked, at_the_door, got_in, signed_in
from tests.support.deskmatrix import ANYBODY, MATRIX, PORTAL, WHO, Entry
from tests.support.deskpages import SAME
from tests.support.deskroutes import routes_of
from tests.support.office import PEOPLE, Office, desk_settings, hire, running_desk
from tests.support.portals import hidden
from tests.support.provinces import in_force, thanh_hoa

pytestmark = pytest.mark.timeout(180)
KEY = "khoa-cua-cong"


@pytest.fixture
async def place(server: NatsServer, tmp_path: Path) -> AsyncIterator[tuple[Office, CaseRef, CaseRef]]:
    """A desk with a case of the department of health and one of an agency that nobody here is with."""
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await hire(url, *PEOPLE)
    (tmp_path / "portal.key").write_text(KEY)
    settings = desk_settings(server, url, tmp_path, portal_key_file=tmp_path / "portal.key")
    async with running_desk(settings) as office:
        own, other = a_case(), a_case()
        await office.receive(server, own, opened(own), routed(own, slip=slip(1, "SYT")))
        await office.receive(server, other, opened(other), routed(other, slip=slip(1, "STC")))
        yield office, own, other


def test_every_role_has_a_column() -> None:
    assert {account.role for account in WHO.values()} == set(ROLES)


async def test_every_address_has_a_row_and_every_row_an_address(
    place: tuple[Office, CaseRef, CaseRef],
) -> None:
    office, *_ = place
    assert set(routes_of(office.app)) == MATRIX.keys()


SKIPPED = {("GET", "/live")}
"""A stream without an end; what it tells whom is a test of its own below."""


async def test_who_gets_in_where(place: tuple[Office, CaseRef, CaseRef]) -> None:
    office, own, other = place
    wrong = []
    for letter, account in WHO.items():
        async with at_the_door(office) as web:
            csrf, bearer = await signed_in(office, web, account), await office.token(account)
            for (method, path), entry in MATRIX.items():
                if (method, path) in SKIPPED:
                    continue
                cases = (
                    ((own, entry.own), (other, entry.other)) if "{case_id}" in path else ((own, entry.own),)
                )
                for number, (ref, letters) in enumerate(cases):
                    answer = await asked(web, method, path, entry, ref.case_id, csrf, bearer)
                    if got_in(answer) != (letters == ANYBODY or (letters != PORTAL and letter in letters)):
                        wrong.append(
                            (account.role, method, path, "other" if number else "own", answer.status_code)
                        )
    assert not wrong, "\n".join(map(str, wrong))


async def test_who_is_not_signed_in_gets_in_nowhere(place: tuple[Office, CaseRef, CaseRef]) -> None:
    office, own, _ = place
    async with at_the_door(office) as web:
        csrf = hidden((await web.get("/login")).text, "csrf")
        for bearer in ("", "x", KEY):
            for (method, path), entry in MATRIX.items():
                answer = await asked(web, method, path, entry, own.case_id, csrf, bearer)
                may = entry.own == ANYBODY or (entry.own == PORTAL and bearer == KEY)
                assert got_in(answer) == may or path == "/logout", (method, path, answer.status_code)


async def test_a_guessed_id_leads_nowhere(place: tuple[Office, CaseRef, CaseRef]) -> None:
    office, own, _ = place
    guesses = (
        "0" * 32,
        own.case_id[:-1] + ("0" if own.case_id[-1] != "0" else "1"),
        own.case_id.upper(),
        "%27",
    )
    for account in WHO.values():
        async with at_the_door(office) as web:
            csrf, bearer = await signed_in(office, web, account), await office.token(account)
            for (method, path), entry in MATRIX.items():
                if "{case_id}" not in path:
                    continue
                for guess in guesses:
                    answer = await asked(web, method, path, entry, guess, csrf, bearer)
                    assert answer.status_code in {403, 404, 422}, (
                        account.role,
                        method,
                        path,
                        answer.status_code,
                    )


OUTSIDERS = "scapqk"
"""Who may never read a citizen's name: some see the case, none of them holds it."""


async def test_nobody_reads_anothers_person_anywhere(place: tuple[Office, CaseRef, CaseRef]) -> None:
    office, own, _ = place
    secrets = [CITIZEN.name, CITIZEN.phone, CITIZEN.phone_raw, CITIZEN.address, CITIZEN.email]
    number, seen = CITIZEN.phone_raw.replace(" ", ""), 0
    for letter in OUTSIDERS:
        async with at_the_door(office) as web:
            csrf, bearer = await signed_in(office, web, WHO[letter]), await office.token(WHO[letter])
            for (method, path), entry in MATRIX.items():
                if method != "GET" or (method, path) in SKIPPED:
                    continue
                for more in (
                    {},
                    {"q": number},
                    {"q": "123456782", "phone": number, **entry.inputs},
                ):
                    asking = Entry(entry.own, entry.other, {**entry.inputs, **more})
                    text = (await asked(web, method, path, asking, own.case_id, csrf, bearer)).text
                    seen += len(text)
                    told = [word for word in secrets if word in text]
                    assert not told, (letter, path, told)
    assert seen > 100_000


async def test_the_live_stream_tells_of_a_case_only_to_who_may_see_it(
    place: tuple[Office, CaseRef, CaseRef],
) -> None:
    office, own, other = place
    engine = open_engine(office.settings.database_url)
    queries = Queries(engine, office.runtime.directory, office.runtime.clock)
    entry = MATRIX["GET", "/cases/{case_id}"]
    for letter, account in WHO.items():
        heard = await queries.visible(account, [own.case_id, other.case_id, "0" * 32, "'"])
        may = [(own, letter in entry.own), (other, letter in entry.other)]
        assert heard == tuple(ref.case_id for ref, yes in may if yes), letter
    engine.dispose()


async def test_a_form_of_another_site_or_session_is_refused_everywhere(
    place: tuple[Office, CaseRef, CaseRef],
) -> None:
    office, own, _ = place
    async with at_the_door(office) as mine, at_the_door(office) as theirs, at_the_door(office) as opened_page:
        good = await signed_in(office, mine, WHO["q"])
        anothers = await signed_in(office, theirs, WHO["f"])
        anonymous = hidden((await opened_page.get("/login")).text, "csrf")
        for (method, path), entry in MATRIX.items():
            if method != "POST" or path.startswith("/api/"):
                continue
            where = address(path, own.case_id, entry.inputs)
            for token in ("", "x" * 48, anothers, anonymous, good[:-1] + ("0" if good[-1] != "0" else "1")):
                refused = await mine.post(where, data={**entry.inputs, "csrf": token}, headers=SAME)
                assert refused.status_code == 403, (path, token)
            for foreign in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
                refused = await mine.post(where, data={**entry.inputs, "csrf": good}, headers=foreign)
                assert refused.status_code == 403, (path, foreign)


async def test_a_session_from_before_signing_in_is_worth_nothing(
    place: tuple[Office, CaseRef, CaseRef],
) -> None:
    office, *_ = place
    cookie = office.settings.session_cookie
    async with at_the_door(office) as web:
        web.cookies.set(cookie, "planted-by-somebody-else")
        await signed_in(office, web, WHO["o"])
        first = [
            one.value
            for one in web.cookies.jar
            if one.name == cookie and one.value != "planted-by-somebody-else"
        ]
        assert len(first) == 1 and len(str(first[0])) >= 43
    for stale in ("planted-by-somebody-else", ""):
        async with at_the_door(office) as web:
            web.cookies.set(cookie, stale)
            assert not got_in(await web.get("/triage"))


async def test_signing_in_again_ends_the_session_that_the_browser_had(
    place: tuple[Office, CaseRef, CaseRef],
) -> None:
    office, *_ = place
    cookie = office.settings.session_cookie
    async with at_the_door(office) as web:
        await signed_in(office, web, WHO["o"])
        old = web.cookies[cookie]
        await signed_in(office, web, WHO["o"])
        assert web.cookies[cookie] != old
    async with at_the_door(office) as web:
        web.cookies.set(cookie, old)
        assert not got_in(await web.get("/triage"))
