"""A database whose machine is gone, without a word, holds nobody up for a quarter of an hour."""

import socket
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from libs.runtime.database import PATIENCE, open_engine, reading


def told(url: str) -> dict[str, str]:
    """What the library that speaks to PostgreSQL was told."""
    engine = open_engine(url)
    with reading(engine) as connection:
        driver: Any = connection.connection.driver_connection
        said: dict[str, str] = driver.info.get_parameters()
    engine.dispose()
    return said


@pytest.mark.timeout(15)
def test_a_server_that_takes_the_call_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = open_engine(f"postgresql+psycopg://a:b@127.0.0.1:{silent.getsockname()[1]}/c")
        with pytest.raises(OperationalError, match="timeout"), reading(engine):
            pass


@pytest.mark.postgres
def test_a_silent_line_is_asked_after_and_given_up(postgres_url: str) -> None:
    assert told(postgres_url).items() >= {name: str(value) for name, value in PATIENCE.items()}.items()


@pytest.mark.postgres
def test_what_the_address_says_of_time_outs_holds(postgres_url: str) -> None:
    said = told(f"{postgres_url}&keepalives_idle=60&connect_timeout=9")
    assert (said["keepalives_idle"], said["connect_timeout"]) == ("60", "9")
    assert said["tcp_user_timeout"] == str(PATIENCE["tcp_user_timeout"])
