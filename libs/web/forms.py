"""A form that was sent: its values, and what is wrong with them, to be shown again with nothing lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from libs.contracts.errors import Refused
from libs.contracts.requests import Problem

_SENTENCES = {
    "missing": ("Vui lòng điền mục này", "Please fill this in"),
    "string_too_short": ("Vui lòng điền mục này", "Please fill this in"),
    "too_short": ("Vui lòng điền mục này", "Please fill this in"),
    "string_too_long": ("Dài quá {max_length} ký tự, hãy viết ngắn hơn", "More than {max_length} characters"),
}
_OTHERWISE = ("Nội dung mục này chưa đúng, hãy kiểm tra lại", "This is not right, please check it")


@dataclass(frozen=True)
class Form:
    """What the template shows: `value("phone")`, `error("phone")`; `problems` feeds the summary."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str, lang: str = "vi") -> str:
        return next((told(problem, lang) for problem in self.problems if problem.field == name), "")


def told(problem: Problem, lang: str) -> str:
    return problem.en if lang == "en" else problem.vi


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """What pydantic found, in words for people, one for each input."""
    found: dict[str, Problem] = {}
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else ""
        kind = "missing" if one["input"] == "" else one["type"]
        vi, en = _SENTENCES.get(kind, _OTHERWISE)
        context = one.get("ctx", {})
        found.setdefault(name, Problem(field=name, vi=vi.format(**context), en=en.format(**context)))
    return tuple(found.values())


def refused(values: Mapping[str, str], refusal: Refused | Iterable[Problem]) -> Form:
    """The form again, with the reason why it was refused."""
    if isinstance(refusal, Refused):
        return Form(values, (Problem(field=refusal.field, vi=refusal.vi, en=refusal.en),))
    return Form(values, tuple(refusal))
