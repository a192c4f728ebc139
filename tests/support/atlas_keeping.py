"""The atlas of the desk: its door, what is kept there, and who keeps it."""

from tests.support.atlas import Visit, press
from tests.support.atlas_people import A, F, H, K, O, Q
from tests.support.desks import ADMINISTRATOR, OFFICER, OPERATOR

KNOWLEDGE = (
    Visit("/knowledge", who=F),
    Visit("/knowledge", "/knowledge?show=old", F, name="old"),
    Visit("/knowledge", "/knowledge?q=tiem+vac+xin", F, name="found"),
    Visit("/knowledge", "/knowledge?q=xyzzy", F, "empty"),
    Visit("/knowledge", who=Q),
    Visit("/knowledge/entry", who=F),
    Visit("/knowledge/entry", "/knowledge/entry?id={entry}", F, name="known"),
    Visit("/knowledge/entry", "/knowledge/entry?id={entry}", O, name="read"),
    Visit(
        "/knowledge/entry", who=F, state="refused", act=press("button[value=send]"), sends="/knowledge/entry"
    ),
    Visit("/knowledge/contacts", who=F),
    Visit(
        "/knowledge/contacts",
        who=F,
        state="refused",
        act=press("form[method=post] button:not(.quiet)"),
        sends="/knowledge/contacts",
    ),
    Visit("/knowledge/notices", who=F),
    Visit(
        "/knowledge/notices",
        who=F,
        state="refused",
        act=press("form[action='/knowledge/notices'] button"),
        sends="/knowledge/notices",
    ),
    Visit("/knowledge/sought", who=F),
    Visit("/knowledge/import", who=F),
    Visit(
        "/knowledge/import", who=F, state="refused", act=press("main form button"), sends="/knowledge/import"
    ),
    Visit("/knowledge/import/{number}", "/knowledge/import/{workbook}", F),
    Visit("/knowledge/import/{number}", "/knowledge/import/{broken}", Q, name="wrong"),
    Visit(
        "/knowledge/import/{number}",
        "/knowledge/import/{workbook}",
        F,
        "refused",
        press("button[value=confirm]"),
        "/knowledge/import/{number}",
    ),
    Visit("/knowledge/changes", who=F),
    Visit("/knowledge/changes", who=A),
    Visit("/knowledge/changes", who=Q),
    Visit("/knowledge/changes/{number}", "/knowledge/changes/{change}", F),
    Visit("/knowledge/changes/{number}", "/knowledge/changes/{change}", Q),
    Visit(
        "/knowledge/changes/{number}",
        "/knowledge/changes/{change}",
        Q,
        "refused",
        press("button[value=decline]"),
        "/knowledge/changes/{number}",
    ),
    Visit("/knowledge/changes/{number}", "/knowledge/changes/9999", Q, "missing"),
)

STANDARDS = (
    Visit("/standards", who=F),
    Visit("/standards", who=H),
    Visit(
        "/standards", "/standards", H, "refused",
        press("form[action='/standards'] button:not(.quiet)"), "/standards",
    ),
    Visit("/standards/{number}", "/standards/{standard}", H),
    Visit(
        "/standards/{number}", "/standards/{standard}", H, "refused",
        press("form[action^='/standards/'] button", text=""), "/standards/{number}",
    ),
    Visit("/standards/{number}", "/standards/nothing", H, "missing"),
)  # fmt: skip

LETTERS = (
    Visit("/texts", who=Q),
    Visit("/texts/{name}", "/texts/receipt.vi", Q),
    Visit("/texts/{name}", "/texts/receipt.vi", Q, name="tried", act=press("button[value=try]:not(.unseen)")),
    Visit(
        "/texts/{name}", "/texts/receipt.vi", Q, "refused", press("button[value=save]", body="{nobody}"),
        "/texts/{name}",
    ),
    Visit("/texts/{name}", "/texts/nothing.vi", Q, "missing"),
)  # fmt: skip

ADMINISTRATION = (
    Visit("/accounts", who=Q),
    Visit("/accounts", "/accounts?q=zzzz", Q, "empty"),
    Visit(
        "/accounts",
        who=Q,
        state="refused",
        act=press("form[action='/accounts'][method=post] button"),
        sends="/accounts",
    ),
    Visit("/accounts", who=F, state="forbidden"),
    Visit("/accounts/{login}", f"/accounts/{OFFICER.login}", Q),
    Visit("/accounts/{login}", f"/accounts/{OPERATOR.login}", Q, name="operator"),
    Visit("/accounts/{login}", f"/accounts/{ADMINISTRATOR.login}", Q, name="own"),
    Visit("/accounts/{login}", "/accounts/xa9", Q, name="ended"),
    Visit(
        "/accounts/{login}",
        "/accounts/xa9",
        Q,
        name="link",
        act=press("form[action='/accounts/resume'] button"),
    ),
    Visit(
        "/accounts/{login}",
        f"/accounts/{OPERATOR.login}",
        Q,
        "refused",
        press("form[action='/accounts/extension'] button", extension="không có"),
        "/accounts/{act}",
    ),
    Visit("/accounts/{login}", "/accounts/nobody", Q, "missing"),
    Visit("/persons", who=Q),
    Visit("/persons", "/persons?done=hold", Q, name="done"),
    Visit(
        "/persons",
        who=Q,
        state="refused",
        name="erase",
        act=press("form[action='/persons/erase'] button"),
        sends="/persons/{what}",
    ),
    Visit(
        "/persons",
        who=Q,
        name="found",
        sends="/persons/{what}",
        act=press("button[formaction$=find]", exportphone="0912 345 678", exportreference="1/YC"),
    ),
    Visit("/audit", who=K),
    Visit("/audit", "/audit?kind=changes", K, name="changes"),
    Visit("/audit", "/audit?kind=packs", Q, name="packs"),
    Visit("/audit", "/audit?person=nobody", K, "empty"),
    Visit("/audit", "/audit?kind=nonsense", K, "refused"),
    Visit("/parked", who=Q),
    Visit("/helpful", who=Q),
    Visit("/password", who=F),
    Visit(
        "/password", who=F, state="refused", act=press("form[action='/password'] button"), sends="/password"
    ),
    Visit("/routes", who=Q),
    Visit("/routes", who=Q, name="tried", act=press("button[value=try]")),
    Visit("/routes", who=Q, state="refused", act=press("button[value=save]"), sends="/routes"),
)

CALENDAR = (
    Visit("/calendar", who=Q),
    Visit("/calendar/day", who=Q),
    Visit("/calendar/day", who=Q, state="refused", act=press("button[value=keep]"), sends="/calendar/day"),
    Visit("/calendar/hours", "/calendar/hours?profile=province", Q),
    Visit(
        "/calendar/hours",
        "/calendar/hours?profile=province",
        Q,
        "refused",
        press("button[value=keep]", valid_from="2026-12-31", valid_to="2026-01-01"),
        "/calendar/hours",
    ),
    Visit("/calendar/preview", "/calendar/preview?d={draft}", Q),
    Visit(
        "/calendar/preview",
        "/calendar/preview?d={draft}",
        Q,
        "refused",
        press("button.big"),
        "/calendar/apply",
    ),
)

DOOR = (
    Visit("/login"),
    Visit(
        "/login", state="refused", act=press("form[action='/login'] button", login="ai do"), sends="/login"
    ),
    Visit("/login", "/triage", name="asked-for-a-page"),
    Visit("/oidc", state="away"),
    Visit("/welcome/{token}", "/welcome/{token}"),
    Visit(
        "/welcome/{token}",
        "/welcome/{token}",
        state="refused",
        act=press("form[action^='/welcome'] button"),
        sends="/welcome/{token}",
    ),
    Visit("/welcome/{token}", "/welcome/nobody-has-this", state="missing"),
)
