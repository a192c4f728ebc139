"""What the citizen will get when a form is sent, and on which way: or, loudly, that nothing is sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.contracts.codes import spoken
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
}
"""Command → the letter to the citizen that follows from it."""

_WRITTEN = "[nội dung bạn viết ở trên]"


@dataclass(frozen=True)
class Preview:
    """`way`: e-mail, SMS, or empty when there is nothing to write to; `text` as it will go."""

    way: str
    text: str


def preview(state: CaseState, pack: Pack, command: str) -> Preview | None:
    """None when the command causes no letter to the citizen."""
    code = LETTERS.get(command)
    if code is None:
        return None
    way = "thư điện tử" if state.person.email else "tin nhắn SMS" if state.person.phone else ""
    try:
        letter = fill(pack.letter(code, state.language), _values(state, pack))
    except NotInPack:
        return Preview(way, "")
    return Preview(way, letter.body if state.person.email else letter.sms)


def _values(state: CaseState, pack: Pack) -> Mapping[str, str]:
    return {
        "code": spoken(state.code),
        "link": "[đường dẫn tra cứu]",
        "hotline": pack.hotline,
        "agency": Labels(pack, state.language).agency(state.lead) if state.lead else "[cơ quan bạn chọn]",
        "due": "[hạn trả lời]",
        "promised": "[thời điểm bạn hẹn]",
        "reason": "[lý do bạn chọn]",
        **dict.fromkeys(("answer", "question", "progress"), _WRITTEN),
    }
