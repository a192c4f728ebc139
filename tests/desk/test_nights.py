"""The night's work ends by telling the desk, which tells for how long nobody did."""

from pathlib import Path

from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine
from services.desk.metrics import NIGHTLY
from services.desk.migrations import prepare
from services.desk.nights import count_nights, nightly
from tests.support.office import desk_settings


def test_the_last_step_of_a_night_is_seen_by_every_replica(
    server: NatsServer, database_url: str, tmp_path: Path
) -> None:
    engine = open_engine(database_url)
    prepare(engine)
    try:
        count_nights(engine)
        (before,) = NIGHTLY.collect()
        assert before.samples[0].value == 0, "no night yet"
        assert nightly(desk_settings(server, database_url, tmp_path), []) == 0
        count_nights(engine)
        (after,) = NIGHTLY.collect()
        assert 0 <= SystemClock().now().timestamp() - after.samples[0].value < 30
    finally:
        engine.dispose()
