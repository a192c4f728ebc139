"""Every fact survives the wire, and its subject is derived from its class, one to one."""

import inspect
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from libs.contracts import (
    calls,
    contacts,
    deliveries,
    erasures,
    events,
    handovers,
    oversight,
    sidefacts,
    suspicions,
)
from libs.contracts.calls import CALL_FACTS, RANK, CallFact
from libs.contracts.casevalues import Attached
from libs.contracts.deliveries import DELIVERY_FACTS, DeliveryFact
from libs.contracts.events import CASE_FACTS, CaseAnsweredByPhone, CaseOpened, Slip
from libs.contracts.facts import Actor, Fact, Happened
from libs.contracts.happenings import HAPPENINGS, happening
from libs.contracts.sidefacts import (
    CLOCK_FACTS,
    LETTER_FACTS,
    ClockFact,
    ClockWarned,
    LetterFact,
    LetterTried,
)
from libs.contracts.streams import WRITERS
from libs.contracts.subjects import CaseRef, OnceFact, UnknownFact, case_ref, decode, fact_class, side_subject
from tests.support.builders import a_case, make, opened

AT = datetime(2026, 3, 2, 8, 0, tzinfo=timezone(timedelta(hours=7)))
COMMON = {"event_id": UUID(int=1), "case_id": "a" * 32, "at": AT, "by": Actor(service="desk")}
EXAMPLES: dict[str, Any] = {
    "slip": Slip(number=1, lead="SYT", field="F04", rule="F04"),
    "reasons": ("held",),
    "until": AT,
    "promised_at": AT,
    "number": 1,
    "received_at": AT,
    "result": "connected",
    "urgent": True,
    "person": events.Person(name="Trần Thị Mẫu"),
    "question_ids": (),
    "way": "phone",
    "contacted_at": AT,
    "to": "c" * 32,
    "case": "c" * 32,
    "year": 2026,
    "cycle": 2,
    "clock": "accept-1",
}
OF_ONE: dict[type[Happened], dict[str, Any]] = {
    erasures.CaseErased: {"ground": "asked", "history": ()},
    oversight.CaseReviewed: {"agreed": True},
    oversight.CaseRated: {"cycle": 1, "answer": 4},
    calls.CallTransferEnded: {"result": "busy"},
    calls.CallCalledBack: {"result": "reached"},
    events.CaseCallTransferred: {"number": "02373000001"},
    events.CaseContacted: {"result": "reached"},
    events.CaseVerified: {"result": "mistaken"},
    events.CaseSucceeded: {"slip": 1},
    sidefacts.ClockEscalated: {"percent": 150},
}
CLOCK: dict[str, Any] = {
    "case_seq": 3, "clock": "answer-1", "kind": "answer", "agency": "SYT", "basis": "law",
    "clause": "Điều 10.3", "start": AT, "due": AT, "stopped_at": AT, "percent": 75,
    "excess": "number", "number": 1, "reason": "waiting-for-expert", "until": AT, "change": 2, "was": AT,
    "document": "12/QĐ-UBND", "person": "Quản trị viên",
}  # fmt: skip
LETTER: dict[str, Any] = {
    "case_seq": 3, "letter": "b" * 32, "template": "slip", "way": "email", "audience": "officer",
    "attempt": 2, "reason": "refused", "to": "sms", "next": "e" * 32,
}  # fmt: skip


CALL: dict[str, Any] = {
    "call": "c" * 32, "system": "pbx", "number": "02373000001", "file": Attached(id="f" * 32),
    "source": "https://pbx.example/recordings/1.wav",
}  # fmt: skip
DELIVERY: dict[str, Any] = {"way": "email", "reference": "d" * 32}
BASES: dict[type[Happened], dict[str, Any]] = {
    ClockFact: CLOCK, LetterFact: LETTER, CallFact: CALL, DeliveryFact: DELIVERY, events.CaseFact: EXAMPLES,
}  # fmt: skip


def example(cls: type[Happened]) -> Happened:
    """A valid fact of this class."""
    given = next(examples for base, examples in BASES.items() if issubclass(cls, base))
    given = {**given, **OF_ONE.get(cls, {})}
    needed = {name for name, field in cls.model_fields.items() if field.is_required()} - set(COMMON)
    return cls(**COMMON, **{name: given.get(name, "chữ") for name in needed})


ALL = [
    *(*CASE_FACTS.values(), *CLOCK_FACTS.values(), *LETTER_FACTS.values()),
    *(*CALL_FACTS.values(), *DELIVERY_FACTS.values()),
]


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_a_fact_survives_the_wire_and_is_found_again_by_its_subject(cls: type[Happened]) -> None:
    fact = example(cls)
    if isinstance(fact, events.CaseFact):
        subject = CaseRef(2026, fact.case_id).subject(fact)
        assert case_ref(subject) == CaseRef(2026, fact.case_id)
    else:
        assert isinstance(fact, OnceFact)
        subject = side_subject(fact)
    assert decode(subject, fact.model_dump_json().encode()) == fact


GOLDEN = Path(__file__).with_name("golden.jsonl")


def test_every_fact_ever_written_can_still_be_read() -> None:
    """One line a fact and version: lines are added, never changed."""
    lines = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        fact = decode(line["subject"], json.dumps(line["fact"]).encode())
        assert fact.model_dump(mode="json", include=set(line["fact"])) == line["fact"]
    assert {fact_class(line["subject"]) for line in lines} == set(ALL)


def test_no_two_facts_share_a_token() -> None:
    bases = {Happened, Fact, sidefacts.SideFact, *BASES}
    for modules, known in (
        ((contacts, erasures, events, handovers, oversight, suspicions), CASE_FACTS),
        ((sidefacts,), {**CLOCK_FACTS, **LETTER_FACTS}),
        ((calls,), CALL_FACTS),
        ((deliveries,), DELIVERY_FACTS),
    ):
        classes = {cls for module in modules for _, cls in inspect.getmembers(module, inspect.isclass)}
        stems = [cls.stem() for cls in classes if issubclass(cls, Happened) and cls not in bases]
        assert sorted(stems) == sorted(known)


def test_thresholds_and_attempts_stand_in_the_subject() -> None:
    warned, tried = example(ClockWarned), example(LetterTried)
    assert isinstance(warned, ClockWarned)
    assert isinstance(tried, LetterTried)
    assert side_subject(warned).endswith(".answer-1.warned-75")
    assert side_subject(tried).endswith(".tried-2")


def test_a_name_of_several_words_becomes_words_with_dashes() -> None:
    assert CaseAnsweredByPhone.stem() == "answered-by-phone"


def test_a_fact_of_a_newer_version_is_unknown_not_an_accident() -> None:
    with pytest.raises(UnknownFact):
        fact_class("case.2030." + "a" * 32 + ".teleported")


def test_a_field_added_by_a_newer_writer_does_not_break_an_older_reader() -> None:
    fact = opened(a_case())
    body = fact.model_dump_json().replace('"code"', '"mood":"calm","code"', 1)
    assert CaseOpened.model_validate_json(body) == fact


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        make(events.CaseReceived, a_case(), at=datetime(2026, 3, 2, 8, 0))  # noqa: DTZ001


def test_instants_are_kept_in_utc() -> None:
    assert example(events.CaseReceived).at == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert example(events.CaseReceived).at.utcoffset() == timedelta(0)


def test_each_fact_has_one_happening_a_clock_can_name() -> None:
    assert {happening(example(cls)) for cls in CASE_FACTS.values()} <= HAPPENINGS  # type: ignore[arg-type]
    partial = make(events.CaseAnswered, a_case(), answer="chữ", missing=("SCT",), promised_at=AT, number=1)
    assert happening(partial) == "answered-in-part"
    referred = make(events.CaseTriaged, a_case(), to="arbiter", reasons=("returned-twice",))
    assert happening(referred) == "triaged-to-arbiter"


@pytest.mark.parametrize(("kind", "facts"), [("case", CASE_FACTS), ("call", CALL_FACTS)])
def test_each_fact_about_a_case_or_a_call_has_exactly_one_writer(
    kind: str, facts: dict[str, type[Happened]]
) -> None:
    writers = [one for written in WRITERS.values() for one in written if one.startswith(f"{kind}:")]
    assert sorted(writers) == sorted(f"{kind}:{token}" for token in facts)


def test_every_fact_about_a_call_says_how_far_the_call_is() -> None:
    assert set(RANK) == set(CALL_FACTS)
