"""Style, scripts and pictures under addresses that change with their content, so browsers keep them."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HERE = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True)
class File:
    """A file as it is sent: read once, compressed once."""

    url: str
    type: str
    body: bytes
    packed: bytes


class Static:
    """Holds the files of one folder; a template asks for `url(name)` and gets a hashed address."""

    def __init__(self, folder: Path = HERE, *, prefix: str = "/static") -> None:
        paths = (path for path in sorted(folder.rglob("*")) if path.suffix in TYPES)
        self._files = {_name(path, folder): _file(path, folder, prefix) for path in paths}
        self._by_url = {file.url: file for file in self._files.values()}

    def url(self, name: str) -> str:
        """The address of a file, empty when it is not there (a page works without the vendor's script)."""
        return self._files[name].url if name in self._files else ""

    def answer(self, path: str, accepts: str) -> Response:
        file = self._by_url.get(path)
        if file is None:
            return Response("not found", 404, media_type="text/plain")
        headers = {"cache-control": FOREVER, "vary": "Accept-Encoding", "content-type": file.type}
        if "gzip" in accepts:
            return Response(file.packed, headers={**headers, "content-encoding": "gzip"})
        return Response(file.body, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepts = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        await self.answer(scope["path"], accepts)(scope, receive, send)


def _name(path: Path, folder: Path) -> str:
    """`vendor/htmx.0a1b2c3d.js` is asked for as `vendor/htmx.js`: the copy was hashed when it was made."""
    relative = path.relative_to(folder)
    stem = relative.stem.split(".")[0] if relative.parts[0] == "vendor" else relative.stem
    return relative.with_name(stem + path.suffix).as_posix()


def _file(path: Path, folder: Path, prefix: str) -> File:
    body = path.read_bytes()
    mark = hashlib.sha256(body).hexdigest()[:10]
    name = Path(_name(path, folder))
    url = f"{prefix}/{name.with_name(f'{name.stem}.{mark}{path.suffix}').as_posix()}"
    return File(url, TYPES[path.suffix], body, gzip.compress(body, 9, mtime=0))
