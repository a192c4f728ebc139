"""The atlas of the desk: a case as each of its people sees it."""

from typing import Any

from playwright.async_api import Page

from tests.support.atlas import Visit, after, holding, press, renewed, unfold
from tests.support.atlas_people import A, C, D, F, O, P, Q, S
from tests.support.deskpages import SAME

LONG = "Ngày 12/11 đoàn kiểm tra đã xuống thôn, đo tiếng ồn lúc nửa đêm và lập biên bản với chủ cơ sở."


async def _book(page: Page) -> None:
    await unfold("transfer-call")(page)
    await page.locator("#book-q").fill("so y te")
    await page.locator("#book li").first.wait_for(state="visible")


async def _session_ends(page: Page) -> None:
    """As twelve idle hours would; the words are typed before."""
    await unfold("answer")(page)
    await page.locator("#answer-answer").fill(LONG)
    csrf = await page.locator("[name=csrf]").first.input_value()
    origin = "/".join(page.url.split("/")[:3])
    await page.request.post(f"{origin}/sessions/end", form={"csrf": csrf}, headers=SAME, max_redirects=0)


async def _unsent(page: Page) -> None:
    """Sent after the page has noticed, at the next beat of its stream."""
    await page.locator("[data-offline]").wait_for(state="visible")
    await page.locator("#act-answer button:not([formaction], .unseen)").click()
    await page.locator("[data-unsent]").wait_for(state="visible")


def _case(name: str, who: str, act: str = "", **more: Any) -> Visit:
    opened = unfold(act) if act else None
    return Visit(
        "/cases/{case_id}", f"/cases/{{{name}}}", who, name=f"{name}{act and '-'}{act}", act=opened, **more
    )


def _refused(name: str, who: str, act: str, *, stale: bool = False) -> Visit:
    form = f"#act-{act} form"
    late = (holding(f"{form} [name=seen]", "1"),) if stale else ()
    written = {"answer__answer": LONG} if stale else {}
    sent = press(f"{form} button:not([formaction], .unseen)", **written)
    return Visit(
        "/cases/{case_id}", f"/cases/{{{name}}}", who, "conflict" if stale else "refused",
        after(unfold(act), *late, sent), "/cases/{case_id}/{command}", name=f"{name}-{act}",
    )  # fmt: skip


CASES = (
    _case("triage", O),
    Visit(
        "/cases/{case_id}",
        "/cases/{triage}",
        O,
        name="book",
        script=True,
        act=after(_book, renewed("#here")),
        shows=("/cases/{case_id}/here", "/agencies/found"),
    ),
    _case("three", O),
    _case("same", O, "suspect-false"),
    _case("late", F),
    _case("today", F),
    _case("asked", F),
    _case("answered", F, "publish"),
    _case("reported", F, "confirm"),
    _case("three", F, "answer"),
    _case("three", S, "contribute"),
    _case("work", C, "report"),
    _case("three", P, "conclude"),
    _case("unclear", A, "determine"),
    _case("unclear", A, "instruct"),
    _case("late", Q),
    Visit("/cases/{case_id}/packet", "/cases/{three}/packet", P),
)

REFUSALS = (
    _refused("today", F, "answer"),
    _refused("today", F, "return"),
    _refused("asked", F, "answer", stale=True),
    Visit(
        "/cases/{case_id}",
        "/cases/{today}",
        D,
        "ended",
        name="kept",
        script=False,
        code=401,
        act=after(_session_ends, press("#act-answer button:not([formaction], .unseen)")),
    ),
    Visit(
        "/cases/{case_id}",
        "/cases/{today}",
        D,
        "ended",
        script=True,
        act=after(_session_ends, _unsent),
    ),
    _refused("unclear", A, "instruct"),
    Visit("/cases/{case_id}", "/cases/{late}", S, "forbidden"),
    Visit("/cases/{case_id}", "/cases/00000000000000000000000000000000", O, "missing"),
    Visit("/cases/{case_id}/packet", "/cases/{three}/packet", O, "forbidden"),
)
