"""A run of the tests leaves nothing of its own in the temporary directory."""

import os
import sys
from asyncio import create_subprocess_exec
from pathlib import Path

import pytest

ONCE = """
from tests.support.databases import fresh_postgres, postgres_server

for _ in range(2):
    with postgres_server(durable=False) as maintenance, fresh_postgres(maintenance):
        pass
"""


@pytest.mark.postgres
async def test_a_database_of_the_tests_leaves_nothing_behind(tmp_path: Path) -> None:
    there = os.environ | {"TMPDIR": str(tmp_path)}
    there.pop("XDG_RUNTIME_DIR", None)
    running = await create_subprocess_exec(sys.executable, "-c", ONCE, env=there)
    assert await running.wait() == 0
    assert list(tmp_path.iterdir()) == []
