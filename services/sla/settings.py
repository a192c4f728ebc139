"""What the clocks are told by their environment: `HOTLINE_SLA_…`."""

from datetime import time

from pydantic import Field

from libs.runtime.settings import DatabaseSettings, settings_config


class Settings(DatabaseSettings):
    """Where the clocks are kept and how closely time is watched."""

    model_config = settings_config("sla")

    operations_port: int = Field(9104, ge=0, le=65_535, description="health, readiness, metrics")
    poll_seconds: float = Field(0.5, gt=0, le=60, description="real seconds between two looks at the time")
    grace_seconds: float = Field(
        10,
        ge=0,
        le=600,
        description="a clock is heard this much later, so that an answer given in time and still on its"
        " way to the server counts; the writers' patience is 9 s",
    )
    audit_at: time = Field(
        time(2, 30), description="from when in the night every open case is folded again, in the pack's zone"
    )
