"""What Open311 says to calls that are wrong, hostile or random: an error of the standard, never a trace."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.devstack.nats_server import NatsServer
from services.portal.open311.inputs import LARGEST, LARGEST_TEXT, MOST_INPUTS
from tests.support.partners import FIX_KEY, REPORT, V2, partnered
from tests.support.serving import serving

FORM = {"content-type": "application/x-www-form-urlencoded"}
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "aaaaaaaaaa"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<requests><api_key>&c;</api_key></requests>"
)


def errors_of(answer: httpx.Response) -> list[str]:
    """The descriptions of an error answer, which must have the standard's form."""
    if answer.headers["content-type"].startswith("application/json"):
        rows = answer.json()
    else:
        root = ET.fromstring(answer.content)
        assert root.tag == "errors"
        rows = [{child.tag: child.text for child in error} for error in root]
    assert rows and all(row["code"] == str(answer.status_code) for row in rows), answer.text
    return [row["description"] for row in rows]


WRONG: tuple[tuple[Mapping[str, Any], int, str], ...] = (
    ({"api_key": ""}, 403, "api_key"),
    ({"api_key": "khoa-la"}, 403, "api_key"),
    ({"service_code": ""}, 400, "service_code"),
    ({"service_code": "F99"}, 404, "service_code"),
    ({"service_code": ["F04", "F09"]}, 400, "service_code"),
    ({"lat": "", "long": "", "address_string": ""}, 400, "lat"),
    ({"lat": "19,5"}, 400, "lat"),
    ({"lat": "91"}, 400, "lat"),
    ({"lat": "nan", "long": "inf"}, 400, "lat"),
    ({"long": ""}, 400, "lat"),
    ({"address_id": "không có"}, 400, "address_id"),
    ({"address_string": "x" * 301}, 400, "address_string"),
    ({"description": " "}, 400, "description"),
    ({"description": "x" * 4_001}, 400, "description"),
    ({"description": "a\x00b"}, 400, "description"),
    ({"email": "không phải thư"}, 400, "email"),
    ({"phone": "số của mẹ tôi"}, 400, "phone"),
    ({"first_name": "x" * 400}, 400, "first_name"),
    ({"account_id": "x" * 400}, 400, "account_id"),
)


async def test_a_wrong_report_is_refused_with_the_name_of_what_is_wrong(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        for changes, status, name in WRONG:
            for form in ("json", "xml"):
                answer = await ours.client.post(f"{V2}/requests.{form}", data={**REPORT, **changes})
                assert answer.status_code == status, (changes, answer.text)
                assert any(said.startswith(f"{name}: ") for said in errors_of(answer)), (changes, answer.text)
        assert await ours.opened() == []


@pytest.mark.parametrize(
    ("query", "status", "name"),
    [
        ({"start_date": "hôm qua"}, 400, "start_date"),
        ({"start_date": "0001-01-01T00:00:00+14:00"}, 400, "start_date"),
        ({"end_date": "0001-01-02T00:00:00Z"}, 400, "start_date"),
        ({"start_date": "2026-01-01", "end_date": "2026-06-01"}, 400, "end_date"),
        ({"start_date": "2026-06-01", "end_date": "2026-01-01"}, 400, "end_date"),
        ({"status": "fixed"}, 400, "status"),
        ({"api_key": "khoa-la"}, 403, "api_key"),
    ],
)
async def test_a_wrong_question_is_refused_with_the_name_of_what_is_wrong(
    server: NatsServer, tmp_path: Path, query: dict[str, str], status: int, name: str
) -> None:
    async with partnered(server, tmp_path) as ours:
        answer = await ours.client.get(f"{V2}/requests.json", params=query)
        assert answer.status_code == status
        assert errors_of(answer)[0].startswith(f"{name}: ")


async def test_bodies_that_are_no_form_are_refused_and_no_xml_is_parsed(
    server: NatsServer, tmp_path: Path
) -> None:
    def parts(body: bytes) -> dict[str, Any]:
        return {"content": body, "headers": {"content-type": "multipart/form-data; boundary=x"}}

    many = "&".join(f"a{number}=1" for number in range(MOST_INPUTS + 1)).encode()
    field = b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n'
    bodies: list[tuple[dict[str, Any], int]] = [
        ({"content": BOMB, "headers": {"content-type": "text/xml"}}, 400),
        ({"content": b"{}", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"api_key=1"}, 400),
        ({"content": b"description=%FF%FE", "headers": FORM}, 400),
        ({"content": b"description=\xff", "headers": FORM}, 400),
        ({"content": many, "headers": FORM}, 400),
        ({"content": b"a=" + b"x" * LARGEST_TEXT, "headers": FORM}, 413),
        (parts(b""), 400),
        (parts(b"no parts at all"), 400),
        (parts(b"--x\r\n\r\n\r\n--x--"), 400),
        (parts(field + b"\xff\xfe\r\n--x--"), 400),
        (parts(field + "cắt ngang\r\n--x\r\n".encode()), 400),
        (parts(field + b"x" * (LARGEST_TEXT + 1) + b"\r\n--x--\r\n"), 413),
        (parts(b"--x\r\n" + b"x" * LARGEST), 413),
        ({"content": b"", "headers": {"content-type": "multipart/form-data"}}, 400),
    ]
    async with partnered(server, tmp_path) as ours:
        for body, status in bodies:
            answer = await ours.client.post(f"{V2}/requests.xml", **body)
            assert answer.status_code == status, (body, answer.text)
            assert errors_of(answer)
        assert await ours.opened() == []


async def test_addresses_that_are_none_get_an_error_of_the_standard(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        for path in (
            "nothing.xml",
            "requests.csv",
            "services/F04.html",
            "requests/%00.json",
            "requests/.xml",
        ):
            answer = await ours.client.get(f"{V2}/{path}")
            assert answer.status_code == 404, path
            assert errors_of(answer)
        answer = await ours.client.request("DELETE", f"{V2}/requests.json")
        assert answer.status_code == 405 and errors_of(answer)
        assert (await ours.client.get("/nothing")).headers["content-type"].startswith("text/html")


async def test_a_partner_that_sends_too_much_waits_and_the_others_do_not(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path, hourly=2) as ours:
        answers = [await ours.send({"description": f"Việc {number}"}) for number in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert answers[-1].headers["retry-after"] == "3600" and errors_of(answers[-1])
        assert (await ours.send({"api_key": "khoa-cua-ung-dung"})).status_code == 200


NAMES = st.one_of(
    st.sampled_from([*REPORT, "update_id", "service_request_id", "status", "start_date"]), st.text()
)
VALUES = st.one_of(
    st.sampled_from([*REPORT.values(), "open", "2026-01-01", ""]), st.text(), st.just("x" * 5_000)
)
PATHS = st.one_of(
    st.sampled_from(
        [
            "requests",
            "requests/0",
            "services",
            "services/F04",
            "tokens/1",
            "servicerequestupdates",
            "discovery",
        ]
    ),
    st.text(max_size=20),
)


@pytest.mark.timeout(120)
async def test_whatever_is_called_is_answered_in_its_format_and_nothing_fails(
    server: NatsServer, tmp_path: Path
) -> None:
    def calls(address: str) -> None:
        client = httpx.Client(base_url=address, timeout=10, trust_env=False)

        @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            PATHS,
            st.sampled_from(["xml", "json"]),
            st.sampled_from(["GET", "POST", "PARTS", "BYTES"]),
            st.lists(st.tuples(NAMES, VALUES), max_size=8),
            st.binary(max_size=400),
        )
        def call(path: str, form: str, verb: str, pairs: list[tuple[str, str]], body: bytes) -> None:
            url = httpx.URL(f"{address}/open311/v2/{quote(path)}.{form}")
            given_key = [("api_key", FIX_KEY), *((name, value) for name, value in pairs if name != "api_key")]
            encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in given_key}
            match verb:
                case "GET":
                    answer = client.get(url, params=dict(given_key))
                case "POST":
                    answer = client.post(url, data=dict(given_key))
                case "PARTS":
                    answer = client.post(
                        url, files=[(name, (None, value)) for name, value in encoded.items()]
                    )
                case _:
                    answer = client.post(url, content=b"--x\r\n" + body, headers=PARTED)
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                assert errors_of(answer)
            elif url.path.endswith(".json"):
                json.loads(answer.content)
            else:
                ET.fromstring(answer.content)

        with client:
            call()

    async with partnered(server, tmp_path) as ours, serving(ours.site.app) as address:
        await asyncio.to_thread(calls, address)


PARTED = {"content-type": "multipart/form-data; boundary=x"}
