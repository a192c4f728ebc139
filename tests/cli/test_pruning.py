"""Old backups go, since they hold people's words: whole ones by their age, and what was broken off."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from libs.cli.manifest import MANIFEST, Manifest, NotThrownAway, prune
from libs.cli.snapshots import SavedStream

FIRST = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


def put(folder: Path, night: int, *streams: str) -> Path:
    """A backup of that night."""
    saved = [SavedStream(name=one, bytes=3, sha256="0" * 64, config={}, state={}) for one in streams]
    at = FIRST + timedelta(days=night)
    folder.mkdir()
    manifest = Manifest(made_at=at, server=(2, 12), before={}, streams=saved, tables=[])
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    (folder / "CASES.snapshot").write_bytes(b"...")
    os.utime(folder, (at.timestamp(), at.timestamp()))
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Five nights' backups whose names say nothing of their age, two broken off, and other things."""
    for night, name in enumerate(("e", "d", "c", "b", "a")):
        put(tmp_path / name, night, "CASES")
    put(tmp_path / "old.partial", 1, "CASES")
    put(tmp_path / "new.partial", 4, "CASES")
    put(tmp_path / "without-cases", 0, "RAW")
    (tmp_path / "latest").symlink_to(tmp_path / "e")
    for name, told in (("damaged", "{"), ("web-app", '{"made_at": "2026-01-01T00:00:00+00:00"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).write_text(told)
    (tmp_path / "downloads.partial").mkdir()
    os.utime(tmp_path / "downloads.partial", (0, 0))
    (tmp_path / "erasures.jsonl").write_text("{}")
    return tmp_path


def left(shelf: Path) -> set[str]:
    return {one.name for one in shelf.iterdir()}


def test_the_newest_stay_and_nothing_that_is_no_backup_is_touched(shelf: Path) -> None:
    before = left(shelf)
    gone = ["old.partial", "e", "d", "c"]
    assert list(prune(shelf / "a", 2)) == gone
    assert left(shelf) == before - set(gone)
    assert (shelf / "a" / "CASES.snapshot").exists()


def test_fewer_than_may_stay_all_stay(shelf: Path) -> None:
    before = left(shelf)
    assert list(prune(shelf / "a", 5)) == []
    assert left(shelf) == before


def test_the_one_just_made_stays_though_another_says_it_was_made_later(shelf: Path) -> None:
    """By a clock that was wrong that night."""
    put(shelf / "wrong", 9_999, "CASES")
    assert "a" not in list(prune(shelf / "a", 1))
    assert "wrong" not in left(shelf) and "a" in left(shelf)


def test_a_removal_that_was_broken_off_is_ended_the_next_time(shelf: Path) -> None:
    (shelf / "e").rename(shelf / "e.partial")
    (shelf / "e.partial" / MANIFEST).unlink()
    os.utime(shelf / "e.partial", (FIRST.timestamp(), FIRST.timestamp()))
    assert "e.partial" in list(prune(shelf / "a", 4))


def test_what_cannot_be_thrown_away_is_named_and_the_rest_goes(shelf: Path) -> None:
    put(shelf / "d.partial", 30, "CASES")
    with pytest.raises(NotThrownAway, match=r"d \("):
        list(prune(shelf / "a", 2))
    assert left(shelf) >= {"d", "a", "b"} and not left(shelf) & {"e", "c"}
