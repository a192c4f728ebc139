"""From codes and instants to the words of a letter, in the reader's language and the province's zone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers

from libs.contracts.codes import spoken
from libs.contracts.errors import HotlineError
from libs.packs.letters import VariableMissing, fill
from libs.packs.model import NotInPack, Pack
from libs.worktime.calendar import CalendarError
from services.notifier.domain.letters import About, contacts
from services.notifier.gateways.gateway import Message
from services.notifier.outbox import Letter

WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
UNKNOWN = {"vi": "chưa rõ", "en": "not known"}

_ADDRESS = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z0-9-]{2,60}")
_MOBILE = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


class Hopeless(HotlineError):
    """A letter that cannot go out as it is. The message is the reason, without anything personal."""


@dataclass(frozen=True)
class Composer:
    """Writes letters out; `region` is the country to whose mobile numbers text messages go."""

    portal_url: str
    desk_url: str
    region: str = "VN"

    def compose(self, letter: Letter, pack: Pack) -> Message:
        """The letter as the gateway gets it. Raises Hopeless, saying what is wrong."""
        try:
            to = self._checked(letter.way, letter.recipient or self._of_agency(letter, pack))
            about = About.model_validate_json(letter.about)
            said = dict(self.values(letter, about, pack))
            filled = fill(pack.letter(letter.template, letter.language), said)
        except VariableMissing as error:
            raise Hopeless(error.args[0]) from error
        except (NotInPack, CalendarError) as error:
            raise Hopeless(str(error)) from error
        return Message(letter.letter, to, filled.subject, filled.body, filled.sms)

    def values(self, letter: Letter, about: About, pack: Pack) -> Iterator[tuple[str, str]]:
        """The variables this letter can fill; one it has nothing for is left out and missed by the text."""
        in_english = letter.language == "en"
        yield "code", spoken(about.code)
        yield "hotline", pack.hotline
        yield "link", self._link(letter, about)
        if about.agencies:
            agencies = [pack.agency(code) for code in about.agencies]
            yield "agency", ", ".join(one.name_en if in_english else one.name_vi for one in agencies)
        yield "field", _field(pack, about.field, in_english=in_english) or UNKNOWN[letter.language]
        if about.clock:
            clock = pack.clock(about.clock)
            yield "task", clock.name_en if in_english else clock.name_vi
        yield "place", _place(pack, about.place) or UNKNOWN[letter.language]
        for name, instant in _times(about, pack).items():
            yield name, shown(instant, pack.zone, letter.language)
        yield from _words(about, pack, in_english=in_english)

    def _link(self, letter: Letter, about: About) -> str:
        if letter.audience == "officer":
            return f"{self.desk_url}/cases/{letter.case_id}"
        return f"{self.portal_url}/t/{about.track_token}" if about.track_token else f"{self.portal_url}/track"

    def _of_agency(self, letter: Letter, pack: Pack) -> str:
        """The address in the pack in force: one that was mended meanwhile is used."""
        ways = contacts(pack, letter.agency).items()
        return next((address for way, address in ways if way == letter.way), "")

    def _checked(self, way: str, to: str) -> str:
        if way == "sms":
            return _mobile(to, self.region)
        if not _ADDRESS.fullmatch(to):
            raise Hopeless("no e-mail address")
        return to


def shown(instant: datetime, zone: str, language: str) -> str:
    """`17:30 thứ Hai, 02/03/2026`: the hour first, as it is said."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} {WEEKDAYS[language][local.weekday()]}, {local:%d/%m/%Y}"


def _field(pack: Pack, code: str, *, in_english: bool) -> str:
    """Empty for an urgent slip that went out before its field was known."""
    if not code:
        return ""
    field = pack.field(code)
    return field.name_en if in_english else field.name_vi


def _place(pack: Pack, code: str | None) -> str:
    """The unit and those it lies in, without the province."""
    units = pack.enclosing(code) if code else ()
    return ", ".join(unit.name_vi for unit in units if unit.level != "province" or len(units) == 1)


def _times(about: About, pack: Pack) -> Mapping[str, datetime]:
    """What the fact named; else, for a slip, the end of the 8 hours (Điều 10.3) by the pack's calendar."""
    if about.since is None:
        return about.times
    clock = pack.clock("answer")
    return {"due": pack.calendar(clock.calendar).add(about.since, clock.budget_seconds or 0)} | about.times


def _words(about: About, pack: Pack, *, in_english: bool) -> Iterator[tuple[str, str]]:
    for name, text in about.words.items():
        if text:
            yield name, text
    if about.reason:
        ground = pack.reason("reject", about.reason)
        text = ground.text_en if in_english else ground.text_vi
        yield "reason", ". ".join(part.rstrip(" .") for part in (text, about.words.get("reason", "")) if part)


def _mobile(number: str, region: str) -> str:
    """A mobile number of this country in E.164; fixed, toll-free and premium numbers get no text message."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        raise Hopeless("no mobile number") from None
    valid = phonenumbers.is_valid_number_for_region(parsed, region)
    if not valid or phonenumbers.number_type(parsed) not in _MOBILE:
        raise Hopeless("no mobile number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
