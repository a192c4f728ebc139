"""The portal in a real Chromium: phone and desktop, light and dark, with a script and without."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, FilePayload, Page, expect

from libs.contracts.codes import with_check_digit
from libs.contracts.events import (
    CaseAnswered,
    CaseInformationAsked,
    CaseProgressPromised,
    CasePublished,
    CaseReceived,
    CaseRejected,
    CaseWithheld,
)
from libs.devstack.nats_server import NatsServer
from tests.support.browsers import PHONE, Watched, chromium, needs_chromium, violations, window
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.history import happen
from tests.support.pictures import picture, telephone_photo
from tests.support.portals import portal
from tests.support.serving import serving
from tests.support.waiting import eventually

pytestmark = needs_chromium

ANSWERED, PROMISED, REJECTED, WITHHELD = (with_check_digit(number) for number in range(11, 15))
LATER = MONDAY_MORNING + timedelta(hours=3)

SOMEBODY = {"name": "Trần Thị B", "phone": "0912 345 678", "address": "Thôn 3"}

QUESTIONS = (
    ("Khi nào xã Quảng Lưu tiêm mũi hai cho người trên 50 tuổi?", "406"),
    ("Chợ huyện có được họp phiên trong tuần này không?", "406"),
    ("Người về từ Bình Dương phải khai báo y tế ở đâu, cách ly mấy ngày?", None),
)


async def _cases(server: NatsServer) -> None:
    """Published answers, and one case in each state that looks different."""
    for number, (question, place) in enumerate(QUESTIONS):
        ref = a_case()
        sent = slip(1, "SYT", place=place)
        await happen(
            server,
            ref,
            opened(ref, code=ANSWERED if number == 0 else with_check_digit(100 + number)),
            routed(ref, slip=sent),
            make(CaseReceived, ref, at=MONDAY_MORNING + timedelta(minutes=12)),
            make(
                CaseAnswered, ref, at=LATER, answer="Mời bác Mẫu ra trạm y tế xã sáng thứ Bảy, mang căn cước."
            ),
            make(
                CasePublished,
                ref,
                at=LATER + timedelta(minutes=number),
                question=question,
                answer="Trạm y tế xã tiêm vào sáng thứ Bảy hằng tuần, từ 7 giờ 30. Người dân mang theo căn "
                "cước công dân và phiếu tiêm mũi một.\n\n"
                "Người đang ốm hoặc mới khỏi bệnh báo trước cho trạm.",
            ),
        )
    ref = a_case()
    promise = make(
        CaseProgressPromised,
        ref,
        at=LATER,
        number=1,
        progress="Đã mời ba hộ lên làm việc.",
        promised_at=MONDAY_MORNING + timedelta(days=400),
    )
    asked = make(
        CaseInformationAsked, ref, at=LATER, question="Xin cho biết tên chủ quán và giờ quán hay mở cửa?"
    )
    facts = (opened(ref, code=PROMISED, field="F09"), routed(ref, slip=slip(1, "CAT", field="F09")))
    await happen(server, ref, *facts, promise, asked)
    ref = a_case()
    reject = make(
        CaseRejected, ref, at=LATER, reason="other-province", text="Mời gọi tổng đài 1022 của tỉnh Nghệ An."
    )
    await happen(server, ref, opened(ref, code=REJECTED), reject)
    ref = a_case()
    withheld = make(CaseWithheld, ref, at=LATER, ground="child")
    answered = make(CaseAnswered, ref, at=LATER, answer="Nhà trường đã làm việc với gia đình.")
    await happen(server, ref, opened(ref, code=WITHHELD), routed(ref), answered, withheld)


@asynccontextmanager
async def a_portal(server: NatsServer, folder: Path) -> AsyncIterator[tuple[Browser, str]]:
    await _cases(server)
    async with portal(server, folder) as site, serving(site.app) as origin, chromium() as browser:
        await eventually(lambda: _read(site.runtime.readiness.engine) == 6, within=10, what="all cases read")
        yield browser, origin


def _read(engine: object) -> int:
    from sqlalchemy import Engine, func, select

    from services.portal.store import CASE

    assert isinstance(engine, Engine)
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(CASE)).scalar_one())


async def _track(page: Page, code: str, digits: str = "5678") -> None:
    await page.goto(re.sub(r"(//[^/]+).*", r"\1/track", page.url))
    await page.get_by_label("Mã tra cứu").fill(code)
    await page.get_by_label("4 số cuối điện thoại của Ông/Bà").fill(digits)
    await page.get_by_role("button", name="Xem kết quả").click()


async def _on(page: Page) -> None:
    await page.get_by_role("button", name="Tiếp tục").click()


async def _send(page: Page, origin: str, text: str, **contact: str) -> None:
    """Through all the steps, with nothing but words."""
    await page.goto(f"{origin}/submit")
    await page.get_by_label("Nội dung câu hỏi hoặc phản ánh").fill(text)
    for _ in range(3):
        await _on(page)
    for label, value in contact.items():
        await page.locator(f"#{label}").fill(value)
    await _on(page)
    await page.get_by_role("button", name="Gửi yêu cầu").click()


async def _form(seen: Watched) -> None:
    """Each step of the form, filled in, refused, and looked at."""
    page = seen.page
    seen.expected = {422}
    await seen.open("/submit")
    await _on(page)
    await expect(page.locator("#summary")).to_be_focused()
    await seen.look("portal-form-wrong")
    await page.locator("#text").fill("Đường vào thôn 3 ngập sâu ba ngày nay, xe máy không đi được")
    await page.locator("#field").select_option("F07")
    await _on(page)
    await seen.look("portal-form-where")
    await page.locator("#place").fill("Thôn 3, Xã Quảng Lưu, Huyện Quảng Xương")
    await _on(page)
    await seen.look("portal-form-photos")
    files: list[FilePayload] = [
        {"name": "ngõ.jpg", "mimeType": "image/jpeg", "buffer": telephone_photo(2400, 1800)},
        {"name": "lừa.jpg", "mimeType": "image/jpeg", "buffer": b"MZ" + bytes(200)},
    ]
    await page.locator("#photos").set_input_files(files)
    await page.wait_for_timeout(500)
    await page.get_by_role("button", name="Tải ảnh lên").click()
    await expect(page.get_by_role("heading", name="Ảnh đã nhận")).to_be_visible()
    await expect(page.locator("#summary")).to_contain_text("lừa.jpg")
    await seen.look("portal-form-photos-taken")
    await page.get_by_role("button", name="Bỏ ngõ.jpg").click()
    await expect(page.get_by_role("heading", name="Ảnh đã nhận")).to_be_hidden()
    await page.locator("#photos").set_input_files(files[:1])
    await _on(page)
    await seen.look("portal-form-who")
    for name, value in SOMEBODY.items():
        await page.locator(f"#{name}").fill(value)
    await _on(page)
    await expect(page.get_by_role("heading", name="Kiểm tra lại trước khi gửi")).to_be_visible()
    await seen.look("portal-form-check")
    await page.get_by_role("button", name="Sửa Ở đâu?").click()
    await expect(page.locator("#place")).to_have_value("Thôn 3, Xã Quảng Lưu, Huyện Quảng Xương")
    await _on(page)
    await _on(page)
    await _on(page)
    await expect(page.get_by_text("ngõ.jpg")).to_be_visible()
    await page.get_by_role("button", name="Gửi yêu cầu").click()
    await expect(page.locator(".codebox")).to_be_visible()


async def _refusals(seen: Watched) -> None:
    """The states in which something is wrong."""
    page = seen.page
    seen.expected = {404, 422}
    await _send(page, seen.origin, "Chợ có mở không?", phone="mẹ tôi giữ máy")
    await expect(page.locator("#summary")).to_be_focused()
    await expect(page.locator("#phone")).to_have_value("mẹ tôi giữ máy")
    await seen.look("portal-submit-wrong")
    await _track(page, ANSWERED, "0000")
    await expect(page.locator("#summary")).to_be_focused()
    await seen.look("portal-track-wrong")
    await seen.open("/not-there")
    await seen.look("portal-missing")


async def test_the_form_with_its_photos_and_each_refusal_are_clean(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_portal(server, tmp_path / "p") as (browser, origin), window(browser, origin, PHONE) as seen:
        await _form(seen)
        await _refusals(seen)


async def test_the_pages_are_as_legible_in_the_dark_and_in_english(
    server: NatsServer, tmp_path: Path
) -> None:
    async with (
        a_portal(server, tmp_path / "p") as (browser, origin),
        window(browser, origin, PHONE, color_scheme="dark") as seen,
    ):
        await seen.open("/?lang=en")
        await expect(seen.page.locator("html")).to_have_attribute("lang", "en")
        for path in ("/", "/submit", "/track", "/answers", "/questions"):
            await seen.open(path)
            await seen.look(f"portal-dark-english{path.replace('/', '-')}")
        await seen.open("/submit")
        await seen.page.locator("#text").fill("The road is flooded")
        for step in ("where", "photos", "who", "check"):
            await seen.page.get_by_role("button", name="Continue").click()
            await seen.look(f"portal-dark-english-form-{step}")
        await seen.open("/?lang=vi")
        await _track(seen.page, PROMISED)
        await seen.look("portal-dark-case-promised")
        await _track(seen.page, REJECTED)
        await seen.look("portal-dark-case-rejected")


async def test_the_whole_way_works_without_a_script(server: NatsServer, tmp_path: Path) -> None:
    async with (
        a_portal(server, tmp_path / "p") as (browser, origin),
        window(browser, origin, PHONE, java_script_enabled=False) as seen,
    ):
        page = seen.page
        await seen.open("/submit")
        await _on(page)
        assert (await page.title()).startswith("Lỗi:")
        await page.locator("#text").fill("Chợ có mở không?")
        await _on(page)
        await _on(page)
        photo: FilePayload = {"name": "chợ.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        await page.locator("#photos").set_input_files([photo])
        await page.get_by_role("button", name="Tải ảnh lên").click()
        await page.get_by_role("button", name="Bỏ chợ.jpg").click()
        await page.locator("#photos").set_input_files([photo])
        await _on(page)
        await page.get_by_role("button", name="Quay lại").click()
        await expect(page.get_by_text("chợ.jpg").first).to_be_visible()
        await _on(page)
        for name, value in SOMEBODY.items():
            await page.locator(f"#{name}").fill(value)
        await _on(page)
        await expect(page.get_by_text("chợ.jpg")).to_be_visible()
        await page.get_by_role("button", name="Gửi yêu cầu").click()
        code = await page.locator(".codebox").get_attribute("data-code")
        await _track(page, code or "")
        await expect(page.locator("[data-status=new]")).to_be_visible()
        await page.get_by_label("Thông tin bổ sung").fill("Chợ ở xã Quảng Lưu")
        await page.get_by_role("button", name="Gửi bổ sung").click()
        await expect(page.get_by_text("Đã gửi phần bổ sung của Ông/Bà")).to_be_visible()


async def test_words_typed_survive_a_closed_page_and_the_phone_number_does_not_stay(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_portal(server, tmp_path / "p") as (browser, origin), window(browser, origin, PHONE) as seen:
        page = await seen.open("/submit")
        await page.locator("#text").press_sequentially("Đường ngập nước")
        await page.wait_for_timeout(600)
        await _on(page)
        await page.locator("#place").press_sequentially("Chợ Vườn Hoa")
        await page.wait_for_timeout(600)
        await _on(page)
        await _on(page)
        await page.locator("#phone").press_sequentially("0912345678")
        await page.wait_for_timeout(600)
        await seen.open("/")
        await seen.open("/submit")
        await expect(page.locator("#text")).to_have_value("Đường ngập nước")
        await expect(page.get_by_text("viết dở lần trước")).to_be_visible()
        await seen.look("portal-form-restored")
        await _on(page)
        await expect(page.locator("#place")).to_have_value("Chợ Vườn Hoa")
        await _on(page)
        await _on(page)
        await expect(page.locator("#phone")).to_have_value("")
        kept = await page.evaluate("JSON.stringify(localStorage)")
        assert "0912" not in kept
        await _on(page)
        await page.get_by_role("button", name="Gửi yêu cầu").click()
        await expect(page.locator(".codebox")).to_be_visible()
        assert await page.evaluate("localStorage.length") == 0


async def test_each_step_of_the_form_weighs_at_most_10_kb_and_the_first_page_30(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_portal(server, tmp_path / "p") as (browser, origin), window(browser, origin, PHONE) as seen:
        page = await seen.open("/submit")
        await page.wait_for_load_state("networkidle")
        weights = {"what": await seen.weight()}
        await page.locator("#text").fill("Đường vào thôn 3 ngập sâu ba ngày nay")
        for step in ("where", "photos", "who", "check"):
            await _on(page)
            await page.wait_for_load_state("networkidle")
            weights[step] = await seen.weight()
        print(weights)  # noqa: T201
        assert weights.pop("what") <= 30_000
        assert max(weights.values()) <= 10_000, weights


async def test_a_telephone_tells_where_it_is_only_when_asked(server: NatsServer, tmp_path: Path) -> None:
    here = {"geolocation": {"latitude": 19.8067, "longitude": 105.7852, "accuracy": 12}}
    async with (
        a_portal(server, tmp_path / "p") as (browser, origin),
        window(browser, origin, PHONE, permissions=["geolocation"], **here) as seen,
    ):
        page = await seen.open("/submit")
        await page.locator("#text").fill("Cột điện nghiêng")
        await _on(page)
        await expect(page.locator("#lat")).to_have_value("")
        await page.get_by_role("button", name="Kèm vị trí của tôi").click()
        await expect(page.get_by_text("sai số khoảng 12 m")).to_be_visible()
        await seen.look("portal-form-position")
        await page.get_by_role("button", name="Bỏ vị trí").click()
        await expect(page.locator("#lat")).to_have_value("")
        await page.get_by_role("button", name="Kèm vị trí của tôi").click()
        await expect(page.locator("#lat")).to_have_value("19.806700")
        for _ in range(3):
            await _on(page)
        await expect(page.get_by_text("19.80670, 105.78520")).to_be_visible()


async def test_a_large_photo_is_made_smaller_before_it_travels(server: NatsServer, tmp_path: Path) -> None:
    async with a_portal(server, tmp_path / "p") as (browser, origin), window(browser, origin, PHONE) as seen:
        page = await seen.open("/submit")
        await page.locator("#text").fill("Cột điện nghiêng")
        await _on(page)
        await _on(page)
        large = telephone_photo()
        file: FilePayload = {"name": "cột điện.jpg", "mimeType": "image/jpeg", "buffer": large}
        await page.locator("#photos").set_input_files([file])
        size = "document.getElementById('photos').files[0].size"
        await page.wait_for_timeout(1500)
        assert await page.evaluate(size) < len(large) / 2


async def test_the_browsers_own_back_shows_what_was_typed_also_without_a_script(
    server: NatsServer, tmp_path: Path
) -> None:
    async with (
        a_portal(server, tmp_path / "p") as (browser, origin),
        window(browser, origin, PHONE, java_script_enabled=False) as seen,
    ):
        page = await seen.open("/submit")
        await page.locator("#text").fill("Cột điện nghiêng")
        await _on(page)
        await page.locator("#place").fill("Ngõ 12")
        await _on(page)
        await _on(page)
        await page.go_back()
        await page.go_back()
        await expect(page.locator("#place")).to_have_value("Ngõ 12")
        await page.go_back()
        await expect(page.locator("#text")).to_have_value("Cột điện nghiêng")


async def test_the_checks_would_see_a_broken_page_and_a_blocked_script(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_portal(server, tmp_path / "p") as (browser, origin), window(browser, origin) as seen:
        page = await seen.open("/track")
        await page.evaluate("document.querySelector('label').remove()")
        assert [one for one in await violations(page) if one.startswith("label")]
        await page.evaluate(
            "{const s=document.createElement('script');s.textContent='window.ran=1';document.body.append(s)}"
        )
        assert not await page.evaluate("window.ran")
        await eventually(lambda: any("Content Security Policy" in one for one in seen.complaints))
