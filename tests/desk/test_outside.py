"""What the desk asks of intake and reporting, and how it takes every kind of answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from libs.contracts.errors import Refused
from libs.contracts.requests import NewRequest
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.intake_client import IntakeClient, IntakeUnavailable
from services.desk.reports import Reports, ReportsUnavailable
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR
from tests.support.serving import serving

ACCEPTED = {"case_id": "0" * 32, "year": 2026, "code": "123456786", "track_token": ""}
PROBLEM = {"problems": [{"field": "text", "vi": "trống", "en": "empty"}]}
CALL = NewRequest(text="Xin hỏi", channel="phone", held=True)

Answer = Callable[[Request], Awaitable[Response]]


class Neighbour:
    """A service that answers as it is told, one answer after the other, and remembers what it was asked."""

    def __init__(self, *answers: Response | float) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, str]] = []

    async def __call__(self, request: Request) -> Response:
        self.asked.append({**request.headers, **request.query_params})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return JSONResponse({}, 500)
        return answer

    def app(self) -> Starlette:
        async def answer(request: Request) -> Response:
            return await self(request)

        return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    (tmp_path / "key").write_text("chia-khoa\n")
    return tmp_path / "key"


async def test_a_call_is_sent_again_with_the_same_key_until_it_is_taken(key_file: Path) -> None:
    intake = Neighbour(JSONResponse({}, 500), JSONResponse({}, 503), JSONResponse(ACCEPTED, 200))
    async with serving(intake.app()) as address:
        client = IntakeClient(address, key_file)
        accepted = await client.open_case(CALL, "o1.form-1")
        await client.close()
    assert accepted.code == "123456786"
    assert [asked["idempotency-key"] for asked in intake.asked] == ["o1.form-1"] * 3
    assert all(asked["authorization"].startswith("Bearer ") for asked in intake.asked)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (JSONResponse(PROBLEM, 422), Refused),
        (JSONResponse(PROBLEM, 409), Refused),
        (JSONResponse(PROBLEM, 401), IntakeUnavailable),
        (JSONResponse({}, 200), IntakeUnavailable),
        (JSONResponse({"problems": []}, 422), IntakeUnavailable),
        (Response("<html>", 404), IntakeUnavailable),
        (JSONResponse({}, 500), IntakeUnavailable),
    ],
)
async def test_every_answer_of_intake_is_a_case_a_refusal_or_try_again(
    answer: Response, error: type[Exception], key_file: Path
) -> None:
    async with serving(Neighbour(answer).app()) as address:
        client = IntakeClient(address, key_file)
        with pytest.raises(error) as raised:
            await client.open_case(CALL, "o1.form-1")
        await client.close()
    assert not isinstance(raised.value.__cause__, httpx.TransportError)
    if isinstance(raised.value, Refused):
        assert (raised.value.field, raised.value.vi) == ("text", "trống")


async def test_an_intake_that_is_not_there_is_given_up_quickly() -> None:
    client = IntakeClient("http://127.0.0.1:9", None)
    started = time.monotonic()
    with pytest.raises(IntakeUnavailable):
        await client.open_case(CALL, "o1.form-1")
    await client.close()
    assert time.monotonic() - started < 5


async def test_reports_are_handed_on_with_our_key_and_only_the_known_parameters(key_file: Path) -> None:
    sheet = Response(
        b"PK", media_type="application/x-sheet", headers={"content-disposition": "attachment; a"}
    )
    reporting = Neighbour(sheet)
    async with serving(reporting.app()) as address:
        reports = Reports(address, key_file)
        for account in (ARBITER, ADMINISTRATOR):
            report = await reports.report(account, "cases.xlsx", {"month": "2026-03", "x": "1", "to": ""})
            assert (report.content, report.disposition) == (b"PK", "attachment; a")
        for account in (OPERATOR, OFFICER):
            with pytest.raises(NotAllowed):
                await reports.report(account, "cases.xlsx", {})
        with pytest.raises(NotFound):
            await reports.report(ADMINISTRATOR, "../secrets", {})
        await reports.close()
    assert len(reporting.asked) == 2
    assert reporting.asked[0]["month"] == "2026-03" and not {"x", "to"} & set(reporting.asked[0])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (JSONResponse(PROBLEM, 422), Refused),
        (JSONResponse(PROBLEM, 401), ReportsUnavailable),
        (Response("x", 500), ReportsUnavailable),
    ],
)
async def test_troubles_of_reporting_are_told_apart(
    answer: Response, error: type[Exception], key_file: Path
) -> None:
    async with serving(Neighbour(answer).app()) as address:
        reports = Reports(address, key_file)
        with pytest.raises(error) as raised:
            await reports.report(ADMINISTRATOR, "agencies.xlsx", {"month": "x"})
        await reports.close()
    assert not isinstance(raised.value.__cause__, httpx.TransportError)
