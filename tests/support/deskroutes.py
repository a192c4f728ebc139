"""Every address of the desk, as its own application would find it."""

from collections.abc import Iterator
from typing import Any

from starlette.types import ASGIApp

READS = frozenset({"HEAD", "OPTIONS"})


def routes_of(app: ASGIApp, before: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of each route, whatever is wrapped around or mounted below; files are left out."""
    inner: Any = app
    while not hasattr(inner, "routes"):
        inner = inner.app
    for route in inner.routes:
        path = before + str(getattr(route, "path", ""))
        if path.endswith("/static"):
            continue
        if hasattr(route, "methods"):
            yield from ((method, path) for method in sorted(set(route.methods or {"GET"}) - READS))
        else:
            yield from routes_of(getattr(route, "original_router", None) or route.app, path)
