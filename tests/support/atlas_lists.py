"""The atlas of the desk: calls, and the lists people work through."""

from playwright.async_api import Page

from tests.support.atlas import Visit, press, renewed
from tests.support.atlas_people import A, C, F, K, O, P, Q, S
from tests.support.browsers import listening

RUBBISH = "Rác chất đống ở chợ Vườn Hoa ba ngày nay không ai thu gom, mùi rất khó chịu"


async def _sought(page: Page) -> None:
    await page.locator("#q").fill("tiem vac xin")
    await page.locator(".hits li").first.wait_for(state="visible")


async def _alike(page: Page) -> None:
    await page.locator("#text").fill(RUBBISH)
    await page.locator("#phone").fill("0912 345 678")
    await page.locator("#name").focus()
    await page.get_by_role("group", name="Có phải việc này?").wait_for(state="visible")


async def _no_line(page: Page) -> None:
    await listening(page)
    await page.context.set_offline(True)
    await page.locator("[data-offline]").wait_for(state="visible")


CALLS = (
    Visit("/calls/new", who=O, shows=("/calls/ringing",)),
    Visit("/calls/new", who=O, name="renewed", script=True, act=renewed("#menu"), shows=("/menu",)),
    Visit(
        "/calls/new",
        who=O,
        name="hits",
        script=True,
        shows=("/questions",),
        act=_sought,
    ),
    Visit("/calls/new", who=O, name="alike", script=True, act=_alike),
    Visit("/triage", who=O, state="offline", script=True, act=_no_line),
    Visit("/calls/new", "/calls/new?call={call}", O, name="from-a-call"),
    Visit("/calls/new", who=O, state="refused", act=press("button[value=save]"), sends="/calls/new"),
    Visit("/calls", who=O),
    Visit("/calls/{call}/returned", "/calls/{missed}/returned", O),
    Visit(
        "/calls/{call}/returned",
        "/calls/{missed}/returned",
        O,
        "refused",
        press("form[action$=returned] button", result="settled"),
        "/calls/{call}/returned",
    ),
    Visit("/calls/{call}/returned", "/calls/00000000000000000000000000000000/returned", O, "missing"),
    Visit("/agencies", who=O),
    Visit("/agencies", "/agencies?q=zzzz", O, "empty"),
    Visit("/roster", who=O),
    Visit("/roster", who=Q),
    Visit("/roster", who=Q, state="refused", act=press("form button:not(.quiet)"), sends="/roster"),
    Visit("/surge", who=O),
    Visit("/surge", who=Q, state="refused", act=press("main form button"), sends="/surge"),
    Visit("/surge", who=Q, name="on", act=press("main form button", reason="Bão vào, đường dây nghẽn")),
)

LISTS = (
    Visit("/triage", who=O),
    Visit(
        "/triage",
        "/triage?at={nameless}",
        O,
        "refused",
        press("form.suggestion button"),
        "/{queue}/accept/{case_id}",
    ),
    Visit("/triage", who=Q),
    Visit("/arbiter", who=O),
    Visit("/arbiter", who=A),
    Visit("/inbox", who=F),
    Visit("/inbox", who=S),
    Visit("/inbox", who=C),
    Visit("/inbox", "/inbox?group=publish", F, name="publish"),
    Visit("/inbox", "/inbox?group=joined", S, name="joined"),
    Visit("/inbox", "/inbox?group=closed", F, name="closed"),
    Visit("/inbox", "/inbox?group=nonsense", F, "missing"),
    Visit("/search", "/search?q=000", O, "empty"),
    Visit("/search", "/search?q=0912345678", O),
    Visit("/suspicions", who=P),
    Visit("/suspicions", who=F, state="forbidden"),
    Visit("/successions", who=A),
    Visit("/successions", who=Q, name="watching"),
    Visit(
        "/successions",
        who=A,
        state="refused",
        act=press("main table button"),
        sends="/successions/{case_id}",
    ),
    Visit("/reports", who=A),
    Visit("/reports", who=K),
    Visit("/overdue", who=A),
    Visit("/overdue/cases", "/overdue/cases?what=late", A, name="late"),
    Visit("/overdue/cases", "/overdue/cases?what=nobody", A, name="nobody"),
    Visit("/overdue/cases", "/overdue/cases?what=broken", A, "empty"),
    Visit(
        "/overdue/cases",
        "/overdue/cases?what=late",
        A,
        "refused",
        press("form[action='/overdue/remind'] button"),
        "/overdue/remind",
        code=200,
    ),
    Visit("/reminders", who=A),
    Visit("/reviews", who=F),
    Visit("/reviews", "/reviews?seen=yes", F, "empty"),
    Visit(
        "/reviews",
        who=F,
        state="refused",
        act=press("button[name=agreed][value=false]"),
        sends="/reviews/{case_id}",
    ),
)
