"""The steps of the form: which inputs each has, what is wrong with them, and the request they make."""

from collections.abc import Mapping

from pydantic import ValidationError

from libs.contracts.casevalues import Spot
from libs.contracts.requests import NewRequest, Problem
from libs.web.forms import problems_of

STEPS: Mapping[str, tuple[str, ...]] = {
    "what": ("text", "field"),
    "where": ("place", "lat", "long"),
    "photos": ("photos",),
    "who": ("name", "phone", "address", "email", "secret"),
    "check": (),
}
"""Step → its inputs, in the order a citizen meets them."""

ORDER = tuple(STEPS)
INPUTS = tuple(name for inputs in STEPS.values() for name in inputs)
_SHOWN_AS = {"spot": "place", "files": "photos"}


def after(step: str) -> str:
    """The step that follows."""
    return ORDER[ORDER.index(step) + 1]


def carried(values: Mapping[str, str], step: str) -> dict[str, str]:
    """What the page of this step takes along unseen: all that other steps asked for."""
    return {name: values[name] for name in INPUTS if name not in STEPS[step] and values.get(name)}


def wanted(values: Mapping[str, str], lang: str, files: tuple[str, ...] = ()) -> NewRequest:
    """The request in a form. Raises ValidationError."""
    return NewRequest(
        text=values.get("text", ""),
        name=values.get("name", ""),
        phone=values.get("phone", ""),
        address=values.get("address", ""),
        email=values.get("email", ""),
        field=values.get("field") or None,
        place=values.get("place", ""),
        spot=spot(values),
        files=files,
        secret=values.get("secret") == "yes",
        language="en" if lang == "en" else "vi",
    )


def spot(values: Mapping[str, str]) -> Spot | None:
    """The position that a telephone gave; None for none, or for one that is nowhere."""
    try:
        return Spot(lat=float(values["lat"]), long=float(values["long"]))
    except (KeyError, ValueError):
        return None


def wrong(values: Mapping[str, str], step: str) -> tuple[Problem, ...]:
    """What is wrong with the inputs of this step; the others are not looked at yet."""
    try:
        wanted(values, "vi")
    except ValidationError as error:
        return tuple(one for one in placed(problems_of(error)) if one.field in STEPS[step])
    return ()


def placed(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Problems under the names of the form's inputs; what it has no input for concerns the whole form."""
    named = ((one, _SHOWN_AS.get(one.field, one.field)) for one in problems)
    return tuple(one.model_copy(update={"field": name if name in INPUTS else ""}) for one, name in named)


def step_of(problems: tuple[Problem, ...]) -> str:
    """The page on which the first problem can be put right; the last one when none has the input."""
    fields = [problem.field for problem in problems]
    return next((step for field in fields for step, inputs in STEPS.items() if field in inputs), "check")
