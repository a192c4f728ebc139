"""A client uploads files and names them in its request; what messages bring is kept with them."""

import hashlib
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from libs.contracts.events import CaseAdded, CaseOpened
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.files.files import Files
from libs.files.jetstream import JetStreamStore
from libs.files.settings import FilesSettings
from libs.runtime.service import Runtime
from services.intake.channels.rows import Row
from services.intake.channels.shape import Enclosed
from services.intake.files import Enclosures
from tests.support.bus import connected
from tests.support.intake import DESK_KEY, REQUEST, headers, running_intake
from tests.support.pictures import PDF, picture, telephone_photo
from tests.support.provinces import in_force, thanh_hoa

NO_FILE = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n'
Open = tuple[httpx.AsyncClient, Runtime]


@pytest.fixture
async def intake(server: NatsServer) -> AsyncIterator[Open]:
    await in_force(server, thanh_hoa())
    async with running_intake(server) as opened:
        yield opened


async def send(
    client: httpx.AsyncClient, content: bytes, key: str = "upload-0001", **more: str
) -> httpx.Response:
    return await client.post(
        "/api/v1/files", files={"file": ("anh cua toi.jpg", content)}, headers=headers(key, **more)
    )


async def facts(rt: Runtime, case_id: str, year: int) -> list[CaseOpened | CaseAdded]:
    stored = await rt.cases.since(CaseRef(year, case_id), 0)
    return [one.fact for one in stored if isinstance(one.fact, CaseOpened | CaseAdded)]


async def test_photos_uploaded_first_stand_in_the_case_that_names_them(intake: Open) -> None:
    client, rt = intake
    one = await send(client, telephone_photo(1600, 1200))
    two = await send(client, PDF, "upload-0002")
    assert (one.status_code, one.json()["type"]) == (201, "image/jpeg")
    ids = [one.json()["id"], two.json()["id"]]
    sent = await client.post("/api/v1/requests", json={**REQUEST, "files": ids}, headers=headers())
    assert sent.status_code == 201, sent.text
    case = sent.json()
    (opened,) = await facts(rt, case["case_id"], case["year"])
    assert [(one.id, one.type, one.lost) for one in opened.files] == [
        (ids[0], "image/jpeg", ""),
        (ids[1], "application/pdf", ""),
    ]
    assert opened.files[0].label == "anh cua toi.jpg"
    kept = await Files(JetStreamStore(rt.js), FilesSettings()).get(ids[0])
    assert hashlib.sha256(kept).hexdigest() == opened.files[0].sha256


async def test_more_words_bring_their_photos_too(intake: Open) -> None:
    client, rt = intake
    case = (await client.post("/api/v1/requests", json=REQUEST, headers=headers())).json()
    photo = (await send(client, picture())).json()["id"]
    path = f"/api/v1/requests/{case['year']}/{case['case_id']}/messages"
    for _ in range(2):
        words = {"text": "Thêm một ảnh", "files": [photo]}
        assert (await client.post(path, json=words, headers=headers("more-0001"))).is_success
    _, added = await facts(rt, case["case_id"], case["year"])
    assert [one.id for one in added.files] == [photo]


async def test_a_file_never_uploaded_or_by_another_client_is_named_in_the_refusal(
    intake: Open,
) -> None:
    client, _ = intake
    theirs = (await send(client, picture(), client_key=DESK_KEY)).json()["id"]
    for file_id in (theirs, "0" * 32):
        refused = await client.post(
            "/api/v1/requests", json={**REQUEST, "files": [file_id]}, headers=headers()
        )
        (problem,) = refused.json()["problems"]
        assert (refused.status_code, problem["field"]) == (422, "files")
        assert file_id in problem["vi"] and file_id in problem["en"]


async def test_the_same_upload_twice_is_one_file(intake: Open) -> None:
    client, _ = intake
    answers = [(await send(client, picture())).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert (await send(client, picture(), "upload-0002")).json()["id"] != answers[0]["id"]


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "trống"),
        (b"MZ" + b"\0" * 300, 415, "không nhận"),
        (b"\xff\xd8\xff\xe0 not a picture", 422, "hỏng"),
        (b"\xff\xd8\xff" + b"x" * 10_000_001, 413, "10 MB"),
        (b"\xff\xd8\xff" + b"x" * 20_000_000, 413, "10 MB"),
    ],
)
async def test_a_bad_file_is_refused_in_both_languages(
    intake: Open, content: bytes, status: int, words: str
) -> None:
    refused = await send(intake[0], content)
    (problem,) = refused.json()["problems"]
    assert (refused.status_code, problem["field"]) == (status, "file")
    assert words in problem["vi"] and problem["en"]


async def test_what_is_no_upload_is_refused_in_words(intake: Open) -> None:
    client, _ = intake
    bodies: list[tuple[bytes, str]] = [
        (b"{}", "application/json"),
        (b"nothing", "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ]
    for body, kind in bodies:
        refused = await client.post(
            "/api/v1/files", content=body, headers={**headers(), "content-type": kind}
        )
        assert refused.status_code == 400, (kind, refused.text)
        assert refused.json()["problems"][0]["field"] == "file"
    assert (await client.post("/api/v1/files", files={"file": b"x"})).status_code == 401


async def test_enclosures_are_kept_in_order_and_the_lost_ones_say_why(server: NatsServer) -> None:
    row = Row(code="zalo", kind="zalo")
    async with connected(server, "intake") as js:
        enclosures = Enclosures(Files(JetStreamStore(js), FilesSettings(count=3)))
        brought = (
            Enclosed(content=picture(), label="một.jpg"),
            Enclosed(url="https://elsewhere.example/photo.jpg", label="hai.jpg"),
            Enclosed(content=b"#!/bin/sh", label="ba.jpg"),
            Enclosed(content=picture(), label="bốn.jpg"),
        )
        kept = await enclosures.enclose(brought, "key-1", row)
        assert [(one.label, one.lost) for one in kept] == [
            ("một.jpg", ""),
            ("hai.jpg", "refused-address"),
            ("ba.jpg", "refused-type"),
            ("bốn.jpg", "too-many"),
        ]
        assert await enclosures.enclose(brought, "key-1", row) == kept
        assert len({one.id for one in kept}) == 4
        assert json.loads(kept[0].model_dump_json())["size"] > 0
