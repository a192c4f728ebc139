"""The reports that leave the house: who may fetch them, what they refuse, what stands in the cells."""

import asyncio
import re
import time
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine

from libs.contracts import events
from libs.contracts.events import Person
from libs.contracts.sidefacts import ClockMet, ClockMissed
from libs.runtime.clock import SystemClock
from libs.runtime.database import upsert, writing
from services.reporting import store
from services.reporting.cases import COLUMNS, HIDDEN
from services.reporting.domain.cases import Case
from services.reporting.domain.slips import seconds
from services.reporting.http import MOST_CASES, api
from tests.support.builders import MONDAY_MORNING, make
from tests.support.provinces import thanh_hoa
from tests.support.reporting import KEY, Told, applied, clock, clocks_applied, database

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with database(f"sqlite:///{tmp_path / 'r.db'}") as made:
        yield made


@pytest.fixture
async def client(engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    app = api(engine, thanh_hoa, SystemClock(), KEY)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://r", headers=HEADERS) as made:
        yield made


def sheet(content: bytes, name: str | int = 0) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    found = book.get_sheet_by_index(name) if isinstance(name, int) else book.get_sheet_by_name(name)
    return [list(row) for row in found.to_python()]


def cells(content: bytes) -> dict[str, object]:
    """The first case of an export by English heading."""
    rows = sheet(content)
    return dict(zip(map(str, rows[2]), rows[3], strict=True))


async def test_an_answered_case_stands_in_the_export_with_the_fields_of_the_law(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    told = Told().open(channel="phone").sent(place="380")
    told.by_officer(events.CaseAnswered, at=MONDAY_MORNING + timedelta(hours=2), answer="Đã kiểm tra")
    applied(engine, told)
    clocks_applied(engine, clock(ClockMet, told.ref.case_id, stopped_at=MONDAY_MORNING))
    answer = await client.get("/reports/cases.xlsx", params=MARCH)
    assert answer.status_code == 200
    assert "1022-yeu-cau-2026-03-01-2026-03-31.xlsx" in answer.headers["content-disposition"]
    found = cells(answer.content)
    assert found["Name"] == "Nguyễn Văn Mẫu"
    assert found["Telephone"] == "+84912345678"
    assert found["Called or sent at"] == datetime(2026, 3, 2, 8, 0), "local time of the province"  # noqa: DTZ001
    assert found["Handling until"] == datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001
    assert found["Channel"] == "Đường dây nóng 1022"
    assert found["District"] == "Thành phố Thanh Hóa"
    assert found["Handling agency"] == "Sở Y tế"
    assert found["Answered by"] == "Lê Thị Mẫu"
    assert found["Result"] == "Đã trả lời. Đã kiểm tra"
    assert found["Timeliness"] == "Đúng hạn"
    title, vietnamese, english = sheet(answer.content)[:3]
    assert str(title[0]).startswith("Yêu cầu tiếp nhận qua Tổng đài 1022")
    assert (vietnamese[1], english[1], len(vietnamese)) == ("Họ tên", "Name", len(COLUMNS))


async def test_what_a_citizen_writes_never_becomes_a_formula_a_link_or_broken_xml(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    hostile = [
        '=HYPERLINK("http://x.example")',
        "@SUM(1)",
        "+84",
        "-1",
        "https://x.example",
        "a\x0bb\ufffe]]>&<",
    ]
    for words in hostile:
        applied(engine, Told().open(text=words, person=Person(name=words)))
    content = (await client.get("/reports/cases.xlsx", params=MARCH)).content
    found = {str(row[6]) for row in sheet(content)[3:]}
    assert set(hostile[:5]) < found
    assert len(found) == 6
    with zipfile.ZipFile(BytesIO(content)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
        assert not any("hyperlink" in name for name in parts.namelist())
    assert not re.search(r"<f>|<hyperlink", xml)


async def test_text_longer_than_a_cell_is_cut(client: httpx.AsyncClient, engine: Engine) -> None:
    case = Case(case_id="a" * 32, opened_at=seconds(MONDAY_MORNING), content="dài" * 20_000)
    with writing(engine) as connection:
        upsert(connection, store.CASE, [case.model_dump()], key=["case_id"])
    found = cells((await client.get("/reports/cases.xlsx", params=MARCH)).content)
    assert len(str(found["Content"])) == 32_767
    assert str(found["Content"]).endswith("…")


async def test_a_citizen_who_asked_for_secrecy_has_no_name_in_the_export(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    applied(engine, Told().open(secret=True))
    found = cells((await client.get("/reports/cases.xlsx", params=MARCH)).content)
    assert [found[name] for name in ("Name", "Telephone", "Address", "E-mail")] == [HIDDEN] * 4


async def test_an_export_without_cases_is_a_sheet_with_headings(client: httpx.AsyncClient) -> None:
    answer = await client.get("/reports/cases.xlsx", params={**MARCH, "agency": "SYT"})
    assert len(sheet(answer.content)) == 3


async def test_a_rejection_is_shown_with_the_ground_of_the_pack(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    applied(engine, Told().open().by_officer(events.CaseRejected, reason="out-of-scope", text=""))
    found = cells((await client.get("/reports/cases.xlsx", params=MARCH)).content)
    assert found["Result"] == "Không tiếp nhận. Nội dung không thuộc phạm vi tiếp nhận của Tổng đài"


async def test_the_monthly_workbook_holds_the_table_per_agency_and_per_district(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    applied(engine, Told().open().sent(place="380"))
    answer = await client.get("/reports/agencies.xlsx", params={"month": "2026-03"})
    agencies, districts = sheet(answer.content, "Cơ quan"), sheet(answer.content, "Địa bàn")
    assert agencies[1][:3] == ["Cơ quan", "Mã", "Tiếp nhận"]
    assert agencies[2][:3] == ["Agency", "Code", "Received"]
    assert agencies[3][:3] == ["Tổng đài 1022", "desk", 1]
    assert next(row[2] for row in agencies if row[1] == "SYT") == 1
    assert len(agencies) == 3 + 1 + len(thanh_hoa().agencies) + 1
    assert next(row for row in districts if row[0] == "Thành phố Thanh Hóa")[1:3] == ["380", 1]


async def test_the_monthly_workbook_keeps_the_provinces_own_clocks_on_a_sheet_of_their_own(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    told = Told().open(at=MONDAY_MORNING).sent(at=MONDAY_MORNING + timedelta(minutes=90))
    applied(engine, told)
    late = {"kind": "accept", "basis": "policy", "due": MONDAY_MORNING}
    clocks_applied(
        engine,
        clock(ClockMissed, told.ref.case_id, "accept-1", **late),
        clock(ClockMissed, told.ref.case_id, "promise-1-1"),
    )
    content = (await client.get("/reports/agencies.xlsx", params={"month": "2026-03"})).content
    agencies, own = sheet(content, "Cơ quan"), sheet(content, "Thời hạn nội bộ")
    desk = dict(zip(agencies[2], agencies[3], strict=True))
    health = dict(zip(agencies[2], next(row for row in agencies if row[1] == "SYT"), strict=True))
    assert desk["Working hours held"] == 1.5
    assert (health["Broken promises"], health["Late and silent"]) == (1, 0)
    accept = dict(zip(own[2], next(row for row in own if row[1] == "accept"), strict=True))
    assert (accept["On time"], accept["Late"]) == (0, 1)
    assert "answer" not in {row[1] for row in own}


async def test_the_same_table_comes_as_json(client: httpx.AsyncClient, engine: Engine) -> None:
    applied(engine, Told().open().sent())
    body = (await client.get("/reports/agencies.json", params={"month": "2026-03"})).json()
    assert (body["first"], body["last"]) == ("2026-03-01", "2026-03-31")
    line = next(line for line in body["table"]["agencies"] if line["code"] == "SYT")
    assert (line["received"], line["open"], line["late_silent"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "from"),
        ({"from": "2026-03-01"}, "to"),
        ({"from": "1.3.2026", "to": "2026-03-31"}, "from"),
        ({"from": "2026-03-01", "to": "2026-02-30"}, "to"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "1900-01-01", "to": "2026-03-01"}, "from"),
        ({"from": "2001-01-01", "to": "2026-03-01"}, "to"),
        ({"month": "2026-13"}, "month"),
        ({"month": "2026-3"}, "month"),
        ({"month": "2026-03", "from": "2026-03-01"}, "month"),
        ({"month": "٢٠٢٦-٠٣"}, "month"),
        ({**MARCH, "agency": "' or 1=1"}, "agency"),
    ],
)
async def test_a_wrong_parameter_is_named_in_both_languages(
    client: httpx.AsyncClient, query: dict[str, str], field: str
) -> None:
    answer = await client.get("/reports/cases.xlsx", params=query)
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["field"]) == (422, field)
    assert problem["vi"]
    assert problem["en"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", f"Basic {KEY}", f"Bearer {KEY}x", "Bearer ế"])
async def test_nobody_gets_a_report_without_the_key(client: httpx.AsyncClient, header: str) -> None:
    for page in ("cases.xlsx", "agencies.xlsx", "agencies.json"):
        answer = await client.get(f"/reports/{page}", headers={b"Authorization": header.encode()})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["problems"][0]["field"] == "Authorization"


async def test_an_unknown_page_is_a_problem_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/reports/secrets.xlsx")
    assert (answer.status_code, len(answer.json()["problems"])) == (404, 1)


def _many(engine: Engine, number: int) -> None:
    case = Told().open().sent().by_officer(events.CaseAnswered, answer="Đã kiểm tra " * 10).case
    rows = [case.model_copy(update={"case_id": f"{n:032x}"}).model_dump() for n in range(number)]
    with writing(engine) as connection:
        connection.execute(store.CASE.insert(), rows)


async def test_ten_thousand_rows_do_not_stop_the_loop(client: httpx.AsyncClient, engine: Engine) -> None:
    """Of the loop's own thread: what a busy machine does meanwhile is not counted."""
    _many(engine, 10_000)
    gaps, running = [], True

    async def heartbeat() -> None:
        while running:
            before = time.thread_time()
            await asyncio.sleep(0.01)
            gaps.append(time.thread_time() - before)

    beating = asyncio.create_task(heartbeat())
    answer = await client.get("/reports/cases.xlsx", params=MARCH)
    running = False
    await beating
    assert len(sheet(answer.content)) == 10_003
    assert len(gaps) > 20
    assert max(gaps) < 0.2


async def test_more_cases_than_a_sheet_should_hold_are_refused_before_any_is_read(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    _many(engine, MOST_CASES + 1)
    answer = await client.get("/reports/cases.xlsx", params=MARCH)
    assert answer.status_code == 422
    assert "100001" in answer.json()["problems"][0]["en"]


async def test_the_month_shows_what_citizens_thought_per_agency_field_and_cycle(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    told = Told().open().sent()
    told.by_officer(events.CaseAnswered, at=MONDAY_MORNING + timedelta(hours=2), answer="Đã kiểm tra")
    for cycle, score in ((1, 2), (2, 5)):
        at = MONDAY_MORNING + timedelta(hours=3 * cycle)
        rated = make(events.CaseRated, told.ref, at=at, cycle=cycle, agency="SYT", field="F04", answer=score)
        told.tell(rated)
    told.tell(
        make(events.CaseReopened, told.ref, at=MONDAY_MORNING + timedelta(hours=4), cycle=2, reason="chưa")
    )
    applied(engine, told)
    content = (await client.get("/reports/agencies.xlsx", params=MARCH)).content
    lines = sheet(content)
    line = dict(zip(map(str, lines[2]), next(row for row in lines if row[1] == "SYT"), strict=True))
    assert (line["Ratings"], line["Mean rating"], line["Reopened share"]) == (2, 3.5, 1)
    ratings = sheet(content, "Đánh giá")[3:]
    assert [row[3:6] for row in ratings] == [[1, 1, 2], [2, 1, 5]]
    assert {str(row[0]) for row in ratings} == {"Sở Y tế"} and ratings[0][6] == ""
