"""Counts the parked cases of a projection, so that somebody is told: a parked case is not worked on."""

import asyncio

from sqlalchemy import Engine, Table, func, select

from libs.runtime.database import in_thread, is_parked, reading
from libs.runtime.logs import log
from libs.runtime.metrics import PARKED_CASES
from libs.runtime.projection import DatabaseDown

EVERY = 30.0
"""Seconds between two counts."""


def count(engine: Engine, link: Table) -> int:
    """How many cases of this projection are parked."""
    with reading(engine) as connection:
        parked = select(func.count()).select_from(link).where(is_parked(link))
        return connection.execute(parked).scalar_one()


async def watch(service: str, engine: Engine, link: Table) -> None:
    """Keep the gauge right until cancelled."""
    while True:
        try:
            PARKED_CASES.labels(service).set(await in_thread(count, engine, link))
        except DatabaseDown as error:
            log("parked_not_counted", kind=type(error).__name__)
        await asyncio.sleep(EVERY)
