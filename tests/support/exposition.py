"""`python -m tests.support.exposition PORT service …`: /<service> shows every measure the service declares.

The names and labels are those of the real modules; only the values are invented, and grow with each scrape.
"""

import importlib
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

import libs.runtime.metrics

VALUES = {
    "agency": "SYT", "field": "F04", "way": "email", "channel": "portal",
    "stream": "CASES", "outcome": "sent", "reason": "held", "template": "slip",
}  # fmt: skip
Measure = Counter | Gauge | Histogram


def measures(module: Any) -> list[Measure]:
    return [value for value in vars(module).values() if isinstance(value, Counter | Gauge | Histogram)]


def grow(measure: Measure, service: str) -> None:
    """One event more, under one value of each label, and under both kinds of clock that queries name."""
    names = measure._labelnames
    for kind in ("answer", "triage") if "kind" in names else ("",):
        values = VALUES | {"kind": kind}
        child: Any = measure.labels(*(values.get(name, service) for name in names)) if names else measure
        if isinstance(measure, Histogram):
            child.observe(0.01)
        else:
            child.inc()


class _Handler(BaseHTTPRequestHandler):
    shown: dict[str, tuple[CollectorRegistry, list[Measure]]]

    def do_GET(self) -> None:
        service = self.path.strip("/")
        registry, mine = self.shown[service]
        for measure in mine:
            grow(measure, service)
        body = generate_latest(registry)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(port: int, services: list[str]) -> None:
    common = measures(libs.runtime.metrics)
    _Handler.shown = {}
    for service in services:
        registry = CollectorRegistry()
        mine = [*common, *measures(importlib.import_module(f"services.{service}.metrics"))]
        for measure in mine:
            registry.register(measure)
        _Handler.shown[service] = (registry, mine)
    HTTPServer(("127.0.0.1", port), _Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
