"""What the page of a case shows beside the view: names, choices, drafts, reasons."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from libs.packs.model import NotInPack
from libs.web.labels import Labels
from services.desk.desk import Desk
from services.desk.domain.privacy import KINDS, find_personal, redact
from services.desk.domain.state import CaseState
from services.desk.domain.values_of_hands import RESULT_NAMES, STAGE_NAMES
from services.desk.pages import letter_words
from services.desk.pages.previews import preview
from services.desk.pages.timeline import RESULTS, TRIAGE, WAYS, told
from services.desk.province import communes_of, police_of, public_words
from services.desk.views import CaseView


class CaseParts:
    """Made of the pack in force, afresh for each page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def labels(self) -> Labels:
        return Labels(self._desk.directory.pack, "vi")

    @property
    def _today(self) -> date:
        zone = ZoneInfo(self._desk.directory.pack.zone)
        return self._desk.clock.now().astimezone(zone).date()

    def of(self, view: CaseView, opened: str = "", typed: Mapping[str, str] | None = None) -> dict[str, Any]:
        """`typed`: what stands in the form of the command `opened`, for its letter."""
        pack, state = self._desk.directory.pack, view.state
        standing = [one for one in pack.agencies if one.in_force(self._today)]
        suggested, shown = next(iter(state.suggestions), None), view.personal == "shown"
        return {
            "view": view,
            "state": state,
            "entries": [told(entry, self.labels) for entry in reversed(view.timeline)],
            "waits": TRIAGE,
            "reasons": {
                kind: [(r.code, r.text_vi) for r in pack.reasons if r.kind == kind]
                for kind in ("reject", "return", "withhold", "call-failed")
            },
            "previews": {
                name: preview(state, pack, name, typed if name == opened else None)
                for name in view.allowed
                if shown
            },
            "suggested": suggested,
            "draft": self._draft(view),
            "spam_words": spam_words,
            **{name: getattr(letter_words, name) for name in letter_words.__all__},
            "stage_names": STAGE_NAMES,
            "result_names": RESULT_NAMES,
            "result_choices": [(code, names[0].capitalize()) for code, names in RESULT_NAMES.items()],
            "ways": WAYS,
            "contact_results": RESULTS,
            "communes": [
                (one.code, one.name_vi)
                for one in (communes_of(pack, state.lead, self._today) if "delegate" in view.allowed else ())
            ],
            "police_units": [(one.code, one.name_vi) for one in standing if one.kind == "police"],
            "police_here": police_of(pack, state.place, self._today),
        }

    def _draft(self, view: CaseView) -> dict[str, Any]:
        """A first public text without what looks like personal data, and what was found."""
        if "publish" not in view.allowed:
            return {}
        public, state = public_words(self._desk.directory.pack), view.state
        found = [
            one for text in (state.text, state.answer) for one in find_personal(text, state.person, public)
        ]
        return {
            "question": redact(state.text, state.person, public, commune=self._commune(state)),
            "answer": redact(state.answer, state.person, public),
            "found": sorted({f"{KINDS[one.kind][0]} “{one.words}”" for one in found}),
        }

    def _commune(self, state: CaseState) -> str:
        """The name of the commune the case is in, else empty."""
        try:
            unit = self._desk.directory.pack.unit(state.place or "")
        except NotInPack:
            return ""
        return unit.name_vi if unit.level == "commune" else ""


SPAM = {
    "links": "nhiều đường dẫn",
    "only-links": "chỉ có đường dẫn",
    "short-link": "đường dẫn rút gọn",
    "offer": "lời mời chào",
    "repeated": "nhiều người gửi cùng một nội dung",
    "own-address": "mạo địa chỉ của Tổng đài",
    "precedence": "thư gửi hàng loạt",
    "list-id": "thư của danh sách nhận tin",
    "list-unsubscribe": "thư của danh sách nhận tin",
    "x-spam-flag": "máy chủ thư đánh dấu thư rác",
}
"""What speaks for junk, as intake codes it; what a newer one says stands as it is."""


def spam_words(codes: tuple[str, ...]) -> str:
    """The evidence in words."""
    return "; ".join(SPAM.get(code.partition(":")[0].strip(), code) for code in codes)
