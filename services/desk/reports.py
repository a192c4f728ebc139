"""Hands reporting's spreadsheets on to those who may have them; reporting itself knows only one key."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import ValidationError
from sqlalchemy import Engine

from libs.contracts.errors import HotlineError, Refused
from libs.contracts.requests import Problems
from libs.runtime.logs import log
from services.desk.changes import record_change
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.people import Account
from services.desk.settings import bearer

REPORTS = ("cases.xlsx", "agencies.xlsx", "agencies.json")
READERS = frozenset({"arbiter", "administrator", "auditor"})
NUMBERS = frozenset({"agencies.xlsx", "agencies.json"})
"""Reports without a person in them: all that an auditor reads."""
PARAMETERS = ("month", "from", "to", "agency")

_TIMES = httpx.Timeout(60, connect=2)
"""An export of 100,000 cases takes half a minute."""


class ReportsUnavailable(HotlineError):
    """Reporting cannot be reached at the moment; ask again."""


@dataclass(frozen=True)
class Report:
    """A file as reporting made it."""

    content: bytes
    media_type: str
    disposition: str


class Reports:
    """One connection pool for the life of the service."""

    def __init__(self, url: str, key_file: Path | None, engine: Engine | None = None) -> None:
        self._engine = engine
        self._client = httpx.AsyncClient(
            base_url=url, headers=bearer(key_file), timeout=_TIMES, trust_env=False
        )

    async def report(self, account: Account, name: str, asked: Mapping[str, str]) -> Report:
        """The report for a period: `month=YYYY-MM`, or `from` and `to`; `agency` for the cases (Điều 11).

        Raises NotAllowed, NotFound, Refused with what reporting said of a parameter, ReportsUnavailable.
        """
        if account.role not in READERS or not account.active or _too_much(account, name):
            raise NotAllowed(
                "Tài khoản của bạn không xuất được báo cáo", "your account may not export reports"
            )
        if name not in REPORTS:
            raise NotFound("Không có báo cáo này", f"reports: {', '.join(REPORTS)}", field="report")
        wanted = {key: asked[key] for key in PARAMETERS if asked.get(key)}
        try:
            answer = await self._client.get(f"/reports/{name}", params=wanted)
        except httpx.TransportError as error:
            raise ReportsUnavailable from error
        if not answer.is_success:
            raise _trouble(answer)
        if self._engine:
            period = " ".join(f"{key}={value}" for key, value in wanted.items())
            await asyncio.to_thread(record_change, self._engine, account, "report-exported", name, period)
        log("report_exported", report=name, person=account.id)
        headers = answer.headers
        return Report(
            answer.content, headers.get("content-type", ""), headers.get("content-disposition", "attachment")
        )

    async def close(self) -> None:
        await self._client.aclose()


def _too_much(account: Account, name: str) -> bool:
    return account.role == "auditor" and name in REPORTS and name not in NUMBERS


def _trouble(answer: httpx.Response) -> HotlineError:
    try:
        problem = Problems.model_validate_json(answer.content).problems[0]
    except (ValidationError, IndexError):
        return ReportsUnavailable()
    if answer.status_code != 422:  # our own key, or a fault over there
        return ReportsUnavailable(f"reporting answered {answer.status_code}: {problem.en}")
    return Refused(problem.vi, problem.en, field=problem.field)
