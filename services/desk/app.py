"""The wiring of the desk: projection, commands, pages, API and live events in one application."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from libs.files.files import open_files
from libs.runtime.clock import Clock
from libs.runtime.database import open_engine
from libs.runtime.directory import Directory
from libs.runtime.reader import LATER, SOON
from libs.runtime.rebuild import Projection
from libs.runtime.service import Runtime
from libs.web.signing import Signer
from services.desk.answers import Answers
from services.desk.api import api
from services.desk.attachments import Attachments
from services.desk.auditing import Log
from services.desk.calendars import Calendars
from services.desk.canary import Canary
from services.desk.clocks import Clocks
from services.desk.commands import Commands
from services.desk.desk import Desk
from services.desk.erasing import Erasing
from services.desk.exporting import Exporting
from services.desk.followers import Followers
from services.desk.hands import Hands
from services.desk.helpful import Helpful
from services.desk.intake_client import IntakeClient
from services.desk.knowledge.knowledge import Knowledge
from services.desk.live import CALLS, INBOX, Live, Touched, case_topic, here_topic
from services.desk.migrations import prepare
from services.desk.news import News
from services.desk.nights import tell_nights
from services.desk.offers import Offers
from services.desk.oidc import Oidc
from services.desk.oversight.board import Boards
from services.desk.oversight.reviews import Reviews
from services.desk.pages import pages
from services.desk.people import People
from services.desk.presence import Presence
from services.desk.queries import Queries
from services.desk.reports import Reports
from services.desk.roster.roster import Roster
from services.desk.routes import Routes
from services.desk.settings import Settings, key_in
from services.desk.staff import Staff
from services.desk.store import LINK, Store
from services.desk.succession import Successions
from services.desk.telephony.calls import Calls
from services.desk.telephony.store import apply_calls
from services.desk.telephony.surges import Surges
from services.desk.telephony.transfers import Transfers
from services.desk.telephony.watch import Watch
from services.desk.voices import Voices
from services.desk.wording.letters import Letters
from services.desk.wording.standards import Standards

MOST_CASES = 20
"""Cases that one browser may watch at a time."""


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """Migrates first; then reads the four streams and serves."""
    settings = rt.settings
    if not isinstance(settings, Settings):
        raise TypeError(type(settings))
    engine = open_engine(settings.database_url)
    await asyncio.to_thread(prepare, engine)
    live = Live()
    intake = IntakeClient(settings.intake_url, settings.intake_key_file)
    reports = Reports(settings.reporting_url, settings.reporting_key_file, engine)
    followers = Followers(engine, rt.cases, rt.directory, rt.clock)
    successions = Successions(engine, rt.cases, rt.directory, rt.clock)
    surges = Surges(engine, rt.directory, rt.clock, rt.js, settings.surge_above)
    transfers = Transfers(engine, rt.cases, rt.directory, rt.clock)
    news = News(rt.nc)
    live.among(news)
    roster = Roster(engine, rt.clock)
    knowledge = Knowledge(engine, rt.directory, rt.clock, rt.js)
    attachments = Attachments(engine, open_files(rt.js))
    people = People(engine)
    oidc = Oidc(settings, Signer(settings.secret_file.read_text(encoding="utf-8").strip()))
    desk = Desk(
        settings=settings,
        directory=rt.directory,
        clock=rt.clock,
        commands=Commands(engine, rt.cases, rt.directory, rt.clock, live, intake, followers),
        queries=Queries(engine, rt.directory, rt.clock),
        hands=Hands(engine, rt.directory, rt.clock),
        offers=Offers(engine, rt.directory, rt.clock, key_in(settings.portal_key_file)),
        voices=Voices(engine, rt.cases, rt.directory, rt.clock),
        helpful=Helpful(engine),
        clocks=Clocks(engine, rt.directory, rt.clock),
        calendars=Calendars(engine, rt.directory, rt.clock, rt.js),
        answers=Answers(rt.directory, rt.clock),
        knowledge=knowledge,
        people=people,
        staff=Staff(engine, people, rt.directory),
        oidc=oidc,
        log=Log(engine, rt.directory),
        live=live,
        presence=Presence(news, live),
        roster=roster,
        reports=reports,
        successions=successions,
        routes=Routes(engine, rt.directory, rt.clock, rt.js),
        calls=Calls(engine, rt.directory, rt.clock, rt.side, live),
        surges=surges,
        boards=Boards(engine, rt.directory, rt.clock, Queries(engine, rt.directory, rt.clock)),
        reviews=Reviews(engine, rt.directory, rt.clock),
        standards=Standards(engine, rt.directory, rt.clock),
        letters=Letters(rt.directory, rt.clock, rt.js),
        attachments=attachments,
        erasing=Erasing(engine, rt.cases, rt.directory, rt.clock, attachments),
        exporting=Exporting(engine, rt.directory, rt.clock),
    )
    await news.begin()
    _read_streams(rt, engine, live)
    if settings.canary_seconds:
        canary = Canary(engine, rt.cases, rt.directory, rt.clock, intake, settings.canary_seconds)
        rt.keep_running(canary.run(), "canary")
    rt.keep_running(knowledge.changes.run(), "proposals")
    rt.keep_running(knowledge.run(), "knowledge")
    rt.keep_running(rt.once_caught_up(followers.run), "followers")
    rt.keep_running(rt.once_caught_up(successions.run), "successions")
    rt.keep_running(roster.run(), "roster")
    rt.keep_running(tell_nights(engine), "nights")
    rt.keep_running(rt.once_caught_up(Watch(engine, rt.clock, live, transfers, surges).run), "telephone")
    yield application(desk)
    await intake.close()
    await reports.close()
    await oidc.close()


def _read_streams(rt: Runtime, engine: Engine, live: Live) -> None:
    store, cases = Store(), Touched(live)
    rt.read_cases(engine, LINK, cases.facts(store.apply), erase=store.erase, after=cases.announce, pace=SOON)
    for stream, apply in (("CLOCKS", store.apply_clocks), ("LETTERS", store.apply_letters)):
        side = Touched(live)
        rt.read_side(stream, engine, LINK, side.side_facts(apply), after=side.announce, pace=LATER)
    # a telephone rings: nothing is gathered first
    rt.read_side("CALLS", engine, LINK, apply_calls, after=partial(live.announce, CALLS))


def application(desk: Desk) -> ASGIApp:
    """API and live events have sessions of their own kind; everything else is a page behind the guard."""
    return Starlette(
        routes=[
            Mount("/api/v1", api(desk)),
            Route("/live", _live(desk)),
            Route("/alive", _alive(desk)),
            Mount("/", pages(desk)),
        ]
    )


def _live(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def live(request: Request) -> Response:
        """`/live?case=<id>&case=…`: the topics `inbox`, `case:<id>` for each, for operators `calls`; or 401.

        One tab listens for all tabs of its browser, hence several cases, and several `since`: the marks of
        their pages. A browser that calls again says the mark of the last event instead.
        """
        token = request.cookies.get(desk.settings.session_cookie, "")
        account = await desk.people.who(token)
        if account is None:
            return Response(status_code=401)
        asked = request.query_params.getlist("case")[:MOST_CASES]
        cases = await desk.queries.visible(account, asked)
        calls = [CALLS] if account.role == "operator" else []
        topics = [INBOX, *calls, *map(case_topic, cases), *map(here_topic, cases)]
        again = request.headers.get("last-event-id")
        since = [again] if again else request.query_params.getlist("since")
        events = desk.live.stream(topics, lambda: desk.people.who(token), since)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    return live


def _alive(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def alive(request: Request) -> Response:
        """Whether the line holds (any answer) and the session does ("in" or "out")."""
        token = request.cookies.get(desk.settings.session_cookie, "")
        state = "in" if await desk.people.who(token) else "out"
        return PlainTextResponse(state, headers={"cache-control": "no-store"})

    return alive


def project(_settings: Settings, engine: Engine, _directory: Directory, _clock: Clock) -> Projection:
    """What `rebuild` and `replay` refill."""
    return Store().projection(engine)
