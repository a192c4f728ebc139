"""What an erasure leaves is decided field by field: whoever adds one says here what becomes of it.

A field that may hold words, a person's data or a way back to them belongs to `GONE`; what is nobody's to
`KEPT` or `WITHIN` of libs/contracts/remnants.py. Facts beside the case stay, so they may hold nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from libs.cli.erasures import Erasure
from libs.contracts.calls import CALL_FACTS
from libs.contracts.deliveries import DELIVERY_FACTS
from libs.contracts.events import CASE_FACTS, CaseFact
from libs.contracts.remnants import ENVELOPE, KEPT, WITHIN, remnants, revived
from libs.contracts.sidefacts import CLOCK_FACTS, LETTER_FACTS, Dead

_PERSON = "person.name person.phone person.phone_raw person.address person.email"
_FILES = "files.id files.type files.size files.sha256 files.label files.lost"
_ORIGIN = "origin.account origin.person origin.thread origin.public"
_SLIP = "slip.inputs slip.note"

GONE: Mapping[str, str] = {
    "opened": f"track_token {_PERSON} text place spot.lat spot.long {_FILES} {_ORIGIN} call spam raw",
    "added": f"text {_PERSON} {_FILES} {_ORIGIN} call raw",
    "routed": _SLIP,
    "directed": _SLIP,
    "triaged": "suggestions.words inputs",
    "released": "",
    "amended": _PERSON,
    "urgency-set": "reason",
    "rejected": "text",
    "answered-at-desk": "answer",
    "call-transferred": "detail",
    "referred": "question",
    "determined": "opinion",
    "received": "",
    "returned": "text",
    "answered-by-phone": "summary",
    "verifying": "note",
    "progress-promised": "progress",
    "information-asked": "question",
    "answered": "answer",
    "clock-paused": "note",
    "clock-resumed": "",
    "reopened": "reason",
    "published": "",
    "withheld": "note",
    "delegated": "note",
    "contacted": "note",
    "reported": "report",
    "confirmed": "note",
    "recalled": "reason",
    "contributed": "text",
    "succeeded": "",
    "joined": "",
    "follower-added": "",
    "reminded": "text",
    "instructed": "text",
    "reviewed": "text",
    "rated": "text",
    "suspected-false": "ground evidence seal",
    "verified": "note",
    "hold-placed": "reason",
    "hold-lifted": "",
}
"""Fact → what goes when its case is erased. The erasure itself is what is left."""

_BY = "by.service by.person by.name by.role by.agency"
_ANY = f"event_id at {_BY} cause pack_version"
_BESIDE = f"{_ANY} case_id case_seq"
_CLOCK = (
    "calendar hours pauses cycle tell percent promised excess number reason until change was document person"
    " stopped_at"
)
STAYS: Mapping[str, tuple[Iterable[type[BaseModel]], str]] = {
    "CLOCKS": (
        CLOCK_FACTS.values(),
        f"{_BESIDE} clock kind agency field urgent basis clause start due budget_seconds {_CLOCK}",
    ),
    "LETTERS": (
        LETTER_FACTS.values(),
        f"{_BESIDE} letter template way audience agency attempt reason gateway_id to next status",
    ),
    "DELIVERIES": (DELIVERY_FACTS.values(), f"{_ANY} way reference letter gateway_id status"),
    "DEAD": ((Dead,), "service stream seq subject error at"),
    "ERASURES": (
        (Erasure,),
        f"case_id year seq event_id at {_BY} ground reference files raw calls done",
    ),
}
"""Stream → all that its facts may hold, since no erasure reaches them: ids, codes, instants, officials."""

CALLS = (
    f"{_ANY} call leg system direction caller caller_raw dialled extension queue number result detail"
    " started_at talk_seconds waited_seconds source seconds file.id file.type file.size file.sha256"
    " file.label file.lost keep_days note"
)
"""A call of an erased case goes whole; one of no case after 90 days."""


def parts(cls: type[BaseModel], before: str = "") -> Iterator[str]:
    """Every field, those of the values inside it by a path: `slip.note`."""
    for name, info in cls.model_fields.items():
        inner = _value_in(info.annotation)
        yield from parts(inner, f"{before}{name}.") if inner else (f"{before}{name}",)


def _value_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_value_in, get_args(annotation))), None)


def marked(cls: type[BaseModel], before: str = "") -> dict[str, Any]:
    """Content with something that can be told from nothing in every field."""
    return {name: _mark(info.annotation, info, f"{before}{name}") for name, info in cls.model_fields.items()}


_SAMPLES: Mapping[Any, Any] = {
    bool: True, int: 2, float: 0.5, UUID: UUID(int=7), AwareDatetime: datetime(2026, 3, 2, tzinfo=UTC),
}  # fmt: skip


def _mark(annotation: Any, info: FieldInfo, path: str) -> Any:
    kind, words = get_origin(annotation), f"o-{path}".replace(".", "-")
    if kind is Literal:
        return get_args(annotation)[-1]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return marked(annotation, f"{path}-")
    if kind is dict:
        return {"ô": path}
    inside = [one for one in get_args(annotation) if one not in {NoneType, Ellipsis}]
    if inside:
        found = _mark(inside[0], info, path)
        return [found] if kind is tuple else found
    hexadecimal = path == "same_as" or any("[0-9a-f]{32}" in str(one) for one in info.metadata)
    return "f" * 32 if hexadecimal else _SAMPLES.get(annotation, words)


def _flat(content: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        one = value[0] if isinstance(value, list | tuple) and value else value
        if isinstance(one, dict) and "ô" not in one:
            yield from _flat(one, f"{before}{name}.")
        else:
            yield f"{before}{name}", one


def left_of(cls: type[CaseFact]) -> set[str]:
    """The fields that still say what they said once the case is erased."""
    fact = cls.model_validate(marked(cls))
    bare = revived(remnants([(1, fact)])[0])
    assert bare is not None, cls
    before, after = dict(_flat(fact.model_dump())), dict(_flat(bare.model_dump()))
    return {path for path, value in before.items() if after.get(path) == value}


def test_every_fact_says_what_is_left_of_it_and_what_goes() -> None:
    assert set(CASE_FACTS) - {"erased"} == GONE.keys()
    assert set(CASE_FACTS) >= KEPT.keys()


@pytest.mark.parametrize("token", sorted(GONE))
def test_every_field_of_a_fact_is_kept_or_goes_as_it_was_decided(token: str) -> None:
    cls = CASE_FACTS[token]
    gone = GONE[token].split()
    assert set(parts(cls)) - left_of(cls) == set(gone)
    assert set(KEPT.get(token, ())) <= cls.model_fields.keys()
    assert not {*ENVELOPE, *KEPT.get(token, ())} & set(gone)


def test_what_is_named_inside_a_value_is_a_field_of_it() -> None:
    for value, names in WITHIN.items():
        assert set(names) <= value.model_fields.keys(), value


@pytest.mark.parametrize("stream", sorted(STAYS))
def test_what_no_erasure_reaches_holds_nothing_that_was_not_decided(stream: str) -> None:
    facts, fields = STAYS[stream]
    assert {path for cls in facts for path in parts(cls)} == set(fields.split())


def test_a_call_holds_nothing_that_was_not_decided() -> None:
    assert {path for cls in CALL_FACTS.values() for path in parts(cls)} == set(CALLS.split())
