"""Boards pushed to a Grafana that does not read our files."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.cli import grafana as command
from libs.cli.grafana import GrafanaTrouble, sync
from libs.devstack.nats_server import free_port
from tests.support.grafana import TOKEN, Grafana, grafana
from tests.support.prometheus import OPS, board

BOARDS = OPS / "grafana" / "dashboards"


@pytest.fixture
def server() -> Iterator[Grafana]:
    with grafana() as running:
        yield running


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return file


def test_a_sync_makes_the_folder_and_puts_the_board_as_it_is_committed(server: Grafana, token: Path) -> None:
    assert sync(server.url, token, BOARDS) == ["hotline-1022: version 1 at /d/hotline-1022/x"]
    assert server.folders == {"hotline-1022": "Tổng đài 1022"}
    assert server.boards["hotline-1022"] == {**board(), "id": None}


def test_a_second_sync_replaces_the_board_and_keeps_the_folder(server: Grafana, token: Path) -> None:
    sync(server.url, token, BOARDS)
    server.boards["hotline-1022"]["title"] = "đổi tay"
    assert sync(f"{server.url}/", token, BOARDS) == ["hotline-1022: version 2 at /d/hotline-1022/x"]
    assert server.boards["hotline-1022"]["title"] == board()["title"]
    assert server.calls.count("POST /api/folders") == 1


def test_a_wrong_token_is_said_and_never_repeated(server: Grafana, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("glsa_sai")
    with pytest.raises(GrafanaTrouble, match="token is not accepted") as caught:
        sync(server.url, tmp_path / "token", BOARDS)
    assert "glsa_sai" not in str(caught.value)
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((403, '{"message": "no rights"}'), "refused .403 .*no rights"),
        ((500, '{"message": "database is locked"}'), "database is locked"),
        ((200, "<html>log in</html>"), "unexpected answer|Expecting|JSON"),
        ((200, "{}"), "is this a Grafana"),
    ],
)
def test_an_answer_that_is_no_success_is_said(
    server: Grafana, token: Path, answer: tuple[int, str], said: str
) -> None:
    server.answer = answer
    with pytest.raises(GrafanaTrouble, match=said):
        sync(server.url, token, BOARDS)


def test_a_grafana_that_is_not_there_is_said_with_its_address(token: Path) -> None:
    with pytest.raises(GrafanaTrouble, match=r"http://127\.0\.0\.1"):
        sync(f"http://127.0.0.1:{free_port()}", token, BOARDS)


def test_files_that_cannot_be_used_are_named_before_anything_is_sent(server: Grafana, tmp_path: Path) -> None:
    token, boards = tmp_path / "token", tmp_path / "boards"
    boards.mkdir()
    token.write_text(TOKEN)
    with pytest.raises(GrafanaTrouble, match="no boards there"):
        sync(server.url, token, boards)
    for content, said in (("{", "no JSON"), ("[]", "a board has a uid"), ("{}", "a board has a uid")):
        (boards / "b.json").write_text(content)
        with pytest.raises(GrafanaTrouble, match=f"b.json: {said}"):
            sync(server.url, token, boards)
    (boards / "b.json").write_text(json.dumps({"uid": "b"}))
    for content in ("", "two words", "mã"):
        token.write_text(content)
        with pytest.raises(GrafanaTrouble, match="one token on one line"):
            sync(server.url, token, boards)
    with pytest.raises(GrafanaTrouble, match="missing"):
        sync(server.url, tmp_path / "missing", boards)
    with pytest.raises(GrafanaTrouble, match="begins with http"):
        sync("grafana.example", _with(token, TOKEN), boards)
    assert server.calls == []


def _with(file: Path, content: str) -> Path:
    file.write_text(content)
    return file


def test_the_command_prints_a_line_for_each_board(
    server: Grafana, token: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    words = ["grafana", "sync", "--url", server.url, "--token-file", str(token), "--boards", str(BOARDS)]
    arguments = parser.parse_args(words)
    assert arguments.run(arguments) == 0
    assert capsys.readouterr().out == "hotline-1022: version 1 at /d/hotline-1022/x\n"
