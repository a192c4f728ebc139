"""Channels of telephone systems, deliveries for them, and what their parsers make of bytes."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from libs.contracts.calls import CallFact
from libs.contracts.subjects import decode, side_subject
from services.intake.channels.shape import Delivery, Event, SetAside

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""Nine o'clock in Thanh Hóa."""

SECRET = "bi-mat-1022"
CITIZEN, HOTLINE, AGENCY = "0912345678", "02373851022", "02373852246"


def channel_of(kind: str, folder: Path, **keys: Any) -> Any:
    """The channel of a table `tong-dai` with a secret file in `folder`."""
    secret = folder / "secret"
    secret.write_text(SECRET)
    module = import_module(f"services.intake.channels.{kind}")
    row = {"code": "tong-dai", "channel": "phone", "kind": kind, "secret_file": secret} | keys
    return module.channel(module.ROW.model_validate(row))


def asked(place: str, **query: str) -> Delivery:
    """A GET below the secret."""
    return Delivery(b"", NOW, "GET", f"{SECRET}/{place}", urlencode(query))


def told(body: bytes | Mapping[str, Any], path: str = "", **headers: str) -> Delivery:
    """A POST of bytes, or of an object as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(content, NOW, "POST", path, "", headers)


def facts(events: Iterable[Event]) -> dict[str, CallFact]:
    """Token (with its leg, unless that is `main`) → fact; each as it comes back from the wire."""
    found: dict[str, CallFact] = {}
    for event in events:
        assert isinstance(event, CallFact), event
        again = decode(side_subject(event), event.model_dump_json().encode())
        assert again == event
        assert isinstance(again, CallFact)
        name = event.token if event.leg == "main" else f"{event.leg} {event.token}"
        assert name not in found, f"{name} twice"
        found[name] = again
    return found


def survives(channel: Any, delivery: Delivery) -> None:
    """Whatever the bytes are: a list of events that can be written, or SetAside, nothing else."""
    channel.key(delivery)
    try:
        events = list(channel.parse(delivery))
    except SetAside:
        return
    for event in events:
        if isinstance(event, CallFact):
            assert decode(side_subject(event), event.model_dump_json().encode()) == event
