"""`hotline grafana sync`: puts the boards into a Grafana that does not read our files."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from libs.contracts.errors import HotlineError

FOLDER = "hotline-1022"
TITLE = "Tổng đài 1022"
BOARDS = Path("ops/grafana/dashboards")
TIMEOUT = 10.0
"""Seconds for each request."""


class GrafanaTrouble(HotlineError):
    """Grafana cannot be used."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "put the boards into a Grafana that does not read our provisioning files"
    subject = commands.add_parser("grafana", help=about)
    sync_command = subject.add_subparsers(metavar="COMMAND", required=True).add_parser("sync", help=about)
    sync_command.add_argument("--url", required=True, help="e.g. https://grafana.example")
    sync_command.add_argument("--token-file", required=True, type=Path, help="a service account's token")
    sync_command.add_argument("--boards", type=Path, default=BOARDS, help=f"folder (default: {BOARDS})")
    sync_command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    for line in sync(arguments.url, arguments.token_file, arguments.boards):
        print(line)
    return 0


def sync(url: str, token_file: Path, boards: Path = BOARDS) -> list[str]:
    """Make the folder and put every board in it, replacing older versions; one line for each.

    The data source is chosen at the top of the board. Safe to repeat. Raises GrafanaTrouble.
    """
    wanted = [_read(path) for path in sorted(boards.glob("*.json"))]
    if not wanted:
        raise GrafanaTrouble(f"{boards}: no boards there")
    with _grafana(url, _token(token_file)) as grafana:
        _make_folder(grafana)
        return [_put(grafana, board) for board in wanted]


def _read(path: Path) -> dict[str, Any]:
    try:
        board = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GrafanaTrouble(f"{path}: no JSON ({error})") from None
    if not isinstance(board, dict) or not board.get("uid"):
        raise GrafanaTrouble(f"{path}: a board has a uid")
    return board


def _token(file: Path) -> str:
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise GrafanaTrouble(f"{file}: {error}") from None
    if not token or not token.isascii() or len(token.split()) != 1:
        raise GrafanaTrouble(f"{file}: one token on one line")
    return token


@contextmanager
def _grafana(url: str, token: str) -> Iterator[Any]:
    from grafana_client.api import GrafanaApi
    from grafana_client.client import (
        GrafanaClientError,
        GrafanaException,
        GrafanaUnauthorizedError,
        TokenAuth,
    )

    if not url.startswith(("http://", "https://")):
        raise GrafanaTrouble(f"{url}: an address begins with http:// or https://")
    try:
        credential = TokenAuth(token)  # type: ignore[no-untyped-call]
        yield GrafanaApi.from_url(url.rstrip("/"), credential=credential, timeout=TIMEOUT)
    except GrafanaUnauthorizedError:
        raise GrafanaTrouble(f"{url}: the token is not accepted") from None
    except GrafanaClientError as error:
        raise GrafanaTrouble(f"{url}: refused ({error.status_code} {error.message})") from None
    except (GrafanaException, OSError, ValueError, TypeError) as error:
        raise GrafanaTrouble(f"{url}: {str(error) or type(error).__name__}") from None


def _make_folder(grafana: Any) -> None:
    from grafana_client.client import GrafanaClientError

    try:
        grafana.folder.get_folder(FOLDER)
    except GrafanaClientError as error:
        if error.status_code != 404:
            raise
        grafana.folder.create_folder(TITLE, FOLDER)


def _put(grafana: Any, board: dict[str, Any]) -> str:
    """`id` is the number in another Grafana, if any: the uid is what stays."""
    wanted = {
        "dashboard": {**board, "id": None},
        "folderUid": FOLDER,
        "overwrite": True,
        "message": "hotline grafana sync",
    }
    answer = grafana.dashboard.update_dashboard(wanted)
    if not isinstance(answer, dict) or answer.get("status") != "success":
        raise GrafanaTrouble(f"{board['uid']}: an unexpected answer; is this a Grafana?")
    return f"{board['uid']}: version {answer.get('version')} at {answer.get('url')}"
