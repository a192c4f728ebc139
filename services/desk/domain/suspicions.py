"""Decisions about a report that may be false: the evidence is sealed, the police verify (Đồng Nai 2, 5)."""

import hashlib
import json
from collections.abc import Sequence

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from services.desk.domain import handover_inputs as hands
from services.desk.domain.decisions import Moment, decides, made
from services.desk.domain.effects import Changes, on
from services.desk.domain.state import CaseState
from services.desk.domain.values_of_hands import Suspicion

WORDS, NUMBER, CHANNEL, RECEIVED, ADDED, RECORDING = (
    "words", "number", "channel", "received", "added", "recording",
)  # fmt: skip
"""What a piece of evidence is: it stands before the first colon."""


def evidence_of(state: CaseState, recording: str = "") -> tuple[str, ...]:
    """What is sealed, a piece a line: the words as they came, the number, channel and time, the recording."""
    received = state.received_at or state.opened_at
    pieces = [
        (WORDS, state.text),
        *((ADDED, more.text) for more in state.additions),
        (NUMBER, state.person.phone or state.person.phone_raw),
        (CHANNEL, state.channel),
        (RECEIVED, received.isoformat() if received else ""),
        (RECORDING, recording),
    ]
    return tuple(f"{kind}:{value}" for kind, value in pieces if value)


def seal_of(evidence: Sequence[str]) -> str:
    """SHA-256, in hex, over the pieces as one JSON list in UTF-8 without blanks."""
    canonical = json.dumps(list(evidence), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@decides(hands.SuspectFalse)
def suspect(state: CaseState, command: hands.SuspectFalse, moment: Moment) -> CaseFact:
    """Neither the person nor the answering is touched; publication waits for the result."""
    unit = command.police or moment.rules.police_of(state.place)
    if unit not in moment.rules.police:
        raise Refused(
            "Chưa có đơn vị công an nào để xác minh; hãy chọn đơn vị",
            "this is no police unit of the pack",
            field="police",
        )
    evidence = evidence_of(state, command.recording)
    return made(
        events.CaseSuspectedFalse,
        state,
        command,
        moment,
        police=unit,
        ground=command.ground,
        evidence=evidence,
        seal=seal_of(evidence),
    )


@decides(hands.Conclude)
def conclude(state: CaseState, command: hands.Conclude, moment: Moment) -> CaseFact:
    """True, a mistake, or made in bad faith: only now may anything follow for the person."""
    return made(events.CaseVerified, state, command, moment, result=command.result, note=command.note)


@on(events.CaseSuspectedFalse)
def _suspected(_: CaseState, fact: events.CaseSuspectedFalse) -> Changes:
    """The evidence stays in the fact: who reads the case does not read the packet."""
    return {
        "suspicion": Suspicion(police=fact.police, ground=fact.ground, seal=fact.seal, at=fact.at, by=fact.by)
    }


@on(events.CaseVerified)
def _verified(state: CaseState, fact: events.CaseVerified) -> Changes:
    if not state.suspicion:
        return {}
    result = {"result": fact.result, "note": fact.note}
    return {"suspicion": state.suspicion.model_copy(update=result)}
