"""The night's work (ops/nightly.sh) says here that all of it was done, so that a night without it is told."""

import argparse
import asyncio

from sqlalchemy import Engine, func, select

from libs.runtime.database import open_engine, reading
from libs.runtime.logs import log
from services.desk.changes import CHANGE, record_change
from services.desk.domain.people import Account
from services.desk.metrics import NIGHTLY
from services.desk.migrations import prepare
from services.desk.settings import Settings

KEEPER = Account(id="nightly", login="nightly", name="Việc ban đêm", role="administrator")
EVERY = 60.0
"""Seconds between two looks."""


def nightly(settings: Settings, words: list[str]) -> int:
    """Writes down that every step of this night is done."""
    argparse.ArgumentParser(prog="python -m services.desk nightly").parse_args(words)
    engine = open_engine(settings.database_url)
    try:
        prepare(engine)
        record_change(engine, KEEPER, "nightly")
    finally:
        engine.dispose()
    return 0


async def tell_nights(engine: Engine) -> None:
    """Keep the figure, for ever."""
    while True:
        try:
            await asyncio.to_thread(count_nights, engine)
        except Exception as error:
            log("nights_postponed", kind=type(error).__name__)
        await asyncio.sleep(EVERY)


def count_nights(engine: Engine) -> None:
    """Set the gauge: 0 when there was none."""
    query = select(func.max(CHANGE.c.at)).where(CHANGE.c.what == "nightly")
    with reading(engine) as connection:
        NIGHTLY.set(connection.execute(query).scalar() or 0)
