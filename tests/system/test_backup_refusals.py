"""What a backup holds of the desk, and everything for which a restoration says no before it begins."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from libs.cli import ownrows, snapshots
from libs.cli.backup import ServerHasCases
from libs.cli.manifest import MANIFEST, ORDER, NotABackup, checked
from libs.cli.ownrows import DESK, TablesDiffer
from libs.contracts.permissions import bucket_streams
from libs.contracts.streams import STREAMS
from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine, reading, table, writing
from services.desk.tables import AccountRow, PeopleTable, SessionRow, ViewRow
from tests.support.backups import brought_back, empty_desk, lived, operating, saved
from tests.support.bus import provisioned

ACCOUNT = {
    "id": "a" * 32, "login": "so-y-te", "password": "$argon2id$mẫu", "name": "Cán bộ mẫu", "role": "officer",
    "agency": "YT", "active": True, "made_at": 1, "extension": "", "subject": "",
}  # fmt: skip


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A second, empty server."""
    async with provisioned(tmp_path / "other") as running:
        yield running


@pytest.fixture
async def folder(server: NatsServer, tmp_path: Path) -> Path:
    """A whole backup of a few cases and one account."""
    await lived(server, tmp_path / "pack", many=2)
    desk = empty_desk(f"sqlite:///{tmp_path / 'desk.db'}")
    with writing(desk) as connection:
        connection.execute(insert(table(AccountRow)), [ACCOUNT])
    await saved(server, desk, tmp_path / "backup")
    return tmp_path / "backup"


def rows(engine: Engine, model: type[PeopleTable]) -> list[dict[str, object]]:
    with reading(engine) as connection:
        found = connection.execute(select(table(model)).order_by(*table(model).primary_key))
        return [dict(row) for row in found.mappings()]


def test_every_stream_bucket_and_own_table_is_in_a_backup() -> None:
    import services.desk.app  # noqa: F401  # with it come the tables of all its rooms

    assert sorted(ORDER) == sorted([stream.name for stream in STREAMS] + bucket_streams())
    passing = {"desk_session", "desk_invitation", "desk_workbook"}  # each ends by itself within days
    assert set(DESK) == set(PeopleTable.metadata.tables) - passing


def test_accounts_and_looks_come_back_and_sessions_do_not(database_url: str, tmp_path: Path) -> None:
    first = empty_desk(database_url)
    looks = [
        {"account": "a" * 32, "case_id": f"{number:032x}", "at": number, "reason": "Kiểm tra"}
        for number in range(3)
    ]
    with writing(first) as connection:
        connection.execute(insert(table(AccountRow)), [ACCOUNT])
        connection.execute(insert(table(ViewRow)), looks)
        connection.execute(table(ViewRow).delete().where(table(ViewRow).c.at == 0))
        session = {"digest": "d" * 64, "account": "a" * 32, "made_at": 1, "seen_at": 1, "ended_at": None}
        connection.execute(insert(table(SessionRow)), [session])
    kept = ownrows.save(first, tmp_path)
    second = empty_desk(f"sqlite:///{tmp_path / 'new.db'}")
    assert ownrows.restore(second, kept, tmp_path) == "desk: 3 rows"
    assert rows(second, AccountRow) == [ACCOUNT]
    assert [row["at"] for row in rows(second, ViewRow)] == [1, 2]
    assert rows(second, SessionRow) == []
    first.dispose()


def test_rows_saved_elsewhere_fill_either_database_and_new_ones_follow(
    database_url: str, tmp_path: Path
) -> None:
    first = empty_desk(f"sqlite:///{tmp_path / 'old.db'}")
    look = {"account": "a" * 32, "case_id": "b" * 32, "at": 7, "reason": ""}
    with writing(first) as connection:
        connection.execute(insert(table(ViewRow)), [look])
    kept = ownrows.save(first, tmp_path)
    second = empty_desk(database_url)
    ownrows.restore(second, kept, tmp_path)
    with writing(second) as connection:
        connection.execute(insert(table(ViewRow)), [{**look, "at": 8}])
    assert [row["at"] for row in rows(second, ViewRow)] == [7, 8]
    second.dispose()


async def test_accounts_that_stand_already_are_newer_and_stay(
    folder: Path, other: NatsServer, tmp_path: Path
) -> None:
    desk = empty_desk(f"sqlite:///{tmp_path / 'living.db'}")
    with writing(desk) as connection:
        connection.execute(insert(table(AccountRow)), [{**ACCOUNT, "name": "Tên mới"}])
    said = await brought_back(other, desk, folder)
    assert said[0] == "desk: 1 rows are there already and stay as they are"
    assert rows(desk, AccountRow)[0]["name"] == "Tên mới"


async def test_a_desk_that_was_never_started_is_named_before_the_server_is_touched(
    folder: Path, other: NatsServer, tmp_path: Path
) -> None:
    with pytest.raises(TablesDiffer, match="account list` makes them"):
        await brought_back(other, open_engine(f"sqlite:///{tmp_path / 'nothing.db'}"), folder)
    async with operating(other) as nc:
        assert (await nc.jetstream().stream_info("CASES")).state.messages == 0


async def test_a_server_with_cases_is_never_overwritten(
    server: NatsServer, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ServerHasCases, match="onto an empty one only"):
        await brought_back(server, empty_desk(f"sqlite:///{tmp_path / 'b.db'}"), folder)
    async with operating(server) as nc:
        assert (await nc.jetstream().stream_info("CASES")).state.messages == 4


async def test_a_restoration_that_was_broken_off_can_be_done_again(
    folder: Path, other: NatsServer, tmp_path: Path
) -> None:
    manifest = checked(folder)
    async with operating(other) as nc:
        for name in ("DEAD", "KV_DIRECTORY"):
            await nc.jetstream().delete_stream(name)
            await snapshots.restore(nc, manifest.stream(name), folder, 1)
        await nc.jetstream().delete_stream("CLOCKS")
    await brought_back(other, empty_desk(f"sqlite:///{tmp_path / 'b.db'}"), folder)
    async with operating(other) as nc:
        assert (await nc.jetstream().stream_info("CASES")).state.messages == 4


async def test_a_server_older_than_the_backup_is_refused(
    folder: Path, other: NatsServer, tmp_path: Path
) -> None:
    newer = checked(folder).model_copy(update={"server": (99, 1)})
    (folder / MANIFEST).write_text(newer.model_dump_json())
    with pytest.raises(NotABackup, match="which is older"):
        await brought_back(other, empty_desk(f"sqlite:///{tmp_path / 'b.db'}"), folder)


@pytest.mark.parametrize("name", ["CASES.snapshot", "OBJ_PACKS.snapshot", "desk_account.jsonl"])
async def test_one_changed_byte_is_found_and_the_file_named(folder: Path, name: str) -> None:
    body = bytearray((folder / name).read_bytes())
    body[len(body) // 2] ^= 1
    (folder / name).write_bytes(body)
    with pytest.raises(NotABackup, match=f"{name} is damaged"):
        checked(folder)


async def test_a_folder_that_is_no_whole_backup_is_refused_in_words(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotABackup, match="was the backup broken off"):
        checked(tmp_path)
    (folder / "LETTERS.snapshot").unlink()
    with pytest.raises(NotABackup, match=r"LETTERS\.snapshot is missing"):
        checked(folder)
    text = (folder / MANIFEST).read_text()
    for damage, words in (
        (text.replace('"format": 1', '"format": 9'), "format 9; this version reads 1"),
        (text.replace('"name": "CLOCKS"', '"name": "CLOCK5"'), "streams missing: CLOCKS"),
        (text.replace('"made_at": "', '"made_at": "x'), "made_at: "),
        (text[: len(text) // 2], "damaged"),
    ):
        (folder / MANIFEST).write_text(damage)
        with pytest.raises(NotABackup, match=words):
            checked(folder)


async def hotline(server: NatsServer, desk: Path, *words: str | Path) -> tuple[int, str]:
    """The exit code of `hotline …`, and all it said."""
    known = {"HOTLINE_DESK_DATABASE_URL": f"sqlite:///{desk}", "PATH": os.environ["PATH"]}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "libs.cli", *words,
        "--nats", server.url, "--seed-file", server.seed("provisioner"),
        env=known, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await program.communicate()
    assert program.returncode is not None
    return program.returncode, said.decode()


async def test_the_commands_say_what_they_did_and_refuse_in_one_line(
    server: NatsServer, other: NatsServer, folder: Path, tmp_path: Path
) -> None:
    desk, new = tmp_path / "desk.db", tmp_path / "new.db"
    empty_desk(f"sqlite:///{new}").dispose()
    second = tmp_path / "second"
    code, said = await hotline(server, desk, "backup", second)
    assert (code, f"{second}: 4 facts about cases" in said) == (0, True)
    code, said = await hotline(server, desk, "backup", second)
    assert (code, said) == (
        1,
        f"hotline: {second} is not an empty folder; every backup gets one of its own\n",
    )
    code, said = await hotline(other, new, "restore", second)
    assert (code, "CASES: 4 messages" in said, "Now rebuild" in said) == (0, True, True)
    code, said = await hotline(other, new, "restore", second)
    assert (code, said.count("\n"), "has cases already" in said) == (1, 1, True)


async def test_a_lost_database_gets_its_accounts_back_beside_a_living_server(
    server: NatsServer, folder: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.db"
    desk = empty_desk(f"sqlite:///{new}")
    code, said = await hotline(server, new, "restore", folder, "--accounts-only")
    assert (code, "desk: 1 rows" in said) == (0, True)
    assert rows(desk, AccountRow) == [ACCOUNT]
    desk.dispose()
