"""From the texts of a pack's files to the pack: read all, check all, and only then build."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from libs.packs import checks, tables
from libs.packs.checks_calendar import check_calendars, check_swaps, check_weeks
from libs.packs.checks_clocks import check_clocks
from libs.packs.checks_heirs import check_heirs, check_supervisors
from libs.packs.checks_routes import check_routes
from libs.packs.clocks import CLOCKS, read_clocks
from libs.packs.draft import Draft, Report
from libs.packs.entries import Letter
from libs.packs.errors import Problem
from libs.packs.letters import read_letter
from libs.packs.model import Pack
from libs.packs.settings import PACK, read_pack

CHECKS = (
    checks.check_uniqueness,
    checks.check_dates,
    checks.check_references,
    checks.check_tree,
    checks.check_hours,
    checks.check_contacts,
    check_heirs,
    check_supervisors,
    check_weeks,
    check_swaps,
    check_clocks,
    check_routes,
)


def build(texts: Mapping[str, str], digest: str, problems: list[Problem]) -> Pack | None:
    """The pack in these texts (file name → text); none, and every problem added, if there are any."""

    def report(file: str, line: int, field: str, vi: str, en: str) -> None:
        problems.append(Problem(file, line, field, vi, en))

    draft = _read(texts, problems)
    _check_settings(draft, report)
    for check in CHECKS:
        check(draft, report)
    if problems:
        return None
    pack = draft.pack(f"{draft.settings['id']}-{digest}")
    check_calendars(draft, pack, report)
    return None if problems else pack


def _read(texts: Mapping[str, str], problems: list[Problem]) -> Draft:
    settings, found = read_pack(texts[PACK]) if PACK in texts else ({}, [])
    problems += found
    clocks, found = read_clocks(texts[CLOCKS]) if CLOCKS in texts else ([], [])
    problems += found
    rows = {}
    for table in tables.TABLES:
        rows[table.file], found = table.read(texts[table.file]) if table.file in texts else ([], [])
        problems += found
    return Draft(
        settings=settings,
        clocks=clocks,
        letters=_letters(texts, problems),
        rows=rows,
        broken=frozenset(problem.file for problem in problems) | (rows.keys() - texts.keys()),
        texts=texts,
    )


def _letters(texts: Mapping[str, str], problems: list[Problem]) -> list[Letter]:
    letters = []
    for file in sorted(name for name in texts if name.startswith("letters/")):
        letter, found = read_letter(file.removeprefix("letters/"), texts[file])
        problems += found
        if letter:
            letters.append(letter)
    return letters


def _check_settings(draft: Draft, report: Report) -> None:
    first, last = draft.settings.get("first_day"), draft.settings.get("last_day")
    if first and last and first > last:
        report(PACK, draft.line(PACK, "last_day"), "last_day", "trước first_day", "is before first_day")
    agencies = draft.codes("agencies.csv")
    for key in ("desk", "arbiter", "province_office"):
        code = draft.settings.get(key)
        if code and agencies is not None and code not in agencies:
            vi, en = f"không có cơ quan {code!r}", f"there is no agency {code!r}"
            report(PACK, draft.line(PACK, key), key, vi, en)
    zone = draft.settings.get("zone")
    if isinstance(zone, str):
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            report(PACK, draft.line(PACK, "zone"), "zone", "múi giờ không biết", "unknown time zone")
