"""`python -m services.desk retention [--apply]`: which settled cases were kept long enough, and erasing them.

`retention.toml` names the classes, the first one that fits a case decides; what none fits is kept for ever.
"""

import argparse
import asyncio
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, Engine, select

from libs.contracts.errors import HotlineError
from libs.contracts.facts import derived_id
from libs.files.files import open_files
from libs.runtime.bus import broker_for, connect, disconnect
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import FollowingClock
from libs.runtime.database import open_engine, reading
from libs.runtime.directory import Directory
from services.desk.attachments import Attachments
from services.desk.domain.people import Account
from services.desk.domain.state import FINAL, CaseState, Status
from services.desk.erasing import Asked, Erasing
from services.desk.settings import Settings
from services.desk.store import CASE, seconds

YEAR = timedelta(days=365.25)
KEEPER = Account(id="retention", login="retention", name="Hết hạn lưu trữ", role="administrator")
PAGE = 500

_RETENTION = UUID("5f3b2c1e-0000-4000-8000-001022001022")


class NoRules(HotlineError):
    """The file of retention classes cannot be read."""


class Rule(BaseModel):
    """A class of cases: of these outcomes and fields, all where none is named, kept so many years."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    years: Annotated[float, Field(gt=0, le=100)]
    outcomes: tuple[Status, ...] = ()
    fields: tuple[str, ...] = ()

    def fits(self, state: CaseState) -> bool:
        return (not self.outcomes or state.status in self.outcomes) and (
            not self.fields or (state.field or "") in self.fields
        )


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    basis: Annotated[str, Field(min_length=1)]
    rules: Annotated[tuple[Rule, ...], Field(alias="class", min_length=1)]


@dataclass(frozen=True)
class Due:
    """A case that was kept long enough, by which class, and when it was settled."""

    case_id: str
    code: str
    rule: str
    settled_at: datetime


def read_rules(file: Path) -> tuple[str, tuple[Rule, ...]]:
    """(the decision they rest on, the classes in their order). Raises NoRules naming file and field."""
    try:
        found = _Rules.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NoRules(f"{file}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise NoRules(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return found.basis, found.rules


def due(connection: Connection, rules: Sequence[Rule], now: datetime) -> Iterator[Due]:
    """Settled cases that nobody holds whose time is up, page by page."""
    latest, after = seconds(now - min(one.years for one in rules) * YEAR), ""
    while True:
        query = select(CASE.c.case_id, CASE.c.state).where(
            CASE.c.case_id > after, CASE.c.status.in_(sorted(FINAL)), CASE.c.updated_at <= latest
        )
        rows = connection.execute(query.order_by(CASE.c.case_id).limit(PAGE)).all()
        for row in rows:
            if found := _due(CaseState.model_validate_json(row.state), rules, now):
                yield found
        if len(rows) < PAGE:
            return
        after = rows[-1].case_id


def _due(state: CaseState, rules: Sequence[Rule], now: datetime) -> Due | None:
    rule = next((one for one in rules if one.fits(state)), None)
    settled = state.since
    if rule is None or settled is None or state.hold or state.erased_at:
        return None
    over = settled + rule.years * YEAR <= now
    return Due(state.case_id, state.code, rule.name, settled) if over else None


def retention(settings: Settings, words: list[str]) -> int:
    """Lists what is due, or erases it with `--apply`; 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m services.desk retention")
    parser.add_argument("--apply", action="store_true", help="erase; without this, only list")
    apply = parser.parse_args(words).apply
    if settings.retention_file is None:
        print("HOTLINE_DESK_RETENTION_FILE is not set: every case is kept for ever")  # noqa: T201
        return 0
    basis, rules = read_rules(settings.retention_file)
    return asyncio.run(_run(settings, basis, rules, apply=apply))


async def _run(settings: Settings, basis: str, rules: Sequence[Rule], *, apply: bool) -> int:
    engine = open_engine(settings.database_url)
    broker = broker_for("desk", settings.nats_url, settings.nkey_seed_file)
    try:
        js = (await connect(broker, "desk")).jetstream(timeout=5)
        clock = FollowingClock()
        directory = Directory(js, clock)
        await directory.refresh()
        attachments = Attachments(engine, open_files(js))
        erasing = Erasing(engine, CaseLog(js), directory, clock, attachments)
        found = await asyncio.to_thread(_listed, engine, rules, clock.now())
        left = await erase_all(erasing, found, basis) if apply else 0
    finally:
        await disconnect(broker)
        engine.dispose()
    for one in found:
        print(one.code, one.rule, f"{one.settled_at:%Y-%m-%d}", sep="\t")  # noqa: T201
    print(f"{len(found)} cases are due" + (f", {left} could not be erased" if apply else ""))  # noqa: T201
    return 1 if left else 0


def _listed(engine: Engine, rules: Sequence[Rule], now: datetime) -> list[Due]:
    with reading(engine) as connection:
        return list(due(connection, rules, now))


async def erase_all(erasing: Erasing, found: Sequence[Due], basis: str) -> int:
    """Erase these cases, each on its own; how many could not be."""
    left = 0
    for one in found:
        command = derived_id(_RETENTION, one.case_id)
        asked = Asked(command, basis, f"Hết hạn lưu trữ, lớp {one.rule}", "retention")
        try:
            await erasing.erase(KEEPER, one.case_id, asked)
        except HotlineError:
            left += 1
    return left
