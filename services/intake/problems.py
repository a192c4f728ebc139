"""What is wrong with an input, in words for the person who sent it: the field, Vietnamese, English."""

from collections.abc import Iterable

from fastapi.responses import JSONResponse
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from libs.contracts.errors import HotlineError, Refused
from libs.contracts.requests import Problem, Problems
from services.intake.metrics import REFUSED

_VIETNAMESE = {
    "missing": "bắt buộc phải có",
    "extra_forbidden": "không có mục này",
    "string_too_long": "dài quá {max_length} ký tự",
    "string_too_short": "không được để trống",
    "too_short": "không được để trống",
    "string_type": "phải là chữ",
    "string_unicode": "có ký tự hỏng",
    "string_pattern_mismatch": "không đúng dạng",
    "literal_error": "phải là một trong: {expected}",
    "bool_type": "phải là đúng hoặc sai",
    "bool_parsing": "phải là đúng hoặc sai",
    "timezone_aware": "phải kèm múi giờ",
    "control characters are not allowed": "có ký tự điều khiển",
    "outside the calendar": "thời điểm không có trong lịch",
    "model_type": "nội dung phải là một đối tượng JSON",
}
"""By pydantic's name of the error, or by the words of one of ours."""


class Rejected(HotlineError):
    """An answer of the 4xx or 5xx kind; `reason` is the label it is counted under."""

    def __init__(self, status: int, reason: str, *problems: Problem, **headers: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.problems = problems
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def answer(rejected: Rejected) -> JSONResponse:
    """The answer to a request that is not taken; counts it."""
    REFUSED.labels(rejected.reason).inc()
    body = Problems(problems=list(rejected.problems))
    return JSONResponse(body.model_dump(), rejected.status, rejected.headers)


def of_refusal(refused: Refused) -> Rejected:
    """404 for an unknown case, 409 for a stale request, 422 for what a field says."""
    problem = Problem(field=refused.field, vi=refused.vi, en=refused.en)
    if refused.stale:
        return Rejected(409, "conflict", problem)
    if refused.field == "case_id":
        return Rejected(404, "unknown-case", problem)
    return Rejected(422, "content", problem)


def of_validation(error: ValidationError) -> Rejected:
    """One problem for each field that is wrong; what was sent is not repeated."""
    return Rejected(422, "fields", *_problems(error.errors(include_input=False, include_url=False)))


def _problems(errors: Iterable[ErrorDetails]) -> Iterable[Problem]:
    for error in errors:
        english = error["msg"].removeprefix("Value error, ")
        vietnamese = _VIETNAMESE.get(english) or _VIETNAMESE.get(error["type"], "không hợp lệ")
        yield Problem(
            field=".".join(str(part)[:64] for part in error["loc"]),
            vi=vietnamese.format(**error.get("ctx", {})),
            en=english[:300],
        )
