"""A mail server that keeps every letter and sends none on; a page shows what came."""

import email
import email.policy
import html
import itertools
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Hộp thư thử</title>
<meta name="viewport" content="width=device-width"><body><main><h1>Hộp thư thử · mail sink</h1>{}</main>"""


class MailSink:
    """Real SMTP on a loopback port; each letter becomes `<folder>/<time>-<n>.eml`."""

    def __init__(self, folder: Path, port: int, host: str = "127.0.0.1") -> None:
        self.folder = folder
        self.port = port
        self._numbers = itertools.count(1)
        self._controller = Controller(self, hostname=host, port=port)

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Called by aiosmtpd for each letter."""
        name = f"{time.time_ns()}-{next(self._numbers)}.eml"
        (self.folder / name).write_bytes(envelope.content)
        return "250 kept"

    def letters(self) -> list[EmailMessage]:
        """All letters so far, oldest first."""
        return [_parse(file) for file in sorted(self.folder.glob("*.eml"))]

    def pages(self) -> Starlette:
        """The letters, newest first, and each one's text."""

        async def index(_: Request) -> Response:
            files = sorted(self.folder.glob("*.eml"), reverse=True)[:200]
            rows = "".join(
                f"<li><a href='/{file.name}'>{html.escape(str(letter['subject']))}</a> "
                f"→ {html.escape(str(letter['to']))}</li>"
                for file, letter in ((file, _parse(file)) for file in files)
            )
            return HTMLResponse(_PAGE.format(f"<ul>{rows or '<li>Chưa có thư nào.</li>'}</ul>"))

        async def letter(request: Request) -> Response:
            file = self.folder / Path(request.path_params["name"]).name
            if file.suffix != ".eml" or not file.exists():
                return HTMLResponse(_PAGE.format("<p>Không có thư này.</p>"), 404)
            message = _parse(file)
            heads = "".join(
                f"<li>{name}: {html.escape(str(message[name]))}</li>" for name in ("From", "To", "Subject")
            )
            return HTMLResponse(
                _PAGE.format(f"<ul>{heads}</ul><pre>{html.escape(message.get_content())}</pre>")
            )

        return Starlette(routes=[Route("/", index), Route("/{name}", letter)])


def _parse(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
