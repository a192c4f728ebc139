"""A small server that speaks the part of Grafana's HTTP interface that a sync uses."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "glsa_chi-de-thu"


@dataclass
class Grafana:
    """`answer` replaces every answer with (status, body), to misbehave."""

    url: str = ""
    folders: dict[str, str] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    answer: tuple[int, str] | None = None

    def handle(self, method: str, path: str, body: dict[str, Any], token: str) -> tuple[int, str]:
        self.calls.append(f"{method} {path}")
        if self.answer:
            return self.answer
        if token != f"Bearer {TOKEN}":
            return 401, json.dumps({"message": "Invalid API key"})
        if method == "GET" and path.startswith("/api/folders/"):
            return self._folder(path.rpartition("/")[2])
        if method == "POST" and path == "/api/folders":
            self.folders[body["uid"]] = body["title"]
            return self._folder(body["uid"])
        if method == "POST" and path == "/api/dashboards/db":
            return self._board(body)
        return 404, json.dumps({"message": "Not found"})

    def _folder(self, uid: str) -> tuple[int, str]:
        if uid not in self.folders:
            return 404, json.dumps({"message": "folder not found"})
        return 200, json.dumps({"uid": uid, "title": self.folders[uid]})

    def _board(self, body: dict[str, Any]) -> tuple[int, str]:
        board, uid = body["dashboard"], body["dashboard"]["uid"]
        if body["folderUid"] not in self.folders:
            return 400, json.dumps({"message": "folder not found"})
        if uid in self.boards and not body.get("overwrite"):
            return 412, json.dumps({"message": "The dashboard has been changed by someone else"})
        self.boards[uid] = board
        self.versions[uid] = self.versions.get(uid, 0) + 1
        answer = {"status": "success", "uid": uid, "version": self.versions[uid], "url": f"/d/{uid}/x"}
        return 200, json.dumps(answer)


@contextmanager
def grafana() -> Iterator[Grafana]:
    """A running server on loopback."""
    state = Grafana()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or b"{}")
            status, said = state.handle(
                self.command, self.path, body, self.headers.get("Authorization") or ""
            )
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
