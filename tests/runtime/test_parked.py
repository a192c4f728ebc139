"""Parked cases are counted every half minute: no more is read for that than they are."""

from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from libs.runtime.database import is_parked, open_engine, reading, table, upsert, writing
from libs.runtime.parked import count
from tests.support.builders import a_case
from tests.support.probes import Link, ProbeTable

LINK = table(Link)
CASES = 2_000


@pytest.fixture
def engine(database_url: str) -> Any:
    opened_engine = open_engine(database_url)
    ProbeTable.metadata.create_all(opened_engine)
    rows = [
        {"case_id": a_case().case_id, "year": 2026, "last_seq": 1, "parked": "" if one else "received 1"}
        for one in range(CASES)
    ]
    with writing(opened_engine) as connection:
        upsert(connection, LINK, rows, key=["case_id"])
    yield opened_engine
    opened_engine.dispose()


def test_only_the_parked_ones_are_looked_at(engine: Engine) -> None:
    assert count(engine, LINK) == 1
    asked = select(LINK.c.case_id).where(is_parked(LINK))
    plain = str(asked.compile(engine, compile_kwargs={"literal_binds": True}))
    with writing(engine) as connection:
        connection.execute(text("analyze"))
        explain = "explain query plan " if engine.dialect.name == "sqlite" else "explain "
        told = " ".join(map(str, connection.execute(text(explain + plain)).all()))
    assert "probe_link_parked" in told


def test_whoever_is_taken_up_again_is_counted_no_more(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(LINK.update().where(is_parked(LINK)).values(parked=""))
    assert count(engine, LINK) == 0
    with reading(engine) as connection:
        assert connection.execute(select(LINK.c.case_id)).first()
