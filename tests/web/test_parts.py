"""Formats, languages, signed values, limits and forms."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from libs.contracts.errors import Refused
from libs.contracts.requests import NewRequest
from libs.web import formats, vendor
from libs.web.files import Static
from libs.web.forms import Form, problems_of, refused
from libs.web.language import chosen, say
from libs.web.limits import Limits, TooOften
from libs.web.pages import short
from libs.web.signing import Signer
from tests.support.webs import small_pages

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FRIDAY = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
HOUR = 3600


def test_times_are_written_as_in_vietnam_day_first_and_in_the_pack_s_zone() -> None:
    assert formats.day(FRIDAY, ZONE) == "20/11/2026"
    assert formats.moment(FRIDAY, ZONE) == "14:30 ngày 20/11/2026"
    assert formats.long_moment(FRIDAY, ZONE) == "14:30 thứ Sáu, 20/11/2026"
    assert formats.long_moment(FRIDAY, ZONE, "en") == "14:30, Fri 20 Nov 2026"


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (3 * HOUR, "còn 3 giờ", "3 hours left"),
        (-5 * HOUR, "quá hạn 5 giờ", "5 hours overdue"),
        (2 * HOUR + 1200, "còn 2 giờ 20 phút", "2 hours 20 minutes left"),
        (25 * 60, "còn 25 phút", "25 minutes left"),
        (-90_000, "quá hạn 1 ngày", "1 day overdue"),
        (59, "còn 0 phút", "0 minutes left"),
    ],
)
def test_what_is_left_of_a_time_limit_is_said_in_its_largest_unit(seconds: int, vi: str, en: str) -> None:
    assert (formats.left(seconds), formats.left(seconds, "en")) == (vi, en)


def test_numbers_have_points_for_thousands_in_vietnamese_and_commas_in_english() -> None:
    assert (formats.number(2771), formats.number(95.3, decimals=1)) == ("2.771", "95,3")
    assert (formats.number(2771, "en"), formats.number(95.3, "en", decimals=1)) == ("2,771", "95.3")


def test_days_are_counted_by_the_calendar_of_the_zone() -> None:
    late_evening = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    assert formats.days_between(late_evening, late_evening + timedelta(hours=1), ZONE) == 1
    assert formats.days_between(late_evening, late_evening, ZONE) == 0


def test_vietnamese_comes_first_and_english_when_asked() -> None:
    assert [chosen(None, None), chosen("en", None), chosen(None, "en"), chosen("fr", "xx")] == [
        "vi", "en", "en", "vi",
    ]  # fmt: skip
    assert say("Gọi {n}", "en", {"Gọi {n}": "Call {n}"}, n=1022) == "Call 1022"
    assert say("Gọi {n}", "vi", {"Gọi {n}": "Call {n}"}, n=1022) == "Gọi 1022"


def test_a_signed_value_is_read_only_unchanged_in_time_and_for_its_purpose() -> None:
    signer = Signer("secret")
    value = signer.sign("case", "mã 123", 60)
    assert signer.read("case", value) == "mã 123"
    assert signer.read("sent", value) is None
    assert Signer("other").read("case", value) is None
    assert signer.read("case", signer.sign("case", "x", -1)) is None
    ends, text, mark = value.split(".")
    forged = base64.urlsafe_b64encode(b"another").decode().rstrip("=")
    for bad in (f"{ends}.{forged}.{mark}", f"9{ends}.{text}.{mark}", "", "..", "é.é.é"):
        assert signer.read("case", bad) is None


async def test_tries_are_counted_by_person_and_end() -> None:
    limits = Limits()
    for _ in range(3):
        await limits.allow("track", "one", 3, 5)
    with pytest.raises(TooOften) as stopped:
        await limits.allow("track", "one", 3, 5)
    assert stopped.value.minutes == 5
    await limits.allow("track", "other", 3, 5)
    await limits.allow("submit", "one", 3, 5)
    for _ in range(5):
        await limits.allow("track", "", 3, 5)


def test_what_is_wrong_is_said_once_for_each_input_in_words() -> None:
    with pytest.raises(ValidationError) as error:
        NewRequest(text="", name="x" * 301)
    form = Form({"text": ""}, problems_of(error.value))
    assert form.error("text") == "Vui lòng điền mục này"
    assert form.error("name") == "Dài quá 300 ký tự, hãy viết ngắn hơn"
    assert form.error("name", "en") == "More than 300 characters"
    assert not form.error("phone")
    assert refused({}, Refused("sai", "wrong", field="phone")).error("phone") == "sai"


def test_names_of_fields_are_cut_at_a_word() -> None:
    assert short("Giao thông (đường bộ)") == "Giao thông"
    assert short("một hai ba", 7) == "một …"


def test_the_vendor_s_script_is_copied_under_a_hashed_name(tmp_path: Path) -> None:
    source = tmp_path / "htmx.org" / "dist" / "htmx.min.js"
    source.parent.mkdir(parents=True)
    (tmp_path / "htmx.org" / "package.json").write_text('{"version": "4.0.1"}')
    folder = tmp_path / "static"
    for body in ("old", "new"):
        source.write_text(body)
        copied = vendor.copy(source, folder / "vendor")
    assert [path.name for path in (folder / "vendor").glob("*.js")] == [copied.name]
    manifest = json.loads((folder / "vendor" / "manifest.json").read_text())
    assert manifest["htmx.js"]["version"] == "4.0.1"
    assert Static(folder).url("vendor/htmx.js").startswith("/static/vendor/htmx.")


def test_paragraphs_of_plain_text_stay_and_markup_in_it_is_only_text() -> None:
    show = small_pages().env.filters["paragraphs"]
    assert show("Một\nhai\n\n<script>") == "<p>Một<br>hai</p><p>&lt;script&gt;</p>"
