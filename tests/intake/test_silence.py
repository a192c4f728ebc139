"""A channel that has gone deaf shows in working hours, the same in every replica and after a restart."""

from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import REGISTRY

from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import ClockSetting
from services.intake.app import taker_of
from services.intake.channels.shape import Delivery
from services.intake.silence import Silence, working_hours
from tests.support.channels import app_table, replica
from tests.support.provinces import in_force, thanh_hoa

FRIDAY, MONDAY = datetime(2026, 3, 6, 9, tzinfo=UTC), datetime(2026, 3, 9, 2, tzinfo=UTC)
"""16:00 on a Friday and 09:00 on the Monday after, in Vietnam."""


def measured(name: str) -> float | None:
    return REGISTRY.get_sample_value(f"hotline_intake_{name}", {"channel": "app"})


def test_a_week_end_is_no_silence() -> None:
    weekend = working_hours(thanh_hoa(), FRIDAY, MONDAY)
    assert 0 < weekend <= 4 and working_hours(thanh_hoa(), MONDAY, FRIDAY) == 0


async def test_every_replica_asks_the_stream_when_a_channel_last_spoke(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    async with replica(server, app_table(tmp_path, silent_hours=2.5)) as (_, rt):
        rt.clock.follow(ClockSetting(mode="simulated", origin=FRIDAY, real=4e9))
        taker = taker_of(rt)
        silence = Silence(taker.channels, taker.raw, rt.directory, rt.clock)
        await taker.raw.keep("app", "k", Delivery(b"{}", FRIDAY))
        await taker.raw.keep_forged("app", Delivery(b"{}", MONDAY))
        rt.clock.follow(ClockSetting(mode="simulated", origin=MONDAY, real=4e9))
        await silence.look()
    assert measured("last_delivery_timestamp_seconds") == FRIDAY.timestamp()
    assert measured("silent_working_hours") == working_hours(thanh_hoa(), FRIDAY, MONDAY)
    assert measured("silent_limit_hours") == 2.5
