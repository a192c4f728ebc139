"""docs/settings.md says what the services read, and of every setting what it is for."""

from pathlib import Path

from ops.settings import page

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_of_settings_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m ops.settings"


def test_every_setting_is_explained() -> None:
    assert [line for line in page().splitlines() if line.endswith("|  |")] == []
