"""Every trouble of the API as an answer for programs: a status and a list of problems in two languages."""

from collections.abc import Awaitable, Callable

from nats.errors import Error as NatsError
from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from libs.contracts.errors import Refused
from libs.contracts.requests import Problem, Problems
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from libs.web.forms import problems_of
from libs.web.limits import TooOften
from services.desk.domain.errors import NotAllowed, NotFound, NotSignedIn
from services.desk.intake_client import IntakeUnavailable
from services.desk.reports import ReportsUnavailable


def problem(status: int, vi: str, en: str, field: str = "", **headers: str) -> JSONResponse:
    """An answer with one problem."""
    body = Problems(problems=[Problem(field=field, vi=vi, en=en)])
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse(body.model_dump(), status, named)


def status_of(refused: Refused) -> int:
    """401 sign in · 403 not yours · 404 not there · 422 an input · 409 the case has moved on."""
    for kind, status in ((NotSignedIn, 401), (NotAllowed, 403), (NotFound, 404)):
        if isinstance(refused, kind):
            return status
    return 422 if refused.field and not refused.stale else 409


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(status_of(error), error.vi, error.en, error.field)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, ValidationError)
    return JSONResponse(Problems(problems=list(problems_of(error))).model_dump(), 422)


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, "Không có địa chỉ này", error.detail)


async def _too_often(_: Request, error: Exception) -> Response:
    assert isinstance(error, TooOften)
    vi, en = f"Thử quá nhiều lần, xin đợi {error.minutes} phút", f"too many tries: wait {error.minutes} min"
    return problem(429, vi, en, Retry_After=str(60 * error.minutes))


async def _later(_: Request, error: Exception) -> Response:
    log("outcome_unknown", kind=type(error).__name__)
    vi, en = (
        "Chưa xác nhận được; xin gửi lại với cùng mã lệnh",
        "not confirmed: send the same command_id again",
    )
    return problem(503, vi, en, Retry_After="2")


async def _failed(_: Request, error: Exception) -> Response:
    log("request_failed", error=error)
    return problem(500, "Lỗi hệ thống", "internal error")


HANDLERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    Refused: _refused,
    ValidationError: _invalid,
    HTTPException: _http,
    TooOften: _too_often,
    **dict.fromkeys(
        (
            OutcomeUnknown,
            IntakeUnavailable,
            ReportsUnavailable,
            NatsError,
            TimeoutError,
            OSError,
            OperationalError,
            InterfaceError,
        ),
        _later,
    ),
    Exception: _failed,
}
"""Exception → the answer to it; the nearest class wins."""
