"""`python -m services.desk account add|import|end|list`: accounts from the command line."""

import argparse
import asyncio
import csv
import secrets
import sys

from sqlalchemy import Engine

from libs.contracts.errors import Refused
from libs.runtime.database import open_engine
from services.desk.domain.people import ROLES
from services.desk.migrations import prepare
from services.desk.people import People
from services.desk.settings import Settings

_IMPORTED = ("login", "role", "agency", "name")


def account(settings: Settings, words: list[str]) -> int:
    """Runs one command on the accounts; the exit code is 0, and refusals are said in one line."""
    asked = _parser().parse_args(words)
    engine = open_engine(settings.database_url)
    try:
        prepare(engine)
        print(asyncio.run(_run(engine, asked)))  # noqa: T201
    finally:
        engine.dispose()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.desk account")
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="a password is read from standard input, else made and printed")
    add.add_argument("--login", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument("--agency", default="")
    add.add_argument("--extension", default="", help="the telephone on an operator's desk")
    verbs.add_parser(
        "import", help="reads login,role,agency,name[,extension] a line; prints each with its password"
    )
    end = verbs.add_parser("end", help="the account and its sessions end")
    end.add_argument("--login", required=True)
    verbs.add_parser("list", help="every account, one a line")
    return parser


async def _run(engine: Engine, asked: argparse.Namespace) -> str:
    people = People(engine)
    if asked.verb == "list":
        return "\n".join(
            f"{one.login}\t{one.role}\t{one.agency or '-'}\t{'active' if one.active else 'ended'}\t{one.name}"
            for one in await people.listed()
        )
    if asked.verb == "end":
        await people.end(asked.login)
        return f"ended {asked.login}"
    if asked.verb == "import":
        return "\n".join([await _imported(people, row) for row in csv.reader(sys.stdin) if row])
    given = "" if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    password = given or secrets.token_urlsafe(12)
    await people.add(
        login=asked.login,
        name=asked.name,
        role=asked.role,
        agency=asked.agency,
        extension=asked.extension,
        password=password,
    )
    return f"added {asked.login}" + ("" if given else f", password {password}")


async def _imported(people: People, row: list[str]) -> str:
    """One line of an import: `login<TAB>password`. Raises Refused naming the line that is wrong."""
    if len(row) not in {len(_IMPORTED), len(_IMPORTED) + 1}:
        raise Refused(f"Dòng phải có {','.join(_IMPORTED)}", f"a line is {','.join(_IMPORTED)}: {row[0]}")
    login, role, agency, name, extension = (*(cell.strip() for cell in row), "")[:5]
    password = secrets.token_urlsafe(12)
    await people.add(login=login, name=name, role=role, agency=agency, extension=extension, password=password)
    return f"{login}\t{password}"
