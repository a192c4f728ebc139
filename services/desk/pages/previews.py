"""What the citizen will get when a form is sent, and on which way: or, loudly, that nothing is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from libs.contracts.codes import spoken
from libs.packs.gsm import parts
from libs.packs.letters import fill
from libs.packs.model import NotInPack, Pack
from libs.web.labels import Labels
from services.desk.domain.state import CaseState

LETTERS: Mapping[str, str] = {
    "reject": "rejected",
    "answer-at-desk": "answered-at-desk",
    "direct": "handed-over",
    "determine": "determined",
    "verify": "verifying",
    "promise-progress": "progress",
    "ask-information": "information-asked",
    "answer": "answered",
    "join": "joined",
    "reopen": "reopened-confirmed",
}
"""Command → the letter to the citizen that follows from it; a partial answer has one of its own."""

CHATS = {"zalo": "Zalo (trong 48 giờ)", "facebook": "Facebook (trong 24 giờ)"}
"""Channels that are answered where the citizen spoke last, while the window is open."""

LINK = 45
"""Letters of the link in a text message, about."""

_WRITTEN = "[nội dung bạn viết ở trên]"


@dataclass(frozen=True)
class Preview:
    """`way`: how it goes, best way first, or empty when there is nothing to write to; `text` as it will go.

    `parts`: of a text message; `others`: how many follow the case and get the letter too; `silent`: the case
    looks like junk and nobody has judged it yet.
    """

    way: str
    text: str
    parts: int = 0
    others: int = 0
    silent: bool = False


def preview(
    state: CaseState, pack: Pack, command: str, typed: Mapping[str, str] | None = None
) -> Preview | None:
    """None when the command causes no letter to the citizen; `typed` are the form's words so far."""
    typed = typed or {}
    code = LETTERS.get(command)
    if code is None:
        return None
    if command == "answer" and typed.get("partial") == "yes" and state.missing:
        code = "answered-in-part"
    ways = _ways(state)
    try:
        values = _values(state, pack, typed)
        letter = fill(pack.letter(code, state.language), values)
        counted = fill(pack.letter(code, state.language), {**values, "link": "x" * LINK})
    except NotInPack:
        return Preview(", không được thì ".join(ways), "")
    by_text = ways[:1] == ["tin nhắn SMS"]
    return Preview(
        ", không được thì ".join(ways),
        letter.sms if by_text else letter.body,
        parts=parts(counted.sms) if by_text else 0,
        others=len(state.followers),
        silent=bool(state.spam) and not state.slips,
    )


def _ways(state: CaseState) -> list[str]:
    """As the letters go: where the citizen spoke last, else e-mail, else their telephone."""
    said = [one for one in state.additions if not one.automatic]
    channel = said[-1].channel if said else state.channel
    chat = CHATS.get(channel) if channel != state.channel or state.origin.person else None
    ways = (
        chat,
        "thư điện tử" if state.person.email else None,
        "tin nhắn SMS" if state.person.phone else None,
    )
    return [way for way in ways if way]


def _values(state: CaseState, pack: Pack, typed: Mapping[str, str]) -> Mapping[str, str]:
    labels = Labels(pack, state.language)
    agency = typed.get("lead") or typed.get("agency") or state.lead
    reasons = {one.code: one.text_vi for one in pack.reasons if one.kind == "reject"}
    return {
        "code": spoken(state.code),
        "link": "[đường dẫn tra cứu]",
        "hotline": pack.hotline,
        "agency": labels.agency(agency) if agency else "[cơ quan bạn chọn]",
        "due": "[hạn trả lời]",
        "promised": _promised(typed.get("promised_at", "")),
        "missing": "; ".join(labels.agency(one) for one in state.missing),
        "reason": typed.get("text") or reasons.get(typed.get("reason", ""), "[lý do bạn chọn]"),
        **{name: typed.get(name) or _WRITTEN for name in ("answer", "question", "progress")},
    }


def _promised(typed: str) -> str:
    """The instant as it was typed, in the province's own time."""
    try:
        return f"{datetime.fromisoformat(typed):%H:%M ngày %d/%m/%Y}"
    except ValueError:
        return "[thời điểm bạn hẹn]"
