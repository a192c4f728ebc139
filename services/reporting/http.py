"""Reports over HTTP, for whoever has the key: the desk hands them on to coordinators and administrators."""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from sqlalchemy import Connection, Engine
from starlette.exceptions import HTTPException

from libs.contracts.errors import HotlineError, Refused
from libs.contracts.requests import Problem, Problems
from libs.packs.model import Pack
from libs.runtime.clock import Clock
from libs.runtime.database import in_thread, reading
from libs.runtime.logs import log
from services.reporting import metrics
from services.reporting.agencies import Overview, overview
from services.reporting.cases import cases, number_of_cases
from services.reporting.domain.slips import seconds
from services.reporting.labels import Labels
from services.reporting.periods import Period
from services.reporting.workbooks import MEDIA_TYPE, agencies_workbook, cases_workbook

MOST_CASES = 100_000
"""Rows of one export."""

AT_ONCE = 2
"""Reports made at the same time; the others wait."""

T = TypeVar("T")
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problems, "description": "the key is missing or wrong"},
    422: {"model": Problems, "description": "a parameter is wrong"},
}


class WrongKey(HotlineError):
    """The key is missing or wrong."""


class Table(BaseModel):
    """The table per agency with the days it covers."""

    first: str
    last: str
    table: Overview


@dataclass(frozen=True)
class Reports:
    """Makes reports, each in a thread of its own."""

    engine: Engine
    pack: Callable[[], Pack]
    clock: Clock
    turns: asyncio.Semaphore

    async def made(self, report: str, work: Callable[[Connection, Labels], T]) -> T:
        """What `work` gives when it is its turn; no thread is taken from readers and scrapes for long."""
        labels = Labels(self.pack())
        async with self.turns:
            made = await in_thread(self._work, work, labels)
        metrics.EXPORTS.labels(report).inc()
        log("report_made", report=report)
        return made

    def _work(self, work: Callable[[Connection, Labels], T], labels: Labels) -> T:
        with reading(self.engine) as connection:
            return work(connection, labels)

    def overview(self, connection: Connection, labels: Labels, period: Period) -> Overview:
        """The table per agency as of now."""
        return overview(connection, labels, period, seconds(self.clock.now()))


def api(engine: Engine, pack: Callable[[], Pack], clock: Clock, key: str) -> FastAPI:
    """The reports; every answer but 200 is a list of problems."""

    def with_key(request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(), key.encode())
        if not right or scheme.lower() != "bearer":
            raise WrongKey

    app = FastAPI(
        title="1022 – báo cáo",
        version="1",
        redoc_url=None,
        dependencies=[Depends(HTTPBearer(auto_error=False)), Depends(with_key)],
        responses=_ANSWERS,
    )
    _pages(app, Reports(engine, pack, clock, asyncio.Semaphore(AT_ONCE)))
    _answer_with_problems(app)
    return app


def _pages(app: FastAPI, reports: Reports) -> None:
    def asked(
        month: Annotated[str | None, Query(description="YYYY-MM, instead of from and to")] = None,
        first: Annotated[str | None, Query(alias="from", description="first day, YYYY-MM-DD")] = None,
        last: Annotated[str | None, Query(alias="to", description="last day, included")] = None,
    ) -> Period:
        return Period.read(reports.pack().zone, month=month, first=first, last=last)

    @app.get("/reports/cases.xlsx", summary="The cases of a period (Điều 11.1)")
    async def _cases(period: Annotated[Period, Depends(asked)], agency: str = "") -> Response:
        def work(connection: Connection, labels: Labels) -> bytes:
            _check(labels, agency, number_of_cases(connection, period, agency))
            return cases_workbook(cases(connection, period, agency), labels, period)

        return _file("yeu-cau", period, await reports.made("cases", work))

    @app.get("/reports/agencies.xlsx", summary="The table per agency (Điều 11.2)")
    async def _agencies(period: Annotated[Period, Depends(asked)]) -> Response:
        def work(connection: Connection, labels: Labels) -> bytes:
            return agencies_workbook(reports.overview(connection, labels, period), labels.pack, period)

        return _file("co-quan", period, await reports.made("agencies", work))

    @app.get("/reports/agencies.json", summary="The table per agency as figures")
    async def _figures(period: Annotated[Period, Depends(asked)]) -> Table:
        def work(connection: Connection, labels: Labels) -> Overview:
            return reports.overview(connection, labels, period)

        table = await reports.made("figures", work)
        return Table(first=period.first.isoformat(), last=period.last.isoformat(), table=table)


def _check(labels: Labels, agency: str, rows: int) -> None:
    if agency and agency not in labels.agencies:
        raise Refused("không có cơ quan này", "no such agency", field="agency")
    if rows > MOST_CASES:
        vi, en = (
            f"{rows} yêu cầu; tối đa {MOST_CASES}: chọn kỳ ngắn hơn",
            f"{rows} cases, {MOST_CASES} at most",
        )
        raise Refused(vi, en, field="to")


def _file(name: str, period: Period, content: bytes) -> Response:
    full = f"1022-{name}-{period.first.isoformat()}-{period.last.isoformat()}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{full}"', "Cache-Control": "no-store"}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _problem(status: int, field: str, vi: str, en: str) -> JSONResponse:
    body = Problems(problems=[Problem(field=field, vi=vi, en=en)])
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(body.model_dump(), status, headers)


def _answer_with_problems(app: FastAPI) -> None:
    @app.exception_handler(WrongKey)
    async def _closed(_: Request, __: WrongKey) -> JSONResponse:
        return _problem(401, "Authorization", "khóa truy cập không đúng", "the key is missing or wrong")

    @app.exception_handler(Refused)
    async def _refused(_: Request, error: Refused) -> JSONResponse:
        return _problem(422, error.field, error.vi, error.en)

    @app.exception_handler(HTTPException)
    async def _no_such_page(_: Request, error: HTTPException) -> JSONResponse:
        return _problem(error.status_code, "", "không có trang này", str(error.detail))

    @app.exception_handler(Exception)
    async def _failed(_: Request, error: Exception) -> JSONResponse:
        log("report_failed", error=error)
        return _problem(500, "", "lỗi hệ thống", "internal error")
