"""Thousands of requests at once: each row has its own fate, and the same file again changes nothing."""

import argparse
import asyncio
import hashlib
import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from libs.cli.imports import run
from libs.contracts.bulk import MOST_BYTES, MOST_ROWS, RowResult
from libs.contracts.events import CaseOpened
from libs.devstack.nats_server import NatsServer, free_port
from libs.runtime.service import open_runtime
from services.intake.app import build
from services.intake.settings import Client, Settings
from tests.support.channels import facts
from tests.support.intake import intake_settings
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually

KEY = "bulk-key-for-tests"
BULK = Client(key_sha256=hashlib.sha256(KEY.encode()).hexdigest(), channels=("bulk", "app"))
URL = "/api/v1/requests/bulk"
TABLE = (
    "STT;Họ tên;Số điện thoại;Địa chỉ;Nội dung;Lĩnh vực;Thời gian\r\n"
    "1;Nguyễn Văn Mẫu;0912 345 678;Xã Quảng Lưu;Đèn đường hỏng;;02/03/2026 08:00\r\n"
    '2;Lê Thị Mẫu;0912 345 679;Xã Quảng Lưu;"Rác chưa thu;\nđã một tuần";;\r\n'
)


@pytest.fixture(autouse=True)
async def _pack(server: NatsServer) -> None:
    await in_force(server, thanh_hoa())


def settings_for(server: NatsServer) -> Settings:
    return intake_settings(server).model_copy(update={"clients": {"robot": BULK}})


async def posted(
    server: NatsServer,
    content: str | bytes,
    kind: str = "application/json",
    key: str = "batch-0001",
    settings: Settings | None = None,
) -> httpx.Response:
    async with open_runtime("intake", settings or settings_for(server)) as rt, build(rt) as app:
        transport: Any = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://intake", timeout=25) as client:
            headers = {"authorization": f"Bearer {KEY}", "idempotency-key": key, "content-type": kind}
            return await client.post(URL, params={"channel": "bulk"}, content=content, headers=headers)


def results(answer: httpx.Response) -> list[RowResult]:
    assert answer.status_code == 200, answer.text
    return [RowResult.model_validate(one) for one in answer.json()["results"]]


async def opened(server: NatsServer) -> list[CaseOpened]:
    return [fact for _, fact in await facts(server) if isinstance(fact, CaseOpened)]


async def test_a_table_with_vietnamese_names_becomes_cases(server: NatsServer) -> None:
    one, two = results(await posted(server, TABLE, "text/csv"))
    assert (one.status, two.status, one.row, two.row) == ("accepted", "accepted", 1, 2)
    cases = {fact.case_id: fact for fact in await opened(server)}
    first, second = cases[one.case_id], cases[two.case_id]
    assert (first.text, first.person.phone, first.channel) == ("Đèn đường hỏng", "+84912345678", "bulk")
    assert f"{first.received_at:%d.%m. %H:%M}" == "02.03. 01:00" and first.origin.account == "robot"
    assert second.text == "Rác chưa thu;\nđã một tuần" and second.person.name == "Lê Thị Mẫu"


@pytest.mark.parametrize(
    "encoded",
    [
        TABLE.encode("utf-8-sig"),
        TABLE.replace(";", "\t").replace("thu\t", "thu;").encode("utf-16"),
        unicodedata.normalize("NFD", TABLE).encode(),
        unicodedata.normalize("NFD", TABLE).encode("cp1258", "ignore"),
    ],
    ids=["bom", "utf-16-tabs", "decomposed", "windows-1258"],
)
async def test_a_table_is_read_however_it_was_saved(server: NatsServer, encoded: bytes) -> None:
    assert [one.status for one in results(await posted(server, encoded, "text/csv"))] == ["accepted"] * 2
    assert "Nguy" in (await opened(server))[0].person.name


async def test_the_same_batch_again_finds_its_cases(server: NatsServer) -> None:
    first = results(await posted(server, TABLE, "text/csv"))
    again = results(await posted(server, TABLE.replace("Rác", "Nước"), "text/csv"))
    other = results(await posted(server, TABLE, "text/csv", key="batch-0002"))
    assert [one.status for one in again] == ["repeated", "accepted"]
    assert again[0].case_id == first[0].case_id
    assert [one.status for one in other] == ["accepted"] * 2


async def test_a_bad_row_harms_no_other(server: NatsServer) -> None:
    rows: list[object] = [
        {"text": "Một", "key": "A-1"},
        {"text": "Hai", "key": "A-1"},
        {"text": ""},
        "chữ",
        {"text": "Ba", "channel": "phone"},
        {"text": "Bốn", "field": "F77"},
        {"text": "Năm", "phone": "không có"},
        {"text": "Sáu", "held": True},
        {"text": "Bảy", "typo": 1},
        {"text": "Tám\x00"},
        {"text": "Chín", "received_at": "2999-01-01T00:00:00Z"},
        {"text": "Mười"},
        {"text": "Mười"},
    ]
    found = results(await posted(server, json.dumps(rows)))
    assert [one.row for one in found] == list(range(1, 14))
    refused = {one.row: one.problems[0].field for one in found if one.status == "refused"}
    assert refused[5] == "channel" and refused[6] == "field" and refused[7] == "phone"
    assert refused[8] == "held" and refused[9] == "typo" and refused[10] == "text"
    assert {one.status for one in found[-2:]} == {"accepted", "repeated"}
    assert Counter(one.status for one in found) == {"refused": 10, "accepted": 2, "repeated": 1}
    assert all(problem.vi and problem.en for one in found for problem in one.problems)
    assert len(await opened(server)) == 2


async def test_lines_of_json_are_rows_and_a_broken_line_is_one_of_them(server: NatsServer) -> None:
    lines = '{"text": "Một"}\n{"text": \n\n{"text": "Hai\u2028ba"}\n'
    found = results(await posted(server, lines, "application/x-ndjson"))
    assert [one.status for one in found] == ["accepted", "refused", "accepted"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b'{"text": "x"}', "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (json.dumps([{"text": "x"}] * (MOST_ROWS + 1)).encode(), "application/json", 422),
        (b" " * (MOST_BYTES + 1), "application/json", 413),
        ("Họ tên;Điện thoại\nA;0912".encode(), "text/csv", 422),
        ("Nội dung;Cột lạ\nA;B".encode(), "text/csv", 422),
        (b'text\n"a', "text/csv", 422),
        (b"", "text/csv", 422),
    ],
)
async def test_what_is_no_batch_is_refused_whole(
    server: NatsServer, content: bytes, kind: str, status: int
) -> None:
    answer = await posted(server, content, kind)
    assert answer.status_code == status and answer.json()["problems"][0]["vi"]
    assert await opened(server) == []


async def test_a_row_with_more_cells_than_columns_is_refused(server: NatsServer) -> None:
    found = results(await posted(server, "text,name\nMột,A\nHai,B,C\n\nBa\n", "text/csv"))
    assert [one.status for one in found] == ["accepted", "refused", "accepted"]


async def test_when_the_server_goes_away_the_rest_is_unconfirmed_and_may_be_sent_again(
    server: NatsServer,
) -> None:
    rows = json.dumps([{"text": f"Cuộc gọi {n}"} for n in range(150)])

    async def outage() -> None:
        await eventually(lambda: opened(server), within=10)
        server.kill()
        await asyncio.sleep(1.5)
        server.start()

    settings = settings_for(server).model_copy(update={"patience": 0.3})
    going = asyncio.create_task(outage())
    first = results(await posted(server, rows, settings=settings))
    await going
    again = results(await posted(server, rows))
    assert {"accepted", "unconfirmed"} == {one.status for one in first}
    assert {"accepted", "repeated"} == {one.status for one in again}
    assert len(await opened(server)) == 150


@pytest.mark.timeout(120)
async def test_hotline_import_prints_what_became_of_each_row(
    server: NatsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, key, port = tmp_path / "robot.csv", tmp_path / "key", free_port()
    key.write_text(KEY)
    many = "".join(f"{n};Người {n};0912 345 678;Xã A;Cuộc gọi {n};;\n" for n in range(1_050))
    file.write_bytes((TABLE + many + "x;B;không;;Sai số;;\n").encode("utf-8-sig"))
    asked = argparse.Namespace(
        file=file, url=f"http://127.0.0.1:{port}", key_file=key, channel="bulk", batch=""
    )
    async with open_runtime("intake", settings_for(server)) as rt, build(rt) as app:
        config = uvicorn.Config(app, port=port, log_config=None, lifespan="off")  # type: ignore[arg-type]
        web = uvicorn.Server(config)
        serving = asyncio.create_task(web.serve())
        await eventually(lambda: web.started)
        codes = [await asyncio.to_thread(run, asked), await asyncio.to_thread(run, asked)]
        web.should_exit = True
        await serving
    lines = capsys.readouterr().out.splitlines()
    statuses = Counter(line.split(",")[2] for line in lines)
    assert codes == [1, 1] and statuses == {"status": 2, "accepted": 1_052, "repeated": 1_052, "refused": 2}
    assert lines[1_053].startswith("1053,") and "phone: Số điện thoại không đúng" in lines[1_053]
    assert len(await opened(server)) == 1_052
