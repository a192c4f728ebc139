"""The CSV files of a pack, column by column."""

from typing import Any

from libs.packs.cells import (
    code,
    codes,
    day,
    email,
    moment,
    one_of,
    phone,
    spans,
    text,
    weekday,
    words,
    yes_no,
)
from libs.packs.entries import (
    ARBITER,
    BY_PLACE,
    Agency,
    Channel,
    Contact,
    Correction,
    Day,
    Entry,
    Field,
    Hours,
    NamedPlace,
    Reason,
    Route,
    Unit,
)
from libs.packs.questions import Notice, Question
from libs.packs.table import Column, Table


class Word(Entry):
    """A word or phrase of a list, with the reason why it stands there."""

    words: str
    note: str = ""


CODE = Column("code", code)
NAME_VI = Column("name_vi", text())
NAME_EN = Column("name_en", text())
NOTE = Column("note", text(), "")
CLAUSE = Column("clause", text(), "")
WORDS = Column("words", text(200))
BECAME = (Column("merged_into", code, None), Column("split_into", codes(), ()))
VALID = (Column("valid_from", day, None), Column("valid_to", day, None))

CHANNELS = Table("channels.csv", Channel, (CODE, NAME_VI, NAME_EN, Column("address", text(), None), CLAUSE))
AGENCIES = Table(
    "agencies.csv",
    Agency,
    (
        CODE,
        NAME_VI,
        NAME_EN,
        Column(
            "kind",
            one_of("department", "district", "commune", "police", "front", "press", "office", "other"),
        ),
        Column("unit", code, None),
        Column("supervisor", code, None),
        Column("hours", code, None),
        *BECAME,
        Column("hotline", phone, None, may_begin="+"),
        Column("email", email, None),
        Column("sms", phone, None, may_begin="+"),
        *VALID,
    ),
)
CONTACTS = Table(
    "contacts.csv",
    Contact,
    (
        Column("agency", code),
        Column("role", one_of("deputy", "unit_head")),
        NAME_VI,
        NAME_EN,
        Column("email", email, None),
        Column("sms", phone, None, may_begin="+"),
    ),
)
UNITS = Table(
    "units.csv",
    Unit,
    (
        CODE,
        NAME_VI,
        Column("level", one_of("province", "district", "commune")),
        Column("parent", code, None),
        *BECAME,
        Column("aliases", words, ()),
        *VALID,
    ),
)
FIELDS = Table(
    "fields.csv",
    Field,
    (
        CODE,
        NAME_VI,
        NAME_EN,
        Column("place", one_of("no", "optional", "required")),
        Column("clauses", words, ()),
    ),
)
ROUTES = Table(
    "routes.csv",
    Route,
    (
        Column("id", code),
        Column("field", code),
        Column("place", lambda cell: cell if cell == "*" else code(cell)),
        Column("lead", codes(*BY_PLACE, ARBITER), (), may_begin="@"),
        Column("offer", codes(*BY_PLACE), (), may_begin="@"),
        NOTE,
    ),
)
REASONS = Table(
    "reasons.csv",
    Reason,
    (
        Column("kind", one_of("reject", "return", "withhold", "call-failed", "pause")),
        CODE,
        Column("text_vi", text()),
        Column("text_en", text()),
        CLAUSE,
    ),
)
HOURS = Table(
    "hours.csv",
    Hours,
    (
        Column("profile", code),
        Column("weekday", weekday),
        Column("opens", moment),
        Column("closes", moment),
        Column("holidays", yes_no, default=True),
        *VALID,
    ),
)
DAYS = Table(
    "days.csv",
    Day,
    (
        Column("day", day),
        Column("kind", one_of("holiday", "compensatory_off", "swap_off", "swap_work", "half_day")),
        Column("name", text()),
        Column("hours", spans, None),
        Column("status", one_of("ok", "single_source", "estimate", "policy_only")),
        Column("confirmed", yes_no, None),
        Column("document", text(), ""),
        Column("profiles", codes(), ()),
    ),
)
QUESTIONS = Table(
    "faq.csv",
    Question,
    (
        Column("id", code),
        Column("field", code),
        Column("question", text(2_000)),
        Column("answer", text(10_000)),
        Column("agency", code, ""),
        Column("source", text(1_000), ""),
        Column("checked", day, None),
        Column("status", text(100)),
        *VALID,
    ),
)
NOTICES = Table(
    "notices.csv",
    Notice,
    (
        Column("id", code),
        Column("agency", code),
        Column("text", text(1_000)),
        Column("text_en", text(1_000), ""),
        Column("document", text(200), ""),
        *VALID,
    ),
)
CORRECTIONS = Table("corrections.csv", Correction, (Column("text", text(2_000)), Column("field", code), NOTE))
NAMED_PLACE = (WORDS, Column("unit_code", code), NOTE)
LANDMARKS = Table("landmarks.csv", NamedPlace, NAMED_PLACE)
OLD_NAMES = Table("old_names.csv", NamedPlace, NAMED_PLACE)
QUIET_WORDS = Table("quiet_words.csv", Word, (WORDS, NOTE))
URGENT_WORDS = Table("urgent_words.csv", Word, (WORDS, NOTE))
OTHER_PROVINCES = Table("other_provinces.csv", Word, (WORDS,))

TABLES: tuple[Table[Any], ...] = (
    CHANNELS,
    AGENCIES,
    CONTACTS,
    UNITS,
    FIELDS,
    ROUTES,
    REASONS,
    HOURS,
    DAYS,
    QUESTIONS,
    NOTICES,
    CORRECTIONS,
    LANDMARKS,
    OLD_NAMES,
    QUIET_WORDS,
    URGENT_WORDS,
    OTHER_PROVINCES,
)
