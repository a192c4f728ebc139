"""A citizen's journeys: a matter sent with a photo and followed to its end, a question answered at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect

from libs.contracts import events
from libs.contracts.codes import spoken, with_check_digit
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from tests.portal.test_pages import shown
from tests.portal.test_voices import both, facts
from tests.support.browsers import Watched, chromium, window
from tests.support.builders import a_case, make, opened, routed
from tests.support.bus import provisioned
from tests.support.history import happen
from tests.support.journeys import (
    FORMS,
    PATIENCE,
    Form,
    goes_on,
    in_every_form,
    in_two_forms,
    one_desk_for_all,
    told,
)
from tests.support.pictures import picture
from tests.support.portals import OpenPortal
from tests.support.serving import serving

pytestmark = one_desk_for_all

PUBLIC = "Chợ Vườn Hoa họp phiên vào ngày nào?"


@dataclass
class Town:
    """A portal with intake and desk behind it, and a browser before it."""

    server: NatsServer
    site: OpenPortal
    origin: str
    browser: Browser

    @asynccontextmanager
    async def somebody(self, form: Form, *expected: int) -> AsyncIterator[Watched]:
        async with window(self.browser, self.origin, form.size, java_script_enabled=form.script) as seen:
            seen.expected = set(expected)
            seen.page.context.set_default_timeout(PATIENCE)
            await seen.open("/")
            yield seen
            assert not seen.complaints, seen.complaints


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    async with (
        provisioned(folder / "nats") as server,
        both(server, folder) as (site, _),
        serving(site.app) as origin,
        chromium() as browser,
    ):
        ref = a_case()
        public = make(events.CasePublished, ref, question=PUBLIC, answer="Mồng hai và mồng bảy hằng tháng.")
        answer = make(events.CaseAnswered, ref, answer="Mồng hai và mồng bảy.")
        told_ = (opened(ref, code=with_check_digit(77)), routed(ref), answer, public)
        await shown(site, ref, await happen(server, ref, *told_))
        yield Town(server, site, origin, browser)


async def on(page: Page, words: str = "Tiếp tục") -> None:
    await page.get_by_role("button", name=words).click()


@in_every_form
async def test_a_matter_is_sent_with_a_photo_followed_answered_rated_and_opened_again(
    town: Town, form: Form
) -> None:
    number = f"098733344{FORMS.index(form)}"
    words = f"Cầu gãy ván, trẻ con đi học nguy hiểm ({form.name})"
    async with town.somebody(form, 404, 422) as seen:
        page = seen.page
        await page.get_by_role("main").get_by_role("link", name="Gửi yêu cầu").click()
        await page.get_by_label("Nội dung câu hỏi hoặc phản ánh").fill(words)
        await on(page)
        await page.get_by_label("Nơi xảy ra sự việc").fill("Thôn 3, Xã Quảng Lưu")
        await on(page)
        photo: FilePayload = {"name": "cầu.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        await page.get_by_label("Chọn ảnh").set_input_files([photo])
        await on(page)
        await page.get_by_label("Họ và tên").fill("Trần Thị B")
        await page.get_by_label("Số điện thoại").fill(number)
        await page.get_by_label("Địa chỉ liên hệ").fill("Thôn 3")
        await on(page)
        await expect(page.get_by_text("cầu.jpg")).to_be_visible()
        await page.get_by_role("button", name="Gửi yêu cầu").click()
        await expect(page.get_by_role("heading", level=1, name="Đã tiếp nhận yêu cầu")).to_be_visible()
        ref, code = await sent(town, words)
        await expect(page.get_by_text(spoken(code)).first).to_be_visible()
        await page.get_by_role("link", name="Xem tình trạng yêu cầu").click()
        for digits in ("0000", number[-4:]):
            await page.get_by_label("Mã tra cứu").fill(spoken(code))
            await page.get_by_label("4 số cuối điện thoại của Ông/Bà").fill(digits)
            await page.get_by_role("button", name="Xem kết quả").click()
        await page.get_by_label("Thông tin bổ sung").fill("Cầu nối thôn 3 với trường học")
        await page.get_by_role("button", name="Gửi bổ sung").click()
        await told(page, "Đã gửi phần bổ sung của Ông/Bà")
        now = SystemClock().now()
        answer = make(events.CaseAnswered, ref, at=now, answer="Ván cầu đã thay sáng nay.")
        seq = await goes_on(town.server, ref, routed(ref, at=now), answer)
        await shown(town.site, ref, seq)
        await page.reload()
        await expect(page.get_by_text("Ván cầu đã thay sáng nay.").first).to_be_visible()
        await rates_and_opens_again(page)


async def sent(town: Town, words: str) -> tuple[CaseRef, str]:
    """The case that the form made, as the portal shows it by now."""
    told_ = await facts(town.server)
    (case,) = [one for one in told_ if isinstance(one, events.CaseOpened) and one.text == words]
    ref = CaseRef(case.at.year, case.case_id)
    await shown(town.site, ref, 1)
    return ref, case.code


async def rates_and_opens_again(page: Page) -> None:
    for legend, words in (("Nội dung", "Bình thường"), ("Thái độ", "Hài lòng"), ("Thời gian", "Hài lòng")):
        group = page.get_by_role("group", name=legend)
        await group.get_by_role("radio", name=words, exact=True).check()
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await told(page, "Cảm ơn Ông/Bà")
    await page.get_by_text("Việc của Ông/Bà chưa được giải quyết?").click()
    await page.get_by_role("button", name="Đề nghị giải quyết tiếp").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Điều gì chưa được giải quyết?").fill("Mới thay một nửa số ván")
    await page.get_by_role("button", name="Đề nghị giải quyết tiếp").click()
    await told(page, "Yêu cầu đã được mở lại")
    await expect(page.get_by_text("Yêu cầu được mở lại để giải quyết tiếp")).to_be_visible()


@in_two_forms
async def test_a_question_finds_its_answer_which_is_found_helpful_or_goes_on_to_the_hotline(
    town: Town, form: Form
) -> None:
    async with town.somebody(form) as seen:
        page = seen.page
        await page.get_by_label("Câu hỏi của Ông/Bà").fill("tiem vac xin cho tre em")
        await page.get_by_role("button", name="Tìm").click()
        await page.get_by_role("button", name="Có", exact=True).first.click()
        await told(page, "Cảm ơn Ông/Bà đã cho biết")
        await page.get_by_label("Câu hỏi của Ông/Bà").fill("xyzzy qwrtp")
        await page.get_by_role("button", name="Tìm").click()
        await expect(page.get_by_text("Chưa có câu trả lời sẵn")).to_be_visible()
        await page.get_by_role("link", name="Tìm trong trả lời đã công khai").click()
        await page.get_by_label("Tìm trong các câu trả lời").fill("cho vuon hoa")
        await page.get_by_role("button", name="Tìm").click()
        await page.get_by_role("link", name=PUBLIC).click()
        await expect(page.get_by_text("Mồng hai và mồng bảy hằng tháng.")).to_be_visible()
        await page.get_by_role("button", name="Không", exact=True).click()
        await told(page, "Cảm ơn Ông/Bà đã cho biết")
        await page.get_by_role("link", name="Hỏi đáp").click()
        await page.get_by_label("Câu hỏi của Ông/Bà").fill("Chợ có bán hoa không?")
        await page.get_by_role("button", name="Tìm").click()
        await page.get_by_role("link", name="Gửi câu hỏi").click()
        await expect(page.get_by_label("Nội dung câu hỏi")).to_have_value("Chợ có bán hoa không?")


@in_two_forms
async def test_somebody_who_reads_english_sends_and_follows_a_request_and_goes_back_to_vietnamese(
    town: Town, form: Form
) -> None:
    async with town.somebody(form) as seen:
        page = seen.page
        await page.get_by_role("link", name="English").click()
        await page.get_by_role("main").get_by_role("link", name="Send a request").click()
        await page.get_by_label("Your question or report").fill(f"The road is flooded ({form.name})")
        for _ in range(4):
            await on(page, "Continue")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("Your look-up code")).to_be_visible()
        await sent(town, f"The road is flooded ({form.name})")
        await page.get_by_role("link", name="See the state of your request").click()
        await expect(page.get_by_text("Received").first).to_be_visible()
        await page.get_by_role("link", name="Tiếng Việt").click()
        await expect(page.get_by_text("Mới tiếp nhận").first).to_be_visible()
