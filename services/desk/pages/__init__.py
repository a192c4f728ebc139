"""The desk's HTML pages: what people see in a browser."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from libs.web.app import civic, error_page, web_app
from libs.web.files import Static
from libs.web.pages import Pages
from libs.web.signing import Signer
from libs.web.site import site_of
from services.desk.desk import Desk
from services.desk.domain.errors import NotSignedIn
from services.desk.intake_client import IntakeUnavailable
from services.desk.pages.accounts import account_pages, welcome_pages
from services.desk.pages.administration import report_pages
from services.desk.pages.agencies import agency_pages
from services.desk.pages.audit import audit_pages
from services.desk.pages.calendar import calendar_changes, calendar_pages
from services.desk.pages.calls import call_back_pages, call_pages, surge_pages
from services.desk.pages.case import case_pages
from services.desk.pages.choices import choice_pages
from services.desk.pages.console import console_pages
from services.desk.pages.files import file_pages
from services.desk.pages.frame import Frame, to_sign_in
from services.desk.pages.helpful import helpful_pages
from services.desk.pages.letters import letter_pages
from services.desk.pages.lists import list_pages
from services.desk.pages.oidc import oidc_pages
from services.desk.pages.overdue import overdue_pages
from services.desk.pages.persons import person_pages
from services.desk.pages.police import police_pages
from services.desk.pages.questions import entry_pages, shelf_pages
from services.desk.pages.questions_changes import change_pages
from services.desk.pages.questions_import import import_pages
from services.desk.pages.questions_notices import notice_pages, sought_pages
from services.desk.pages.reviews import review_pages
from services.desk.pages.roster import roster_pages
from services.desk.pages.routes import route_pages
from services.desk.pages.signing_in import kept_words, password_pages, signing_in_pages
from services.desk.pages.standards import insertion, standard_pages
from services.desk.pages.successions import succession_pages
from services.desk.pages.triage import triage_pages
from services.desk.problems import status_of
from services.desk.reports import ReportsUnavailable

ROUTES = (
    signing_in_pages, password_pages, console_pages, agency_pages, call_pages, call_back_pages,
    surge_pages, roster_pages, list_pages,
    police_pages, case_pages, choice_pages, file_pages, account_pages, welcome_pages,
    oidc_pages, audit_pages, report_pages, calendar_pages,
    person_pages,
    calendar_changes, shelf_pages, entry_pages, change_pages, import_pages, notice_pages, sought_pages,
    route_pages, succession_pages, helpful_pages, overdue_pages, review_pages, triage_pages,
    insertion, standard_pages, letter_pages,
)  # fmt: skip
MAX_UPLOAD = 6_000_000
"""Bytes of one form with a workbook, and some to say in words that it was too much."""

TEMPLATES = Path(__file__).parents[1] / "templates"


def pages(desk: Desk) -> ASGIApp:
    """Everything but /api/v1 and /live, with its guard and headers around it (libs.web.app.civic)."""
    rendered = Pages(
        TEMPLATES,
        static=Static(),
        site=lambda: site_of(desk.directory.pack),
        now=desk.clock.now,
        languages=False,
    )
    frame = Frame(desk, rendered)
    app = web_app()
    for routes in ROUTES:
        app.include_router(routes(frame))

    async def sign_in_first(request: Request, _: Exception) -> Response:
        return kept_words(frame, request) or to_sign_in(request)

    async def unavailable(request: Request, _: Exception) -> Response:
        return error_page(rendered, request, 503)

    app.add_exception_handler(NotSignedIn, sign_in_first)
    for trouble in (IntakeUnavailable, ReportsUnavailable):
        app.add_exception_handler(trouble, unavailable)
    return civic(
        app,
        rendered,
        signer=Signer(desk.settings.secret_file.read_text(encoding="utf-8").strip()),
        public_url=desk.settings.public_url,
        session_cookie=desk.settings.session_cookie,
        status_of=status_of,
        max_upload=MAX_UPLOAD,
    )
