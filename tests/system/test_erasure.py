"""A settled case is erased in a running hotline: the counts stay, the person is in no file any more."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from libs.cli.erasing import Eraser, patiently
from libs.cli.journey import WORDS, steps
from libs.contracts.errors import Refused
from libs.contracts.subjects import CaseRef
from libs.devstack.stack import Stack
from libs.files.files import open_files
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import FollowingClock
from libs.runtime.database import open_engine
from libs.runtime.directory import Directory
from services.desk.attachments import Attachments
from services.desk.domain.people import Account
from services.desk.erasing import Asked, Erasing
from tests.support.bus import connected
from tests.support.remains import counts, leaks
from tests.support.stacks import command, settled, whole_hotline

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]

PROJECTING = ("desk", "sla", "notifier", "reporting", "portal")
CHIEF = Account(id="a" * 32, login="chief", name="Quản trị", role="administrator", agency="", active=True)
SECRETS = [one.encode() for one in ("Nguyễn Văn Mẫu", "912345678", "0912 345 678", WORDS[:40])]
STEPS = ("listed", "files", "deliveries", "calls", "keys", "facts", "done")


class Killed(Exception):
    """The run ended before this step."""


def asked(number: int) -> Asked:
    return Asked(UUID(int=number), "12/YC-2026", "Người gửi yêu cầu")


def the_case(stack: Stack) -> str:
    with closing(sqlite3.connect(stack.layout.data / "desk.db")) as database:
        return str(database.execute("select case_id from desk_case where queue = 'closed'").fetchone()[0])


async def erase(stack: Stack, case_id: str) -> None:
    engine = open_engine(f"sqlite:///{stack.layout.data / 'desk.db'}")
    async with connected(stack.nats, "desk") as js:
        clock = FollowingClock()
        directory = Directory(js, clock)
        await directory.refresh()
        erasing = Erasing(engine, CaseLog(js), directory, clock, Attachments(engine, open_files(js)))
        await erasing.hold(CHIEF, case_id, asked(1))
        with pytest.raises(Refused, match="held"):
            await erasing.erase(CHIEF, case_id, asked(2))
        await erasing.hold(CHIEF, case_id, asked(3), lift=True)
        first = await erasing.erase(CHIEF, case_id, asked(4))
        assert await erasing.erase(CHIEF, case_id, asked(4)) == first
        with pytest.raises(Refused, match="already"):
            await erasing.erase(CHIEF, case_id, asked(5))
    engine.dispose()


async def finish(stack: Stack, case_id: str) -> None:
    """`hotline erase`, killed before each of its steps, and then once more."""
    async with connected(stack.nats, "privacy") as js:
        for last in STEPS:

            def until(step: str, last: str = last) -> None:
                if step == last:
                    raise Killed

            eraser = Eraser(js, open_files(js).store, until)
            (found,) = await eraser.found()
            with pytest.raises(Killed):
                await patiently(lambda one=found, by=eraser: by.finish(one), 20)  # type: ignore[misc]
        eraser = Eraser(js, open_files(js).store)
        (found,) = await eraser.found()
        await eraser.finish(found)
        assert await eraser.found() == []
        assert (await eraser.known())[case_id].done
        stored = await CaseLog(js).since(CaseRef(found.year, case_id), 0)
        assert [one.subject.rsplit(".", 1)[1] for one in stored] == ["erased"]


def test_the_person_goes_from_every_file_and_the_counts_stay(tmp_path: Path) -> None:
    with whole_hotline(tmp_path) as stack:
        list(steps(stack.running()))
        settled(stack)
        case_id, before = the_case(stack), counts(stack)
        store = Path(stack.nats.folder)
        assert leaks(stack, SECRETS, stack.layout.data) != []
        asyncio.run(erase(stack, case_id))
        settled(stack)
        assert counts(stack) == before
        asyncio.run(finish(stack, case_id))
        for service in PROJECTING:
            stack.end(service)
        assert leaks(stack, SECRETS, stack.layout.data, store) == []
        for service in PROJECTING:
            command(stack, service, "rebuild")
        assert counts(stack) == before
        assert leaks(stack, SECRETS, stack.layout.data, store) == []
