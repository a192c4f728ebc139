"""Accounts and sessions: one spelling of passwords, the same answer to every stranger, ends that end."""

import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from libs.contracts.errors import Refused
from libs.runtime.database import open_engine, writing
from libs.web.limits import TooOften
from services.desk.domain.errors import NotFound, NotSignedIn
from services.desk.migrations import prepare
from services.desk.people import IDLE, SESSION, People

PASSWORD = "Mật khẩu đủ dài"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    prepare(engine)
    yield engine
    engine.dispose()


@pytest.fixture
async def people(engine: Engine) -> People:
    people = People(engine)
    await people.add(
        login="Le.Van.Dau@syt", name="Lê  Văn Đầu", role="officer", agency="SYT", password=PASSWORD
    )
    return people


async def test_a_password_typed_on_another_keyboard_is_the_same_password(people: People) -> None:
    for form in ("NFC", "NFD"):
        typed = unicodedata.normalize(form, PASSWORD)
        token = await people.sign_in(" LE.van.dau@syt ", typed, "10.0.0.1")
        who = await people.who(token)
        assert who and (who.name, who.agency, who.login) == ("Lê Văn Đầu", "SYT", "le.van.dau@syt")


STRANGERS = [
    ("le.van.dau@syt", "sai mật khẩu rồi"),
    ("khong.ai", PASSWORD),
    ("", ""),
    ("le.van.dau@syt", ""),
    ("le.van.dau@syt", "\0" * 20),
    ("le.van.dau@syt", "\ud800"),
    ("nul\0", PASSWORD),
    ("' or 1=1 --", PASSWORD),
    ("x" * 10_000, "y" * 10_000),
]


async def test_every_stranger_gets_the_same_answer(people: People) -> None:
    for login, password in STRANGERS:
        with pytest.raises(NotSignedIn, match="wrong log-in or password"):
            await people.sign_in(login, password, "10.0.0.2")


async def test_after_too_many_tries_even_the_right_password_waits(people: People) -> None:
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            await people.sign_in("le.van.dau@syt", "sai mật khẩu rồi", "")
    with pytest.raises(TooOften):
        await people.sign_in("le.van.dau@syt", PASSWORD, "")


async def test_a_session_ends_when_it_is_signed_out_or_left_alone(people: People, engine: Engine) -> None:
    one, two = [await people.sign_in("le.van.dau@syt", PASSWORD, "") for _ in range(2)]
    await people.sign_out(one)
    assert await people.who(one) is None
    assert await people.who(two) is not None
    with writing(engine) as connection:
        connection.execute(update(SESSION).values(seen_at=SESSION.c.seen_at - IDLE - 1))
    assert await people.who(two) is None


async def test_use_keeps_a_session_alive(people: People, engine: Engine) -> None:
    token = await people.sign_in("le.van.dau@syt", PASSWORD, "")
    for _ in range(3):
        with writing(engine) as connection:
            connection.execute(update(SESSION).values(seen_at=SESSION.c.seen_at - IDLE // 2 - 1))
        assert await people.who(token) is not None


async def test_a_token_nobody_gave_is_nobodys(people: People) -> None:
    for token in ("", "x", "\ud800", "\0", "a" * 100_000):
        assert await people.who(token) is None


async def test_an_ended_account_is_out_at_once_and_stays_listed(people: People) -> None:
    token = await people.sign_in("le.van.dau@syt", PASSWORD, "")
    await people.end("le.van.dau@syt")
    assert await people.who(token) is None
    with pytest.raises(NotSignedIn):
        await people.sign_in("le.van.dau@syt", PASSWORD, "")
    assert [(one.login, one.active) for one in await people.listed()] == [("le.van.dau@syt", False)]
    with pytest.raises(NotFound):
        await people.end("khong.ai")


async def test_a_new_password_ends_every_session(people: People) -> None:
    token = await people.sign_in("le.van.dau@syt", PASSWORD, "")
    account = await people.who(token)
    assert account
    with pytest.raises(Refused, match="present password"):
        await people.change_password(account, "không phải", "mật khẩu mới đây")
    with pytest.raises(Refused, match="10 to 200"):
        await people.change_password(account, PASSWORD, "ngắn")
    await people.change_password(account, PASSWORD, "mật khẩu mới đây")
    assert await people.who(token) is None
    assert await people.sign_in("le.van.dau@syt", "mật khẩu mới đây", "")


GOOD = {"login": "moi", "name": "Người Mới", "role": "operator", "agency": "", "password": PASSWORD}


WRONG = [
    ({"login": "có dấu"}, "login"),
    ({"login": ""}, "login"),
    ({"login": "le.van.dau@syt"}, "login"),
    ({"name": ""}, "name"),
    ({"name": "x" * 101}, "name"),
    ({"name": "a\0b"}, "name"),
    ({"role": "king"}, "role"),
    ({"role": "officer"}, "agency"),
    ({"agency": "SYT"}, "agency"),
    ({"role": "officer", "agency": "S YT"}, "agency"),
    ({"password": "ngắn"}, "password"),
    ({"password": "x" * 201}, "password"),
]


async def test_an_account_that_cannot_be_is_refused_by_its_input(people: People) -> None:
    for wrong, field in WRONG:
        with pytest.raises(Refused) as refusal:
            await people.add(**{**GOOD, **wrong})
        assert refusal.value.field == field, wrong


async def test_passwords_are_kept_as_argon2_only(people: People, engine: Engine) -> None:
    from services.desk.people import ACCOUNT

    with engine.connect() as connection:
        kept = connection.execute(ACCOUNT.select()).mappings().one()
    assert kept["password"].startswith("$argon2id$")
    assert PASSWORD not in str(dict(kept))


@pytest.mark.timeout(90)
def test_accounts_are_kept_from_the_command_line(tmp_path: Path) -> None:
    environment = {
        "HOTLINE_DESK_DATABASE_URL": f"sqlite:///{tmp_path / 'desk.db'}",
        "HOTLINE_DESK_NKEY_SEED_FILE": "unused",
        "HOTLINE_DESK_SECRET_FILE": "unused",
        "PATH": "/usr/bin:/bin",
    }

    def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "services.desk", "account", *words],
            input=given, capture_output=True, text=True, env=environment, check=False,
        )  # fmt: skip

    syt = ("--role", "officer", "--agency", "SYT", "--name", "Lê Văn Đầu")
    assert run("add", "--login", "syt", *syt, given=PASSWORD).stdout == "added syt\n"
    again = run("add", "--login", "syt", *syt)
    assert again.returncode == 1 and "taken" in again.stderr and "Traceback" not in again.stderr
    made = run("add", "--login", "syt2", *syt).stdout.split()
    assert made[:3] == ["added", "syt2,", "password"] and len(made[3]) >= 16
    lines = "truc1,operator,,Trần Thị Trực,101\ntruc2,operator,,Trần Thị Hai\n"
    imported = [line.split("\t")[0] for line in run("import", given=lines).stdout.splitlines()]
    assert imported == ["truc1", "truc2"]
    wrong = run("import", given="truc3,operator,,Ba,1 0 3\n")
    assert wrong.returncode == 1 and "extension" in wrong.stderr
    for name in imported:
        assert run("end", "--login", name).returncode == 0
    assert run("end", "--login", "syt2").stdout == "ended syt2\n"
    listed = [line for line in run("list").stdout.splitlines() if line.startswith("syt")]
    assert listed == ["syt\tofficer\tSYT\tactive\tLê Văn Đầu", "syt2\tofficer\tSYT\tended\tLê Văn Đầu"]
