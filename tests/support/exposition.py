"""`python -m tests.support.exposition PORT service …`: /<service> shows every measure the service declares.

The names and labels are those of the real modules; only the values are invented, and grow with each scrape.
"""

import importlib
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import product
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

import libs.files.metrics
import libs.runtime.metrics

VALUES = {
    "agency": "SYT", "field": "F04", "way": "email", "channel": "portal",
    "stream": "CASES", "reason": "held", "template": "slip",
}  # fmt: skip
NAMED = {"kind": ("answer", "triage"), "outcome": ("sent", "broken", "away")}
"""What queries name one by one."""
SCANNING = ("intake", "desk")
Measure = Counter | Gauge | Histogram


def measures(module: Any) -> list[Measure]:
    """What the module declares, without the children that it names."""
    declared = (value for value in vars(module).values() if isinstance(value, Counter | Gauge | Histogram))
    return [value for value in declared if not value._labelvalues]


def grow(measure: Measure, service: str) -> None:
    """One event more, under one value of each label, and under each of those that queries name."""
    names = measure._labelnames
    for values in product(*(NAMED.get(name, (VALUES.get(name, service),)) for name in names)):
        child: Any = measure.labels(*values) if names else measure
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
        own = measures(importlib.import_module(f"services.{service}.metrics"))
        mine = [*common, *own, *(measures(libs.files.metrics) if service in SCANNING else ())]
        for measure in mine:
            registry.register(measure)
        _Handler.shown[service] = (registry, mine)
    HTTPServer(("127.0.0.1", port), _Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
