"""docs/events.md says what the code says."""

from pathlib import Path

from libs.cli.events import document

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_page_of_facts_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run: hotline events > docs/events.md"
