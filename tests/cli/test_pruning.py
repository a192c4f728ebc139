"""Old backups go, since they hold people's words: whole ones by their age, and what was broken off."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from libs.cli.manifest import MANIFEST, prune

FIRST = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Five nights' backups whose names say nothing of their age, two broken off, and other things."""
    for night, name in enumerate(("e", "d", "c", "b", "a")):
        at = FIRST + timedelta(days=night)
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).write_text(json.dumps({"made_at": at.isoformat()}))
        (tmp_path / name / "CASES.tar").write_bytes(b"...")
    for name, night in (("old.partial", 1), ("new.partial", 4)):
        (tmp_path / name).mkdir()
        at = FIRST + timedelta(days=night)
        os.utime(tmp_path / name, (at.timestamp(), at.timestamp()))
    (tmp_path / "not-ours").mkdir()
    (tmp_path / "erasures.jsonl").write_text("{}")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / MANIFEST).write_text("{")
    return tmp_path


def left(shelf: Path) -> set[str]:
    return {one.name for one in shelf.iterdir()}


def test_the_newest_stay_and_nothing_that_is_no_backup_is_touched(shelf: Path) -> None:
    before = left(shelf)
    assert [one.name for one in prune(shelf, 2)] == ["e", "d", "c", "old.partial"]
    assert left(shelf) == before - {"e", "d", "c", "old.partial"}
    assert (shelf / "a" / "CASES.tar").exists()


def test_fewer_than_may_stay_all_stay(shelf: Path) -> None:
    before = left(shelf)
    assert prune(shelf, 5) == []
    assert left(shelf) == before


def test_a_shelf_without_backups_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "going.partial").mkdir()
    assert prune(tmp_path, 1) == []
    assert left(tmp_path) == {"going.partial"}
