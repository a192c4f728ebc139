"""The pack's names for codes, in the reader's language; a code the pack has lost stands for itself."""

import re

from libs.packs.model import NotInPack, Pack
from libs.web.pages import short

_OPENING = re.compile(
    r"^(?:Thông tin|Các vấn đề)(?:, kiến thức tư vấn hỗ trợ)?(?: chung| cụ thể)? (?:liên quan(?: đến)?|về) "
    r"(?:việc thực hiện |yêu cầu |vấn đề |công tác )?(?:các )?"
)
_CLOSING = re.compile(
    r" (?:liên quan đến|trong giai đoạn|do tác động|do ảnh hưởng|về công tác phòng|theo chỉ đạo)\b.*"
)


def brief(name: str) -> str:
    """What a field of the regulation is about, without the formula its name opens and closes with."""
    core = _CLOSING.sub("", _OPENING.sub("", short(name, 200)))
    return short(core[:1].upper() + core[1:], 90)


class Labels:
    """What a template asks: `labels.agency(code)` …"""

    def __init__(self, pack: Pack, lang: str) -> None:
        self._pack = pack
        self._lang = lang

    def agency(self, code: str) -> str:
        """The agency's name; the hotline's own when no agency has the case."""
        if not code:
            return self._either(self._pack.name_vi, self._pack.name_en)
        try:
            agency = self._pack.agency(code)
        except NotInPack:
            return code
        return self._either(agency.name_vi, agency.name_en)

    def agencies(self) -> list[tuple[str, str]]:
        """Every agency of the pack, by name."""
        codes = dict.fromkeys(agency.code for agency in self._pack.agencies)
        return sorted(((code, self.agency(code)) for code in codes), key=lambda one: one[1])

    def field(self, code: str) -> str:
        """What the field is about, short enough for a line; `field_whole` is its name."""
        try:
            field = self._pack.field(code)
        except NotInPack:
            return code
        return brief(self._either(field.name_vi, field.name_en))

    def field_whole(self, code: str) -> str:
        """The name as the regulation has it."""
        try:
            field = self._pack.field(code)
        except NotInPack:
            return code
        return self._either(field.name_vi, field.name_en)

    def fields(self) -> list[tuple[str, str]]:
        return [(field.code, self.field(field.code)) for field in self._pack.fields]

    def channel(self, code: str) -> str:
        """The channel's name; one the pack has lost, or a row of the desk's own, under its code."""
        found = next((one for one in self._pack.channels if one.code == code), None)
        return self._either(found.name_vi, found.name_en) if found else code

    def place(self, unit: str | None) -> str:
        """`Xã Quảng Lưu, Huyện Quảng Xương`; "" for the whole province and for no place."""
        if not unit:
            return ""
        try:
            chain = self._pack.enclosing(unit)
        except NotInPack:
            return unit
        return ", ".join(one.name_vi for one in chain if one.level != "province")

    def reason(self, kind: str, code: str) -> str:
        try:
            reason = self._pack.reason(kind, code)
        except NotInPack:
            return code
        return self._either(reason.text_vi, reason.text_en)

    def clock(self, clock: str) -> str:
        """The name of the kind that the id of a clock begins with: `publish-answer-2`."""
        kinds = [kind for kind in self._pack.clocks if clock.startswith(f"{kind.code}-")]
        kind = max(kinds, key=lambda one: len(one.code), default=None)
        return self._either(kind.name_vi, kind.name_en) if kind else clock

    def hours(self, clock: str) -> int:
        """The working hours this clock of the pack allows."""
        return (self._pack.clock(clock).budget_seconds or 0) // 3600

    def _either(self, vi: str, en: str) -> str:
        return en if self._lang == "en" and en else vi
