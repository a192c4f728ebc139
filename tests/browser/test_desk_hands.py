"""Work in several hands in a real Chromium: coordinators, communes, the same matter, sealed evidence."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from libs.contracts import events
from libs.contracts.events import CaseFact
from libs.devstack.nats_server import NatsServer
from tests.support.browsers import DESKTOP, PHONE, chromium, needs_chromium, window
from tests.support.builders import make, routed, slip
from tests.support.desks import COMMUNE, OFFICER, OPERATOR, POLICE, STRANGER
from tests.support.deskwindow import sign_in
from tests.support.worktable import NOW, SOME, WAITS, Worktable, a_worktable

pytestmark = needs_chromium

RUBBISH = "Rác chất đống ở chợ Vườn Hoa ba ngày nay không ai thu gom, mùi rất khó chịu"


def of_officer(cls: type[CaseFact], **fields: object) -> CaseFact:
    return make(cls, SOME, at=NOW, by=OFFICER.actor(), **fields)


def of_commune(cls: type[CaseFact], **fields: object) -> CaseFact:
    return make(cls, SOME, at=NOW, by=COMMUNE.actor(), **fields)


TO_THREE = routed(SOME, at=NOW, slip=slip(1, "SYT", coordinating=("SCT", "CAT"), note="Kiểm tra giá"))
DELEGATED = (
    routed(SOME, at=NOW, slip=slip(1, "SYT", place="406")),
    of_officer(events.CaseDelegated, to="X14758", note="Xem tại chỗ"),
    of_commune(events.CaseContacted, way="phone", result="reached", contacted_at=NOW),
)
REPORTED = (*DELEGATED, of_commune(events.CaseReported, report="Đã dọn sạch lúc 9 giờ."))
PART = make(
    events.CaseContributed, SOME, at=NOW, by=STRANGER.actor(), agency="SCT", text="Giá đúng niêm yết."
)
SUSPECTED = make(
    events.CaseSuspectedFalse,
    SOME,
    at=NOW,
    by=OPERATOR.actor(),
    police="CAT",
    ground="Chợ này đã đóng từ năm ngoái",
    evidence=(f"words:{RUBBISH}", "number:+84912345678"),
    seal="0" * 64,
)


async def filled(table: Worktable) -> None:
    await table.put("three", RUBBISH, TO_THREE, PART, SUSPECTED)
    await table.put("work", RUBBISH, *DELEGATED)
    await table.put("reported", RUBBISH, *REPORTED)
    await table.put("same", RUBBISH, WAITS)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_pages_of_every_part_are_clean(
    server: NatsServer, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        await filled(table)
        parts = (
            (OPERATOR, ("same", "three"), "#act-suspect-false"),
            (OFFICER, ("reported", "three"), "#act-answer"),
            (STRANGER, ("three",), "#act-contribute"),
            (COMMUNE, ("work",), "#act-report"),
            (POLICE, ("three",), "#act-conclude"),
        )
        for account, names, act in parts:
            async with window(browser, table.origin, size) as seen:
                await sign_in(seen, account)
                await seen.look(f"hands-{account.login}-home")
                for name in names:
                    await seen.open(table.path(name))
                    if name == names[-1] and await seen.page.locator(act).count():
                        await seen.page.locator(f"{act} > summary").click()
                    await seen.look(f"hands-{account.login}-{name}")
                if account is POLICE:
                    await seen.open(f"{table.path('three')}/packet")
                    await expect(seen.page.get_by_role("alert")).to_contain_text("không còn khớp")
                    await seen.look("hands-packet")


async def test_the_same_matter_shows_itself_while_the_call_is_typed(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, chromium() as browser:
        await filled(table)
        async with window(browser, table.origin) as seen:
            page = await sign_in(seen, OPERATOR)
            await page.locator("#text").fill(RUBBISH)
            await page.locator("#phone").fill("0912 345 678")
            await page.locator("#name").focus()
            await expect(page.get_by_role("group", name="Có phải việc này?")).to_be_visible()
            assert await page.evaluate("document.activeElement.id") == "name", "the focus stays"
            await seen.look("hands-console")
            await page.get_by_label("Đúng: lưu và ghép vào hồ sơ này").first.check()
            await page.locator("#name").fill("Lê Thị Khác")
            await page.get_by_role("button", name="Lưu cuộc gọi").click()
            await expect(page.get_by_text("Đã ghép vào hồ sơ cùng việc")).to_be_visible()
            await seen.look("hands-joined")
