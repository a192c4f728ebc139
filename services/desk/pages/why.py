"""Behind a suggestion: the words, the place, the row of the routing table; how sure it is, as sentences."""

from collections.abc import Iterator

from libs.contracts.events import Suggestion
from libs.packs.model import Pack
from libs.web.labels import Labels
from services.desk.domain.state import CaseState

PLACE_FROM = {
    "operator": "cán bộ Trực chọn",
    "place": "người gửi nêu nơi xảy ra",
    "words": "trong nội dung",
    "address": "theo địa chỉ người gửi",
}
"""Source of the place, as the router codes it → in words."""


SURE = 0.8
"""Score from which "Chắc" is said."""


def why(one: Suggestion, state: CaseState, pack: Pack) -> tuple[str, ...]:
    """The first says why the field, then where, the last by which rule the agency follows."""
    if one.rule == "proposed":
        return ("Cơ quan trả lại phiếu đề xuất cơ quan này.",)
    return tuple(_why(one, state, pack))


def _why(one: Suggestion, state: CaseState, pack: Pack) -> Iterator[str]:
    labels = Labels(pack, "vi")
    if one.words:
        said = ", ".join(f"“{word}”" for word in one.words)
        yield f"Từ ngữ {said} thường gặp ở lĩnh vực này."
    named = state.place or (state.places[0] if len(state.places) == 1 else "")
    if named:
        source = PLACE_FROM.get(state.place_from, "")
        heard = f" (“{state.place_words}”, {source})" if state.place_words and source else ""
        yield f"Địa bàn: {labels.place(named)}{heard}."
    elif state.places:
        yield f"Địa bàn chưa rõ: {len(state.places)} nơi trùng tên."
    else:
        yield "Chưa rõ địa bàn."
    rule = next((row for row in pack.routes if row.id == one.rule), None)
    yield f"Dòng {one.rule} của bảng chuyển phiếu{f': {rule.note}' if rule and rule.note else ''}."


def sureness(one: Suggestion, state: CaseState, pack: Pack) -> tuple[str, str]:
    """How sure the router is, in a word and in figures; empty for what an agency proposed."""
    if one.rule == "proposed":
        return "", ""
    others = [other.score for other in state.suggestions if other != one]
    ahead = one.score - max(others, default=0.0)
    word = "Chưa chắc" if ahead < pack.margin else "Chắc" if one.score >= SURE else "Khá chắc"
    beside = ""
    if others:
        beside = f", {'hơn gợi ý thứ hai' if ahead >= 0 else 'sau gợi ý đầu'} {_percent(abs(ahead))}"
    least = _percent(pack.margin)
    return word, f"Độ chắc chắn {_percent(one.score)}{beside}. Hệ thống tự chuyển khi hơn ít nhất {least}."


def _percent(share: float) -> str:
    return f"{round(share * 100)}%"
