"""The desk's parts as pages and API use them, put together once in `app.py`.

Pages expose `pages(desk: Desk) -> ASGIApp` in `services/desk/pages/__init__.py`, already wrapped in
`libs.web.app.civic`; `app.py` mounts it at / beside `/api/v1` (api.py) and `/live` (live.py). A page takes
the session's token from the cookie `desk.settings.session_cookie`, asks `desk.people.who(token)`, shows what
`desk.queries` gives, and sends `domain.inputs` models to `desk.commands.do`; `problems.status_of` gives the
status of a refusal.
"""

from dataclasses import dataclass

from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from services.desk.answers import Answers
from services.desk.attachments import Attachments
from services.desk.auditing import Log
from services.desk.calendars import Calendars
from services.desk.clocks import Clocks
from services.desk.commands import Commands
from services.desk.erasing import Erasing
from services.desk.exporting import Exporting
from services.desk.hands import Hands
from services.desk.helpful import Helpful
from services.desk.knowledge.knowledge import Knowledge
from services.desk.live import Live
from services.desk.offers import Offers
from services.desk.oidc import Oidc
from services.desk.oversight.board import Boards
from services.desk.oversight.reviews import Reviews
from services.desk.people import People
from services.desk.presence import Presence
from services.desk.queries import Queries
from services.desk.reports import Reports
from services.desk.roster.roster import Roster
from services.desk.routes import Routes
from services.desk.settings import Settings
from services.desk.staff import Staff
from services.desk.succession import Successions
from services.desk.telephony.calls import Calls
from services.desk.telephony.surges import Surges
from services.desk.voices import Voices
from services.desk.wording.letters import Letters
from services.desk.wording.standards import Standards


@dataclass(frozen=True)
class Desk:
    """`directory.pack` is the pack in force; `clock.now()` the business time."""

    settings: Settings
    directory: Directory
    clock: Clock
    commands: Commands
    queries: Queries
    hands: Hands
    offers: Offers
    voices: Voices
    helpful: Helpful
    clocks: Clocks
    calendars: Calendars
    answers: Answers
    knowledge: Knowledge
    people: People
    staff: Staff
    oidc: Oidc
    log: Log
    live: Live
    reports: Reports
    successions: Successions
    presence: Presence
    roster: Roster
    routes: Routes
    calls: Calls
    surges: Surges
    attachments: Attachments
    erasing: Erasing
    exporting: Exporting
    boards: Boards
    reviews: Reviews
    standards: Standards
    letters: Letters
