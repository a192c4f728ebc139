"""The matrix of the desk: for each address, who of the people below gets in, at the own case and elsewhere.

One letter a person: o operator · f officer and h head of the department of health, whose case it is
s officer of another department · c officer of a commune · a arbiter · p police · q administrator · k auditor.
"""

from dataclasses import dataclass, field

from tests.support.desks import (
    ADMINISTRATOR,
    ARBITER,
    AUDITOR,
    COMMUNE,
    HEAD,
    OFFICER,
    OPERATOR,
    POLICE,
    STRANGER,
)

WHO = {
    "o": OPERATOR, "f": OFFICER, "h": HEAD, "s": STRANGER, "c": COMMUNE, "a": ARBITER, "p": POLICE,
    "q": ADMINISTRATOR, "k": AUDITOR,
}  # fmt: skip
ALL = "ofhscapqk"
PORTAL, ANYBODY = "portal", "anybody"

Inputs = dict[str, str]


@dataclass(frozen=True)
class Entry:
    """`own`: who gets in, at the case of the department of health; `other`: at one of nobody's here."""

    own: str
    other: str = ""
    inputs: Inputs = field(default_factory=dict)


_SEES = Entry("ofhaq", "oaq")
_ADMIN = Entry("q")
_LEAD = Entry("fh", "", {"command": "receive"})
_REASON = {"reason": "kiểm tra"}
_CALENDAR = {"name": "days"}

PAGES: dict[tuple[str, str], Entry] = {
    ("GET", "/"): Entry(ALL),
    ("GET", "/login"): Entry(ANYBODY),
    ("POST", "/login"): Entry(ANYBODY),
    ("GET", "/password"): Entry(ALL),
    ("POST", "/password"): Entry(ALL),
    ("GET", "/live"): Entry(ALL),
    ("GET", "/questions"): Entry(ALL),
    ("GET", "/search"): Entry(ALL),
    ("GET", "/menu"): Entry(ALL),
    ("GET", "/triage"): Entry("oq"),
    ("GET", "/arbiter"): Entry("oaq"),
    ("GET", "/inbox"): Entry("ofhsc"),
    ("GET", "/suspicions"): Entry("p"),
    ("POST", "/similar"): Entry("o"),
    ("GET", "/calls"): Entry("o"),
    ("GET", "/calls/new"): Entry("o"),
    ("POST", "/calls/new"): Entry("o"),
    ("GET", "/calls/ringing"): Entry("o"),
    ("GET", "/calls/{call}/returned"): Entry("o"),
    ("POST", "/calls/{call}/returned"): Entry("o"),
    ("GET", "/cases/{case_id}"): _SEES,
    ("GET", "/cases/{case_id}/files/{number}"): Entry("ofhaq", "oaq", _REASON),
    ("GET", "/cases/{case_id}/recordings/{number}"): Entry("ofh", "o", _REASON),
    ("GET", "/cases/{case_id}/packet"): Entry(""),
    ("POST", "/cases/{case_id}/{command}"): _LEAD,
    ("POST", "/cases/{case_id}/{command}/again"): Entry("ofhaq", "oaq", {"command": "receive"}),
    ("POST", "/cases/{case_id}/{command}/text"): Entry("fh", "", {"command": "answer", "standard": "0" * 32}),
    ("GET", "/standards"): Entry("ofhscq"),
    ("POST", "/standards"): Entry("hq"),
    ("GET", "/standards/{number}"): Entry("hq", inputs={"number": "0" * 32}),
    ("POST", "/standards/{number}"): Entry("hq", inputs={"number": "0" * 32}),
    ("GET", "/texts"): _ADMIN,
    ("GET", "/texts/{name}"): Entry("q", inputs={"name": "receipt.vi"}),
    ("POST", "/texts/{name}"): Entry("q", inputs={"name": "receipt.vi"}),
    ("GET", "/texts/{name}/file"): Entry("q", inputs={"name": "receipt.vi"}),
    ("GET", "/successions"): Entry("oaq"),
    ("POST", "/successions/{case_id}"): Entry("oa", "oa", {"agency": "SYT", "to": "SCT"}),
    ("GET", "/surge"): Entry("oq"),
    ("POST", "/surge"): Entry("oq", inputs={"on": "yes"}),
    ("GET", "/reports"): Entry("aqk"),
    ("GET", "/reports/{name}"): Entry("aqk", inputs={"name": "agencies.xlsx"}),
    ("GET", "/accounts"): _ADMIN,
    ("POST", "/accounts"): _ADMIN,
    ("GET", "/accounts/{login}"): Entry("q", inputs={"login": "syt"}),
    ("POST", "/accounts/{act}"): Entry("q", inputs={"act": "extension", "login": "truc1"}),
    ("GET", "/welcome/{token}"): Entry(ANYBODY, inputs={"token": "x"}),
    ("POST", "/welcome/{token}"): Entry(ANYBODY, inputs={"token": "x"}),
    ("GET", "/oidc"): Entry(ANYBODY),
    ("GET", "/oidc/back"): Entry(ANYBODY),
    ("GET", "/agencies"): Entry("oaq"),
    ("GET", "/agencies/found"): Entry("oaq"),
    ("GET", "/lists/{name}.js"): Entry(ALL, inputs={"name": "now"}),
    ("GET", "/alive"): Entry(ANYBODY),  # one word: whether the session still lives
    ("GET", "/cases/{case_id}/here"): Entry(ALL, ALL),
    ("GET", "/knowledge"): Entry("ofhscaqk"),
    ("GET", "/knowledge/changes"): Entry("fhscaqk"),
    ("GET", "/knowledge/changes/{number}"): Entry("fhscaqk"),
    ("POST", "/knowledge/changes/{number}"): Entry("q"),
    ("POST", "/knowledge/checked"): Entry("fhscq"),
    ("GET", "/knowledge/contacts"): Entry("fhscq"),
    ("POST", "/knowledge/contacts"): Entry("fhscq"),
    ("GET", "/knowledge/entry"): Entry("ofhscaqk"),
    ("POST", "/knowledge/entry"): Entry("fhscq"),
    ("GET", "/knowledge/import"): Entry("fhscq"),
    ("POST", "/knowledge/import"): Entry("fhscq"),
    ("GET", "/knowledge/import/{number}"): Entry("fhscq"),
    ("POST", "/knowledge/import/{number}"): Entry("fhscq"),
    ("GET", "/knowledge/notices"): Entry("fhscq"),
    ("POST", "/knowledge/notices"): Entry("fhscq"),
    ("POST", "/knowledge/notices/{number}/down"): Entry("fhscq"),
    ("GET", "/knowledge/sought"): Entry("fhscq"),
    ("POST", "/knowledge/sought"): Entry("fhscq"),
    ("GET", "/knowledge/{name}.csv"): Entry("q", inputs={"name": "questions"}),
    ("GET", "/overdue"): Entry("aq"),
    ("GET", "/overdue/cases"): Entry("aq"),
    ("POST", "/overdue/remind"): Entry("a"),
    ("GET", "/persons"): Entry("q"),
    ("POST", "/persons/export"): Entry("q"),
    ("POST", "/persons/{what}"): Entry("q", inputs={"what": "find"}),
    ("GET", "/reminders"): Entry("aq"),
    ("GET", "/reviews"): Entry("fhsa"),
    ("POST", "/reviews/{case_id}"): Entry(""),  # neither case is an answer of a district or commune
    ("GET", "/roster"): Entry("oq"),
    ("POST", "/roster"): Entry("oq"),
    ("POST", "/{queue}/accept/{case_id}"): Entry("oq", "oq", inputs={"queue": "triage"}),
    ("GET", "/audit"): Entry("qk"),
    ("GET", "/audit.csv"): Entry("qk"),
    ("GET", "/helpful"): _ADMIN,
    ("GET", "/parked"): _ADMIN,
    ("GET", "/calendar"): _ADMIN,
    ("GET", "/calendar/day"): _ADMIN,
    ("POST", "/calendar/day"): _ADMIN,
    ("GET", "/calendar/hours"): Entry("q", inputs={"profile": "province"}),
    ("POST", "/calendar/hours"): _ADMIN,
    ("GET", "/calendar/preview"): _ADMIN,
    ("POST", "/calendar/apply"): _ADMIN,
    ("GET", "/calendar/{name}.csv"): Entry("q", inputs=_CALENDAR),
    ("GET", "/routes"): _ADMIN,
    ("POST", "/routes"): _ADMIN,
    ("GET", "/routes/cases.csv"): _ADMIN,
    ("GET", "/routes/routes.csv"): _ADMIN,
}  # fmt: skip

_KEY = Entry(PORTAL)

API: dict[tuple[str, str], Entry] = {
    ("POST", "/sessions"): Entry(ANYBODY),
    ("GET", "/me"): Entry(ALL),
    ("GET", "/cases"): Entry("ofhsc"),
    ("GET", "/cases/{case_id}"): _SEES,
    ("GET", "/cases/{case_id}/clocks"): _SEES,
    ("GET", "/cases/{case_id}/similar"): Entry("o", "o"),
    ("GET", "/cases/{case_id}/packet"): Entry(""),
    ("POST", "/cases/{case_id}/{command}"): _LEAD,
    ("GET", "/similar"): Entry("o"),
    ("POST", "/offers"): _KEY,
    ("POST", "/ratings"): _KEY,
    ("POST", "/reopenings"): _KEY,
    ("POST", "/helpful"): _KEY,
    ("POST", "/sought"): _KEY,
    ("POST", "/calls"): Entry("o", inputs={"text": "Đèn đường tắt"}),
    ("GET", "/search"): Entry(ALL),
    ("GET", "/answers"): Entry(ALL),
    ("GET", "/parked"): _ADMIN,
    ("GET", "/reports/{report}"): Entry("aqk", inputs={"report": "agencies.xlsx"}),
    ("DELETE", "/sessions"): Entry(ANYBODY),
}

ENDS = {("POST", "/sessions/end"): Entry(ALL), ("POST", "/logout"): Entry(ANYBODY)}
"""Nobody is signed in any more afterwards, so they stand at the end."""

MATRIX = PAGES | {(method, f"/api/v1{path}"): entry for (method, path), entry in API.items()} | ENDS
