"""From codes and instants to the words of a letter, in the reader's language and the province's zone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers

from libs.contracts.codes import spoken
from libs.contracts.errors import HotlineError
from libs.contracts.subjects import CaseRef
from libs.packs.entries import PROVINCE, Contact
from libs.packs.letters import VariableMissing, fill
from libs.packs.model import Agency, ClockKind, Field, NotInPack, Pack
from libs.worktime.calendar import CalendarError
from services.notifier.domain.about import About
from services.notifier.domain.contacts import contacts, opening, position
from services.notifier.gateways.gateway import Message
from services.notifier.outbox import Letter
from services.notifier.partners import change

WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
UNKNOWN = {"vi": "chưa rõ", "en": "not known"}
HOURS, MINUTES = {"vi": "giờ", "en": "h"}, {"vi": "phút", "en": "min"}
EXCESS = {
    "vi": {"number": "quá số lần", "length": "quá xa"},
    "en": {"number": "too often", "length": "too far ahead"},
}
URGENT, URGENT_SMS = "[KHẨN] ", "KHAN! "

_ADDRESS = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z0-9-]{2,60}")
_MOBILE = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


@dataclass(frozen=True, slots=True)
class Reminder:
    """The clock that a letter reminds of, and from when on the letter may go."""

    clock: str
    opens: datetime


class Hopeless(HotlineError):
    """A letter that cannot go out as it is. The message is the reason, without anything personal."""


class Unreachable(Hopeless):
    """A letter that cannot go on its way, but may on another."""


@dataclass(frozen=True)
class Composer:
    """Writes letters out; `region` is the country to whose mobile numbers text messages go."""

    portal_url: str
    desk_url: str
    region: str = "VN"

    def compose(self, letter: Letter, pack: Pack) -> Message:
        """The letter as the gateway gets it. Raises Hopeless, saying what is wrong."""
        try:
            to = self._checked(letter.way, letter.recipient or _address(letter, pack))
            about = About.model_validate_json(letter.about)
            if letter.way == "webhook":
                return Message(letter.letter, to, "", change(letter, about, pack), "")
            said = dict(self.values(letter, about, pack))
            filled = fill(pack.letter(letter.template, letter.language), said)
        except VariableMissing as error:
            raise Hopeless(error.args[0]) from error
        except (NotInPack, CalendarError) as error:
            raise Hopeless(str(error)) from error
        urgent = about.urgent and letter.audience != "citizen"
        subject, sms = (URGENT, URGENT_SMS) if urgent else ("", "")
        return Message(
            letter.letter,
            to,
            subject + filled.subject,
            filled.body,
            sms + filled.sms,
            template=letter.template,
            said=said,
            case=CaseRef(about.year, letter.reader or letter.case_id) if about.year else None,
            thread=about.thread,
        )

    def reminder(self, letter: Letter, pack: Pack, now: datetime) -> Reminder | None:
        """What a reminder has to wait for, None for other letters. Raises Hopeless."""
        about = About.model_validate_json(letter.about)
        if not about.reminds:
            return None
        try:
            opens = now if about.urgent else opening(pack, letter.agency, now)
        except (NotInPack, CalendarError) as error:
            raise Hopeless(str(error)) from error
        return Reminder(about.reminds, opens)

    def values(self, letter: Letter, about: About, pack: Pack) -> Iterator[tuple[str, str]]:
        """The variables this letter can fill; one it has nothing for is left out and missed by the text."""
        in_english = letter.language == "en"
        yield "code", spoken(about.code)
        yield "hotline", pack.hotline
        yield "link", self._link(letter, about)
        named = {"agency": about.agencies, "former": (about.former,), "missing": about.missing}
        for name, codes in named.items():
            if any(codes):
                yield name, ", ".join(_name(pack.agency(code), in_english=in_english) for code in codes)
        if letter.agency:
            reader = position(pack, letter.agency, letter.audience) or pack.agency(letter.agency)
            yield "to", _name(reader, in_english=in_english)
        yield "field", _field(pack, about.field, in_english=in_english) or UNKNOWN[letter.language]
        if about.clock:
            yield "task", _name(pack.clock(about.clock), in_english=in_english)
        yield "place", _place(pack, about.place) or UNKNOWN[letter.language]
        for name, instant in _times(letter, about, pack).items():
            yield name, shown(instant, pack.zone, letter.language)
        yield from _spans(about, pack, letter.language)
        yield from _words(about, pack, in_english=in_english)

    def _link(self, letter: Letter, about: About) -> str:
        if letter.audience != "citizen":
            return f"{self.desk_url}/cases/{letter.case_id}"
        return f"{self.portal_url}/t/{about.track_token}" if about.track_token else f"{self.portal_url}/track"

    def _checked(self, way: str, to: str) -> str:
        if way in {"sms", "zns"}:
            return _mobile(to, self.region)
        if way == "email" and not _ADDRESS.fullmatch(to):
            raise Unreachable("no e-mail address")
        if not to:
            raise Unreachable("no address")
        return to


def shown(instant: datetime, zone: str, language: str) -> str:
    """`17:30 thứ Hai, 02/03/2026`: the hour first, as it is said."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} {WEEKDAYS[language][local.weekday()]}, {local:%d/%m/%Y}"


def span(seconds: int, language: str) -> str:
    """Working time as it is said: `1 giờ 30 phút`; what is left of a minute counts as a whole one."""
    hours, minutes = divmod(-(-seconds // 60), 60)
    said = [f"{hours} {HOURS[language]}"] if hours else []
    if minutes or not hours:
        said.append(f"{minutes} {MINUTES[language]}")
    return " ".join(said)


def _address(letter: Letter, pack: Pack) -> str:
    """The address in the pack in force: one that was mended meanwhile is used."""
    ways = contacts(pack, letter.agency, letter.audience).items()
    return next((address for way, address in ways if way == letter.way), "")


def _name(named: Agency | Contact | ClockKind | Field, *, in_english: bool) -> str:
    return named.name_en if in_english else named.name_vi


def _field(pack: Pack, code: str, *, in_english: bool) -> str:
    """Empty for an urgent slip that went out before its field was known."""
    if not code:
        return ""
    return _name(pack.field(code), in_english=in_english)


def _place(pack: Pack, code: str | None) -> str:
    """The unit and those it lies in, without the province."""
    units = pack.enclosing(code) if code else ()
    return ", ".join(unit.name_vi for unit in units if unit.level != "province" or len(units) == 1)


def _times(letter: Letter, about: About, pack: Pack) -> Mapping[str, datetime]:
    """What the fact named; else the end of the time for the answer (Điều 10.3), or for a part of it."""
    if about.since is None:
        return about.times
    lead, answer = next(iter(about.agencies), ""), pack.clock("answer")
    part = next((kind for kind in pack.clocks if kind.owner == about.owner and kind.budget_seconds), None)
    if about.owner == "lead" or part is None:
        due = _end(pack, answer, lead, about.answer_since or about.since)
    else:
        due = _end(pack, part, letter.agency, about.since)
        if part.within and about.answer_since:
            limit = _end(pack, pack.clock(part.within), lead, about.answer_since)
            due = min(due, limit) if limit > about.since else due
    return {"due": due} | about.times


def _end(pack: Pack, kind: ClockKind, owner: str, start: datetime) -> datetime:
    return pack.calendar(pack.hours_of(kind, owner)).add(start, kind.budget_seconds or 0)


def _spans(about: About, pack: Pack, language: str) -> Iterator[tuple[str, str]]:
    """How much working time is left of a clock, or by how much it is late."""
    at, due = about.times.get("at"), about.times.get("due")
    if at and due:
        calendar = pack.calendar(about.hours.rpartition("/")[2] or PROVINCE)
        name = "left" if at <= due else "late"
        yield name, span(calendar.between(min(at, due), max(at, due)), language)


def _words(about: About, pack: Pack, *, in_english: bool) -> Iterator[tuple[str, str]]:
    yield from ((name, text) for name, text in about.words.items() if text)
    if about.excess:
        yield "excess", EXCESS["en" if in_english else "vi"][about.excess]
    if about.reason:
        ground = pack.reason("reject", about.reason)
        text = ground.text_en if in_english else ground.text_vi
        yield "reason", ". ".join(part.rstrip(" .") for part in (text, about.words.get("reason", "")) if part)


def _mobile(number: str, region: str) -> str:
    """A mobile number of this country in E.164; fixed, toll-free and premium numbers get no text message."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        raise Unreachable("no mobile number") from None
    valid = phonenumbers.is_valid_number_for_region(parsed, region)
    if not valid or phonenumbers.number_type(parsed) not in _MOBILE:
        raise Unreachable("no mobile number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
