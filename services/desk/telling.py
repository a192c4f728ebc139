"""How a deadline came about, in whole sentences and as data: for the case page and for the API."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from libs.packs.model import NotInPack, Pack
from libs.web.formats import long_moment
from libs.worktime.explain import Stretch
from services.desk.clocks import CaseTime, ClockStory

Language = Literal["vi", "en"]

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "vi": {
        "start": "Bắt đầu: {start}",
        "promise": "Cán bộ đầu mối hẹn thời điểm này; lời hẹn không tính theo giờ làm việc",
        "pause": "Tạm dừng từ {at} đến {until}: {reason} ({by})",
        "moved": "Dời từ {was} sang {due} vì lịch thay đổi, theo {document}; người áp dụng: {person}",
        "limit": "Không muộn hơn hạn của “{name}”",
        "due": "Thời hạn: {due}",
        "law": "Căn cứ: luật, {clause}",
        "policy": "Căn cứ: quy định của tỉnh, {clause}",
        "hours": "Lịch: {profile}, gói dữ liệu {version}",
        "warned": "{at}: đã dùng {percent}% thời hạn, nhắc {tell}",
        "missed": "{at}: hết thời hạn, báo {tell}",
        "escalated": "{at}: đã đến {percent}% thời hạn, báo lên {tell}",
        "number": "Hẹn quá số lần cho phép: đã báo {tell}",
        "length": "Hẹn xa quá mức cho phép: đã báo {tell}",
        "doubt": "Tính lại bằng lịch này cho kết quả khác: quản trị viên cần kiểm tra",
        "nobody": "không ai",
        "officer": "cán bộ đầu mối",
        "deputy": "cán bộ dự phòng",
        "unit_head": "thủ trưởng đơn vị",
        "supervisor": "cơ quan cấp trên",
        "province": "UBND tỉnh",
    },
    "en": {
        "start": "Start: {start}",
        "promise": "The focal officer promised this instant; a promise does not count working hours",
        "pause": "Paused from {at} to {until}: {reason} ({by})",
        "moved": "Moved from {was} to {due} by a changed calendar, on {document}; applied by {person}",
        "limit": "Not later than “{name}”",
        "due": "Due: {due}",
        "law": "Basis: law, {clause}",
        "policy": "Basis: policy of the province, {clause}",
        "hours": "Calendar: {profile}, pack {version}",
        "warned": "{at}: {percent}% of the time used, {tell} reminded",
        "missed": "{at}: the time ended, told to {tell}",
        "escalated": "{at}: {percent}% of the time, told to {tell}",
        "number": "More promises than the limit: told to {tell}",
        "length": "Promised further ahead than the limit: told to {tell}",
        "doubt": "Computed again by this calendar it comes out differently: an administrator should look",
        "nobody": "nobody",
        "officer": "the focal officer",
        "deputy": "the deputy",
        "unit_head": "the head of the unit",
        "supervisor": "the agency above",
        "province": "the province",
    },
}


def lines(story: ClockStory, pack: Pack, lang: Language) -> tuple[str, ...]:
    """Start, each stretch, pauses, what moved it, deadline, basis, calendar, and who was told when."""
    return tuple(_lines(story, pack, lang))


def _lines(story: ClockStory, pack: Pack, lang: Language) -> Iterator[str]:
    words, zone = _WORDS[lang], ZoneInfo(pack.zone)
    counted = story.explanation.lines(lang) if story.explanation else []
    yield words["start"].format(start=long_moment(story.start, zone, lang))
    yield from counted[:-1]
    if story.budget_seconds is None:
        yield words["promise"]
    for pause in story.pauses:
        span = {"at": long_moment(pause.at, zone, lang), "until": long_moment(pause.until, zone, lang)}
        yield words["pause"].format(**span, reason=_reason(pack, pause.reason, lang), by=pause.by)
    yield from (_moved(one, zone, lang) for one in story.news if one["what"] == "moved")
    if name := story.limit[lang == "en"]:
        yield words["limit"].format(name=name)
    yield counted[-1] if counted else words["due"].format(due=long_moment(story.due, zone, lang))
    if story.doubt:
        yield words["doubt"]
    yield words[story.basis].format(clause=story.clause)
    if story.hours:
        version, _, profile = story.hours.rpartition("/")
        yield words["hours"].format(profile=profile, version=version)
    yield from (_step(one, zone, lang) for one in story.news if "tell" in one)


def _moved(news: Mapping[str, Any], zone: ZoneInfo, lang: Language) -> str:
    was, due = (long_moment(datetime.fromisoformat(news[key]), zone, lang) for key in ("was", "due"))
    return _WORDS[lang]["moved"].format(was=was, due=due, document=news["document"], person=news["person"])


def _step(news: Mapping[str, Any], zone: ZoneInfo, lang: Language) -> str:
    words = _WORDS[lang]
    told = ", ".join(words.get(one, one) for one in news["tell"]) or words["nobody"]
    at = long_moment(datetime.fromisoformat(news["at"]), zone, lang)
    kind = news["excess"] if news["what"] == "stretched" else news["what"]
    return words[kind].format(at=at, percent=news.get("percent", 100), tell=told)


def _reason(pack: Pack, code: str, lang: Language) -> str:
    try:
        reason = pack.reason("pause", code)
    except NotInPack:
        return code
    return reason.text_en if lang == "en" else reason.text_vi


def as_data(time: CaseTime, pack: Pack) -> dict[str, Any]:
    """For programs: every instant with its offset, durations in seconds, both languages."""
    return {
        "clocks": [_clock(one, pack) for one in time.clocks],
        "shares": [{"agency": one.agency, "working_seconds": one.seconds} for one in time.shares],
        "total_working_seconds": time.total,
    }


def _clock(story: ClockStory, pack: Pack) -> dict[str, Any]:
    zone = ZoneInfo(pack.zone)
    version, _, profile = story.hours.rpartition("/")
    found = story.explanation
    kept = ("clock", "kind", "name_vi", "name_en", "agency", "cycle", "state", "missed", "promised",
            "start", "due", "stopped_at", "budget_seconds")  # fmt: skip
    return {
        **{name: getattr(story, name) for name in kept},
        "basis": {"kind": story.basis, "clause": story.clause},
        "calendar": {"pack": version, "profile": profile, "version": found.version if found else ""},
        "pauses": [
            {
                "begin": one.at.astimezone(zone),
                "end": one.until.astimezone(zone),
                "reason": one.reason,
                "by": one.by,
            }
            for one in story.pauses
        ],
        "said": list(story.news),
        "explanation": {
            "recomputed_alike": not story.doubt,
            "stretches": [_stretch(one, zone) for one in found.stretches] if found else [],
            "vi": list(lines(story, pack, "vi")),
            "en": list(lines(story, pack, "en")),
        },
    }


def _stretch(one: Stretch, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "begin": one.begin.astimezone(zone),
        "end": one.end.astimezone(zone),
        "counted_seconds": one.seconds,
        "paused_seconds": one.held,
        "why": one.why.value,
        "name": one.special.name if one.special else "",
        "document": one.special.document if one.special else "",
    }
