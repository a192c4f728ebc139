"""The parts of Open311 that need no server: two formats, one content; forms, spans, the file of partners."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from services.portal.open311.inputs import Inputs, read_inputs
from services.portal.open311.partners import BadPartners, partner_with, read_partners
from services.portal.open311.problems import Wrong
from services.portal.open311.rendering import rendered
from services.portal.open311.spans import span_of
from services.portal.register import Span
from tests.support.partners import flat, plain

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ZEROS = "0" * 64
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NAMES = st.sampled_from(["status", "description", "lat", "long", "update_id"])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
ROWS = st.lists(st.dictionaries(NAMES, LEAVES, max_size=4), max_size=4)


def form(body: bytes, kind: str) -> Request:
    """A call with this body."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers, "query_string": b""}, receive)


def read(body: bytes, kind: str = "application/x-www-form-urlencoded") -> Inputs:
    return asyncio.run(read_inputs(form(body, kind)))


@given(ROWS)
def test_both_formats_say_the_same_whatever_was_written(rows: list[dict[str, Any]]) -> None:
    xml = rendered("service_requests", list(rows), "xml")
    body = rendered("service_requests", list(rows), "json")
    assert plain(ET.fromstring(xml.body)) == flat(json.loads(bytes(body.body)))


@given(st.lists(st.tuples(st.text(), st.text()), max_size=6))
def test_a_form_says_the_same_in_an_address_and_in_parts(pairs: list[tuple[str, str]]) -> None:
    def part(name: str, value: str) -> bytes:
        named = name.translate({ord(mark): " " for mark in '"\\\r\n'})
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{named}"\r\n\r\n'
        return f"{head}{value}\r\n".encode()

    boundary = "ranh-gioi-7f3a"
    said = [(name.translate({ord(mark): " " for mark in '"\\\r\n'}), value) for name, value in pairs if name]
    parts = b"".join(part(*pair) for pair in said) + f"--{boundary}--\r\n".encode()
    if said:
        assert read(parts, f"multipart/form-data; boundary={boundary}") == read(urlencode(said).encode())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_inputs_or_refused(body: bytes) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
    outcomes: list[object] = []
    for kind in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/xml",
        "\x00;=",
    ):
        for sent in (body, head + body + b"\r\n--x--", body + b"\r\n--x--\r\n"):
            try:
                outcomes.append(type(read(sent, kind)))
            except Wrong as wrong:
                outcomes.append(wrong.status)
    assert set(outcomes) <= {Inputs, 400, 413}


def test_attributes_come_under_the_names_of_the_definition() -> None:
    body = urlencode(
        [
            ("attribute[place]", "Xã A"),
            ("attribute[kind][]", "1"),
            ("attribute[kind][]", "2"),
            ("attribute[", "x"),
        ]
    )
    assert read(body.encode()).attributes() == [("place", "Xã A"), ("kind", "1"), ("kind", "2")]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ({}, NOW - timedelta(days=90), NOW),
        ({"start_date": "2026-02-01T00:00:00Z"},
         datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)),
        ({"end_date": "2026-02-01"}, None, datetime(2026, 1, 31, 17, tzinfo=UTC)),
        ({"start_date": "2026-02-01T00:00:00 07:00", "end_date": "2026-02-01T07:00:00+07:00"},
         datetime(2026, 1, 31, 17, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_span_is_ninety_days_unless_both_ends_are_named(
    asked: dict[str, str], start: datetime | None, end: datetime
) -> None:
    start = start or end - timedelta(days=90)
    assert span_of(Inputs(tuple(asked.items())), NOW, VIETNAM) == Span(start, end)


def test_partners_are_known_by_the_digest_of_their_key(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"khoa").hexdigest()
    file = tmp_path / "partners.toml"
    file.write_text(f'[phan-hoi]\nname = "Phản hồi"\nkey_sha256 = "{digest}"\n', encoding="utf-8")
    (partner,) = partners = read_partners(file)
    assert (partner.code, partner.may_read_own, partner.for_sender) == ("phan-hoi", True, False)
    assert partner_with("khoa", partners) is partner
    assert partner_with("khóa", partners) is None and partner_with("", partners) is None
    assert read_partners(None) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a", "partners.toml"),
        ("a = 1", "a: a table"),
        ("[A-b]\nname = 'x'", "A-b: a table"),
        ("[a]\nname = 'x'", "key_sha256"),
        ("[a]\nname = 'x'\nkey_sha256 = 'secret'", "key_sha256"),
        (f"[a]\nname = 'x'\nkey_sha256 = '{ZEROS}'\nmay_raed = true", "may_raed"),
        (f"[a]\nname='x'\nkey_sha256='{ZEROS}'\n[b]\nname='y'\nkey_sha256='{ZEROS}'", "same key"),
    ],
)
def test_a_wrong_file_of_partners_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "partners.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadPartners, match=said):
        read_partners(file)
