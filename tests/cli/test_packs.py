"""`hotline pack …`: a dry run on files alone; what was put in force, by whom and on what decision."""

import asyncio
from pathlib import Path

import pytest

from libs.cli.main import parser
from libs.devstack.nats_server import NatsServer
from tests.support.bus import connected
from tests.support.packs import edit, small_pack

CASES = """\
code,field,place,day,lead
100000001,F01,111,2026-03-02,YT
100000002,F01,,2026-03-02,YT
100000003,F01,,2026-03-02,TT
"""


def run(*words: str | Path) -> int:
    arguments = parser().parse_args([str(word) for word in words])
    code: int = arguments.run(arguments)
    return code


def test_a_dry_run_needs_no_system_and_says_what_would_go_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text(CASES)
    old, new = small_pack(tmp_path / "old"), small_pack(tmp_path / "new")
    edit(new, "routes.csv", "R2,F01,*,YT,TT", "R2,F01,*,TT,YT")
    assert run("pack", "trial", new, "--cases", cases, "--beside", old) == 0
    assert capsys.readouterr().out == (
        "3 cases, 2 would go elsewhere, 0 of an unknown field\n"
        "YT -> TT: 2, 1 were answered there (100000002 100000003)\n"
    )


def test_a_dry_run_catches_a_table_that_leaves_a_field_without_an_agency(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = small_pack(tmp_path / "old"), small_pack(tmp_path / "new")
    edit(new, "routes.csv", "R2,F01,*,YT,TT", "R2,F01,*,,")
    assert run("pack", "trial", new, "--beside", old) == 1
    assert "no agency for F01 by R2, nobody is named: (no place) 1\n" in capsys.readouterr().out


def test_a_dry_run_on_a_damaged_table_names_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text(CASES.replace("2026-03-02,TT", "2026-03-32,TT"))
    assert run("pack", "trial", small_pack(tmp_path / "new"), "--cases", cases) == 1
    assert capsys.readouterr().err == f"{cases}:4: day: a date is written 2021-12-31\n"


async def test_who_put_a_pack_in_force_and_on_what_decision_is_kept(
    server: NatsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reach = ("--nats", server.url, "--seed-file", str(server.seed("provisioner")))
    first, second = small_pack(tmp_path / "one"), small_pack(tmp_path / "two")
    edit(second, "routes.csv", "R2,F01,*,YT,TT", "R2,F01,*,TT,YT")
    said = ("--by", "Vũ Văn Trị", "--document", "QĐ 15/QĐ-UBND", "--note", "đổi cơ quan chủ trì")
    assert await asyncio.to_thread(run, "pack", "apply", first, *reach) == 0
    assert await asyncio.to_thread(run, "pack", "apply", second, *said, *reach) == 0
    assert await asyncio.to_thread(run, "pack", "apply", second, *said, *reach) == 0  # in force already
    versions = capsys.readouterr().out.split()
    assert await asyncio.to_thread(run, "pack", "history", *reach) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(row[0], row[2], *row[3:]) for row in rows] == [
        ("1", versions[0], "provisioner", "", "", ""),
        ("2", versions[1], "Vũ Văn Trị", "QĐ 15/QĐ-UBND", "đổi cơ quan chủ trì", ""),
    ]


async def test_a_pack_with_mistakes_is_refused_whole_and_the_version_in_force_stays(
    server: NatsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reach = ("--nats", server.url, "--seed-file", str(server.seed("provisioner")))
    folder = small_pack(tmp_path / "one")
    assert await asyncio.to_thread(run, "pack", "apply", folder, *reach) == 0
    edit(folder, "routes.csv", "R2,F01,*,YT,TT", "R2,F01,*,XX,TT")
    assert await asyncio.to_thread(run, "pack", "apply", folder, *reach) == 1
    assert "routes.csv:3: lead" in capsys.readouterr().err
    async with connected(server, "provisioner") as js:
        assert (
            await js.stream_info("OBJ_PACKS")
        ).state.messages == 2  # one pack: a piece and its description
