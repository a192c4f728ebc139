"""`hotline import FILE.csv`: hand in a table of requests; again and again, each row becomes one case."""

import argparse
import csv
import hashlib
import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from libs.contracts.bulk import BulkResults, RowResult
from libs.contracts.errors import HotlineError
from libs.mail.charsets import decoded

PIECE = 1_000
"""Rows handed in at once: a broken connection costs no more than repeating so many."""

TRIES = 5


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("import", help="hand in a CSV table of requests; prints the fate of each")
    command.add_argument("file", type=Path, metavar="FILE.csv")
    command.add_argument("--url", required=True, help="of intake, e.g. http://127.0.0.1:8082")
    command.add_argument("--key-file", type=Path, required=True, help="file with the client's key")
    command.add_argument("--channel", default="bulk", help="channel code of the pack (default: bulk)")
    command.add_argument(
        "--batch", default="", help="the same rows under another name are other requests (default: file name)"
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when every row is a case now, 1 when some were refused or not confirmed."""
    name = arguments.batch or arguments.file.name
    headers = {
        "authorization": f"Bearer {arguments.key_file.read_text(encoding='utf-8').strip()}",
        "idempotency-key": hashlib.sha256(name.encode()).hexdigest(),
        "content-type": "text/csv; charset=utf-8",
    }
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["row", "key", "status", "code", "case_id", "problems"])
    well, before = True, 0
    url = f"{arguments.url.rstrip('/')}/api/v1/requests/bulk"
    with httpx.Client(headers=headers, params={"channel": arguments.channel}, timeout=120) as client:
        for piece in _pieces(arguments.file):
            results = _handed_in(client, url, piece)
            for one in results:
                out.writerow([before + one.row, one.key, one.status, one.code, one.case_id, _told(one)])
            well &= all(one.status in {"accepted", "repeated"} for one in results)
            before += len(results)
    return 0 if well else 1


def _pieces(file: Path) -> Iterator[bytes]:
    """The table in pieces that each begin with the column names, as UTF-8 whatever it was."""
    text = decoded(file.read_bytes())
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns, said = next(rows, []), [row for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise HotlineError(f"{file}:{rows.line_num}: {error}") from None
    for start in range(0, len(said), PIECE):
        written = io.StringIO(newline="")
        csv.writer(written).writerows([columns, *said[start : start + PIECE]])
        yield written.getvalue().encode("utf-8", "replace")


def _handed_in(client: httpx.Client, url: str, piece: bytes) -> list[RowResult]:
    """What became of each row; tried again while the hotline is away, which changes nothing that is done."""
    for attempt in range(1, TRIES + 1):
        try:
            answer = client.post(url, content=piece)
        except httpx.TransportError as error:
            trouble = type(error).__name__
        else:
            if answer.is_client_error:
                raise HotlineError(f"{answer.status_code}: {answer.text[:500]}")
            trouble = str(answer.status_code)
            if answer.is_success:
                results = BulkResults.model_validate_json(answer.content).results
                if attempt == TRIES or all(one.status != "unconfirmed" for one in results):
                    return results
        time.sleep(2.0 * attempt)
    raise HotlineError(f"{url}: {trouble}; import the same file again later, nothing is doubled")


def _told(one: RowResult) -> str:
    return "; ".join(f"{problem.field}: {problem.vi} / {problem.en}" for problem in one.problems)
