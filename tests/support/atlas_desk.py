"""The atlas of the desk: every page, for those who meet it, in the states it shows."""

from itertools import chain

from tests.support.atlas import Visit
from tests.support.atlas_cases import CASES, REFUSALS
from tests.support.atlas_keeping import ADMINISTRATION, CALENDAR, DOOR, KNOWLEDGE, LETTERS, STANDARDS
from tests.support.atlas_lists import CALLS, LISTS
from tests.support.atlas_people import A, F, O, P, Q

NO_PAGE = {
    "/": "leads to the first page of the menu",
    "/live": "a stream of events",
    "/lists/{name}.js": "lists, for the script",
    "/alive": "one word, for the script",
    "/oidc/back": "leads on, or shows the log-in page as /oidc does",
    "/reports/{name}": "a spreadsheet",
    "/audit.csv": "a file",
    "/calendar/{name}.csv": "a file",
    "/knowledge/{name}.csv": "a file",
    "/texts/{name}/file": "a file",
    "/routes/cases.csv": "a file",
    "/routes/routes.csv": "a file",
    "/cases/{case_id}/files/{number}": "a file of the citizen",
    "/cases/{case_id}/recordings/{number}": "a recording",
}
"""GET addresses that answer with no page of ours → why."""

NEVER_REFUSES = {
    "/logout": "whoever leaves, leaves",
    "/sessions/end": "whoever leaves, leaves",
    "/similar": "a fragment beside the form of a call",
    "/persons/export": "a file; its refusals look like those of /persons/{what}",
    "/knowledge/checked": "ticks alone: nothing to be wrong",
    "/knowledge/sought": "a tick alone",
    "/knowledge/notices/{number}/down": "a button alone",
    "/cases/{case_id}/{command}/text": "shows the words of a form again, with a text put in",
    "/cases/{case_id}/{command}/again": "shows the words of a form again",
}
"""POST addresses of pages that refuse no input → why."""


PARTS: dict[str, tuple[Visit, ...]] = {
    "calls": (*DOOR, *CALLS),
    "lists": LISTS,
    "cases": CASES,
    "refusals": REFUSALS,
    "knowledge": (*KNOWLEDGE, *STANDARDS, *LETTERS),
    "keeping": (*ADMINISTRATION, *CALENDAR),
}
"""The desk in tours that are short enough to be waited for."""

DESK: tuple[Visit, ...] = tuple(chain.from_iterable(PARTS.values()))

EMPTY: tuple[Visit, ...] = (
    *(Visit(path, who=O, state="empty") for path in ("/calls", "/triage", "/arbiter", "/roster")),
    *(
        Visit(path, who=F, state="empty")
        for path in ("/inbox", "/reviews", "/knowledge/sought", "/knowledge/changes")
    ),
    *(
        Visit("/inbox", f"/inbox?group={one}", F, "empty", name=one)
        for one in ("publish", "joined", "closed")
    ),
    *(Visit(path, who=A, state="empty") for path in ("/overdue", "/reminders", "/successions")),
    Visit("/overdue/cases", "/overdue/cases?what=late", A, "empty"),
    Visit("/suspicions", who=P, state="empty"),
    *(Visit(path, who=Q, state="empty") for path in ("/parked", "/helpful", "/audit")),
)
"""At a desk where nothing has happened yet."""
