"""The atlas of the portal: every page a citizen meets, in the states it shows, in both languages."""

from itertools import chain
from typing import Any

from playwright.async_api import Page

from libs.contracts.codes import with_check_digit
from tests.support.atlas import Act, Visit, after, press, waiting

NO_PAGE = {
    "/feed.atom": "a feed",
    "/favicon.ico": "leads to the picture",
    "/robots.txt": "for programs",
    "/sitemap.xml": "for programs",
    "/sw.js": "a script",
    "/submit/{step}": "leads to the first step",
}
"""GET addresses that answer with no page of ours → why."""

NEVER_REFUSES = {
    "/helpful": "a button alone",
    "/t/{token}/rating": "the form of /case/rating",
    "/t/{token}/reopening": "the form of /case/reopening",
}
"""POST addresses that refuse no input, or refuse it as another page does → why."""

FLOOD = "Đường vào thôn 3 ngập sâu ba ngày nay rồi, xe máy không đi được"
WHERE = "Xã Quảng Lưu, huyện Quảng Xương"
STEPS = ("where", "photos", "who", "check")
ON = "form[action^='/submit/'] button.big"


def steps(many: int, **typed: str) -> Act:
    """So many steps into the form, with these inputs on the pages where they stand."""

    async def act(page: Page) -> None:
        await page.locator("#text").fill(typed.get("text", FLOOD))
        for _ in range(many):
            for name, words in typed.items():
                if name != "text" and await page.locator(f"#{name}").count():
                    box = page.locator(f"#{name}")
                    await (box.select_option(words) if name == "field" else box.fill(words))
            await press(ON)(page)

    return act


CODES = {
    name: with_check_digit(number)
    for number, name in enumerate(
        ("new", "arbiter", "routed", "promised", "phoned", "answered", "published", "withheld", "rejected"),
        11,
    )
}
"""Case → its code; the last digits of each sender's telephone are 5678."""


def track(code: str, digits: str = "5678", act: Act | None = None) -> Act:
    """Type a code, and go on from the page of the case."""

    async def done(page: Page) -> None:
        await press("form[action='/track'] button", code=code, digits=digits)(page)
        if act:
            await act(page)

    return done


async def _reopening(page: Page) -> None:
    await page.locator("details:has(form[action$='/reopening']) > summary").click()


def _sent(**typed: str) -> Act:
    """Through all the steps; asked whether it is a known matter, it is none of these."""
    words = {"text": "Cột điện trước trạm y tế nghiêng hẳn sang một bên", **typed}
    return after(steps(4, **words), press("form[action='/submit'] button.big"))


async def _often(page: Page) -> None:
    for _ in range(11):
        await press("form[action='/track'] button", code="000000000", digits="0000")(page)
        if not await page.locator("form[action='/track']").count():
            return


async def _lost(page: Page) -> None:
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload()
    await page.context.set_offline(True)
    await page.locator("[data-offline]").wait_for(state="visible")


PUBLIC = (
    Visit("/"),
    Visit("/", state="offline", act=_lost, script=True),
    Visit("/offline"),
    Visit("/questions"),
    Visit("/questions", "/questions?q=cap+do+dich", name="found"),
    Visit("/questions", "/questions?q=xyzzy", state="empty"),
    Visit("/questions", f"/questions?q={'a' * 201}", state="refused"),
    Visit("/questions", "/questions?field=F04&thanked={entry}", name="thanked"),
    Visit("/answers"),
    Visit("/answers", "/answers?q=duong+sat", state="empty"),
    Visit("/answers", f"/answers?q={'a' * 201}", state="refused"),
    Visit("/answers/{answer_id}", "/answers/{answer}"),
    Visit("/answers/{answer_id}", "/answers/{answer}?thanked=1", name="thanked"),
    Visit("/answers/{answer_id}", "/answers/nothing", state="missing"),
)

FORM = (
    Visit("/submit"),
    Visit("/submit", "/submit?q=cap+do+dich", name="with-words"),
    Visit("/submit", state="refused", act=press(ON), sends="/submit/{step}"),
    *(Visit("/submit", name=f"{number}-{step}", act=steps(number)) for number, step in enumerate(STEPS, 1)),
    Visit(
        "/submit", state="refused", name="who", sends="/submit",
        act=after(steps(4, phone="mẹ tôi giữ máy"), press("form[action='/submit'] button.big")),
    ),
    Visit(
        "/submit", name="similar", sends="",
        act=after(
            steps(4, field="F07", place=WHERE, name="Trần Thị B", phone="0912 345 678", address="Thôn 3"),
            waiting("form[action='/submit'] input[type=radio]", press("form[action='/submit'] button.big")),
        ),
    ),
)  # fmt: skip


def _case(name: str, act: Act | None = None, **more: Any) -> Visit:
    return Visit("/case", "/track", name=name, act=track(CODES[name], act=act), **more)


OWN = (
    Visit("/track"),
    Visit("/track", state="refused", act=press("form[action='/track'] button"), sends="/track"),
    Visit("/track", state="missing", act=track("000000000", "0000"), name="case"),
    *(_case(name) for name in CODES),
    _case(
        "promised", press("form[action^='/case?'] p > button"), who="sender", state="refused", sends="/case"
    ),
    _case(
        "answered",
        press("form[action$='/rating'] button"),
        who="sender",
        state="refused",
        sends="/case/rating",
    ),
    _case(
        "withheld",
        after(_reopening, press("form[action$='/reopening'] button")),
        who="sender",
        state="refused",
        sends="/case/reopening",
    ),
    Visit("/t/{token}", "/t/{token}"),
    Visit(
        "/t/{token}",
        "/t/{token}",
        state="refused",
        act=press("form[action^='/t/'] p > button"),
        sends="/t/{token}",
    ),
    Visit("/t/{token}", "/t/nobody-has-this", state="missing"),
    Visit("/sent", "/submit", name="link", act=_sent()),
    Visit(
        "/sent",
        "/submit",
        name="digits",
        act=_sent(name="Trần Thị B", phone="0912 345 678", address="Thôn 3"),
    ),
    Visit("/track", state="often", act=_often),
)

ENGLISH = (
    *(Visit(path, who="en") for path in ("/", "/submit", "/track", "/answers", "/questions", "/offline")),
    *(
        Visit("/submit", who="en", name=f"{number}-{step}", act=steps(number))
        for number, step in enumerate(STEPS, 1)
    ),
    Visit("/answers/{answer_id}", "/answers/{answer}", "en"),
    Visit("/answers/{answer_id}", "/answers/nothing", "en", "missing"),
    Visit("/track", who="en", state="refused", act=press("form[action='/track'] button"), sends="/track"),
    *(
        Visit("/case", "/track", "en", name=name, act=track(CODES[name]))
        for name in ("promised", "answered", "rejected")
    ),
)

PARTS: dict[str, tuple[Visit, ...]] = {"public": (*PUBLIC, *FORM), "own": OWN, "english": ENGLISH}
"""The portal in tours that are short enough to be waited for."""

PORTAL: tuple[Visit, ...] = tuple(chain.from_iterable(PARTS.values()))

SURGE: tuple[Visit, ...] = (
    Visit("/submit", name="known", act=steps(1, text="tiêm vắc xin cho trẻ em ở đâu")),
)
"""While operators are overrun."""
