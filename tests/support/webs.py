"""A small site for tests of the pages' common parts."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from libs.web.files import Static
from libs.web.pages import TEMPLATES, Pages
from libs.web.site import Site

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def a_site() -> Site:
    return Site("Tổng đài Tỉnh Nhỏ", "Small Province hotline", "1022", ZoneInfo("Asia/Ho_Chi_Minh"))


def small_pages(templates: Path = TEMPLATES) -> Pages:
    """The common templates alone."""
    return Pages(templates, static=Static(), site=a_site, now=lambda: NOW)
