"""`hotline mail check DIR`: what every mail of a folder is, one JSON line each, without a running system."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from libs.mail.model import Mail, SetAside
from libs.mail.read import MAX_BYTES, read


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    mail = commands.add_parser("mail", help="read mails from files").add_subparsers(
        metavar="ACTION", required=True
    )
    check = mail.add_parser("check", help="one JSON line a mail: kind, sender, subject, text, attachments")
    check.add_argument("folder", type=Path, metavar="DIR")
    check.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    if not folder.is_dir():
        print(f"{folder}: không có thư mục này (there is no such folder)", file=sys.stderr)
        return 1
    for file in _files(folder):
        line = {"file": file.relative_to(folder).as_posix()} | _said(file)
        print(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace").decode())
    return 0


def _files(folder: Path) -> Iterator[Path]:
    """Every plain file below the folder, in order; nothing that only points elsewhere."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _said(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise SetAside(f"the mail is larger than {MAX_BYTES} bytes")
        return _line(read(file.read_bytes()))
    except SetAside as why:
        return {"kind": "set-aside", "reason": str(why)}
    except OSError as error:
        return {"kind": "set-aside", "reason": f"the file cannot be read: {error.strerror}"}


def _line(mail: Mail) -> dict[str, Any]:
    line: dict[str, Any] = {
        "kind": mail.kind,
        "sender": mail.sender.address,
        "sender_name": mail.sender.name,
        "subject": mail.subject,
        "text": mail.text,
        "attachments": [{"name": one.name, "type": one.type, "size": one.size} for one in mail.attachments],
        "evidence": mail.evidence,
    }
    if mail.failures:
        first = mail.failures[0]
        line |= {
            "recipient": first.recipient,
            "status": first.status,
            "failures": [
                {"recipient": one.recipient, "status": one.status, "action": one.action}
                for one in mail.failures
            ],
        }
    return line
