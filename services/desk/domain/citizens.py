"""What citizens say of their answered case: how good the answer was, or that it solved nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from libs.contracts.facts import Actor, derived_id
from libs.contracts.requests import NotSolved, Rating, Voice
from services.desk.domain.effects import Changes, on
from services.desk.domain.state import TO_PUBLISH, CaseState
from services.desk.domain.values import Opinion

CITIZEN = "citizen"
ANSWERED = TO_PUBLISH | {"published", "withheld"}
"""Of a request that was not taken there is no answer to be judged."""


@dataclass(frozen=True)
class Terms:
    """How long and how often: days after the last step, and reopenings that one case may have this way."""

    now: datetime
    rating_days: int
    reopening_days: int
    reopenings: int
    hotline: str
    pack_version: str


def voice_id(voice: Voice) -> UUID:
    """The id of the fact: the same for every repetition."""
    return derived_id(voice.command_id, f"{CITIZEN}.{voice.case_id}.{type(voice).__name__}")


def rate(state: CaseState, root: CaseState, rating: Rating, terms: Terms) -> CaseFact:
    """Once a cycle; `root` is the case that is followed, the case itself when it follows none."""
    _check_answered(root, rating, terms, terms.rating_days)
    if any(one.cycle == rating.cycle for one in state.opinions):
        raise Refused("Ông/Bà đã đánh giá lần trả lời này rồi", "this answer was rated already", stale=True)
    return events.CaseRated(
        event_id=voice_id(rating),
        case_id=state.case_id,
        at=terms.now,
        by=Actor(service="desk", role=CITIZEN),
        pack_version=terms.pack_version,
        cycle=rating.cycle,
        agency=root.lead,
        field=root.field or "",
        answer=rating.answer,
        attitude=rating.attitude,
        timeliness=rating.timeliness,
        text=rating.text,
    )


def open_again(root: CaseState, said: NotSolved, terms: Terms) -> CaseFact:
    """A new cycle, of which the agency's supervisor is told; who decides next is the operator."""
    _check_answered(root, said, terms, terms.reopening_days)
    if root.unsolved >= terms.reopenings or root.suspicion:
        raise Refused(
            f"Yêu cầu này không mở lại qua mạng được nữa; xin gọi {terms.hotline}",
            f"this request cannot be opened again here; please call {terms.hotline}",
            stale=True,
        )
    return events.CaseReopened(
        event_id=voice_id(said),
        case_id=root.case_id,
        at=terms.now,
        by=Actor(service="desk", role=CITIZEN),
        pack_version=terms.pack_version,
        cycle=root.cycle + 1,
        reason=said.reason,
    )


def _check_answered(root: CaseState, voice: Voice, terms: Terms, days: int) -> None:
    if root.status not in ANSWERED or root.cycle != voice.cycle:
        raise Refused(
            "Yêu cầu đang được giải quyết; xin chờ câu trả lời",
            "the request is being dealt with: wait for the answer",
            stale=True,
        )
    if root.since and terms.now > root.since + timedelta(days=days):
        raise Refused(
            f"Đã quá {days} ngày kể từ khi trả lời; xin gửi yêu cầu mới hoặc gọi {terms.hotline}",
            f"more than {days} days after the answer: send a new request or call {terms.hotline}",
            stale=True,
        )


@on(events.CaseRated)
def _rated(state: CaseState, fact: events.CaseRated) -> Changes:
    said = {name: getattr(fact, name) for name in Opinion.model_fields}
    return {"opinions": (*state.opinions, Opinion(**said))}
