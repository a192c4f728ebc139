"""Every test of this room runs on a server in UTC and on one in Vietnam: its zone must not matter."""

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("room", max_examples=80)
settings.register_profile("thorough", max_examples=10_000)
if settings.get_current_profile_name() == "default":  # else --hypothesis-profile chose
    settings.load_profile("room")


@pytest.fixture(scope="module", params=["UTC", "Asia/Ho_Chi_Minh"], autouse=True)
def server_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()
