"""The wiring of the portal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from sqlalchemy import Engine
from starlette.types import ASGIApp

from libs.runtime.clock import Clock
from libs.runtime.database import create_tables, in_thread, open_engine, table
from libs.runtime.directory import Directory
from libs.runtime.projection import forgetting
from libs.runtime.reader import LATER, SOON
from libs.runtime.rebuild import Projection
from libs.runtime.service import Runtime
from libs.web.app import civic, web_app
from libs.web.files import Static
from libs.web.limits import Limits
from libs.web.pages import Pages
from libs.web.signing import Signer
from libs.web.site import site_of
from services.portal.answers import answer_pages
from services.portal.case import Proof
from services.portal.desk import PATIENCE, Desk
from services.portal.english import ENGLISH
from services.portal.helpful import helpful_pages
from services.portal.intake import TIMEOUT, Intake
from services.portal.machines import machine_pages
from services.portal.open311.app import PATH, beside
from services.portal.open311.asking import Interface
from services.portal.open311.partners import read_partners
from services.portal.portal import Portal
from services.portal.public import public_pages
from services.portal.published import Published
from services.portal.register import Register
from services.portal.settings import Settings
from services.portal.store import PROJECTION, Store
from services.portal.submit import submit_pages
from services.portal.tables import Link, PortalTable
from services.portal.track import case_pages, track_pages
from services.portal.voices import voice_pages

TEMPLATES = Path(__file__).parent / "templates"

ROUTES = (
    public_pages, answer_pages, helpful_pages, machine_pages, submit_pages, track_pages, case_pages,
    voice_pages,
)  # fmt: skip

MAX_UPLOAD = 60_000_000
"""Bytes of one form with photos: five of the largest, and some to say in words that it was too much."""


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """Projections of CASES and CLOCKS, and the pages on top."""
    settings = rt.settings
    if not isinstance(settings, Settings):
        raise TypeError(type(settings))
    secret = settings.secret_file.read_text(encoding="utf-8").strip()
    engine = open_engine(settings.database_url)
    await in_thread(create_tables, engine, PortalTable.metadata)
    store = Store(engine, Proof(secret.encode()))
    rt.read_cases(engine, table(Link), store.apply, erase=forgetting(store.forget), pace=SOON)
    rt.read_side("CLOCKS", engine, table(Link), store.apply_clocks, pace=LATER)
    async with httpx.AsyncClient(base_url=settings.intake_url, timeout=TIMEOUT, trust_env=False) as client:
        intake = Intake(client, _key(settings.intake_key_file))
        async with httpx.AsyncClient(base_url=settings.desk_url, timeout=PATIENCE, trust_env=False) as other:
            desk = Desk(other, _key(settings.desk_key_file))
            pages = application(rt, settings, store, (intake, desk), Signer(secret))
            partners = Intake(client, _key(settings.open311_key_file))
            yield beside(pages, _open311(rt, settings, store, Register(engine), partners))


def _key(file: Path | None) -> str:
    return file.read_text(encoding="utf-8").strip() if file else ""


def _open311(rt: Runtime, settings: Settings, store: Store, register: Register, intake: Intake) -> Interface:
    return Interface(
        store,
        register,
        intake,
        rt.directory,
        rt.clock,
        read_partners(settings.partners_file),
        Limits(),
        f"{settings.public_url.rstrip('/')}{PATH}/",
        settings.jurisdiction_id,
    )


def application(
    rt: Runtime, settings: Settings, store: Store, others: tuple[Intake, Desk], signer: Signer
) -> ASGIApp:
    """The pages around a store and the ways to intake and desk."""
    pages = Pages(
        TEMPLATES,
        static=Static(),
        site=lambda: site_of(rt.directory.pack),
        now=rt.clock.now,
        english=ENGLISH,
    )
    public_url = settings.public_url.rstrip("/")
    portal = Portal(pages, store, *others, rt.directory, signer, public_url, Published(store.engine))
    app = web_app()
    for routes in ROUTES:
        app.include_router(routes(portal))
    return civic(app, pages, signer=signer, public_url=public_url, max_upload=MAX_UPLOAD)


def project(settings: Settings, engine: Engine, _directory: Directory, _clock: Clock) -> Projection:
    """What `rebuild` and `replay` refill."""
    store = Store(engine, Proof(settings.secret_file.read_text(encoding="utf-8").strip().encode()))
    return Projection(
        engine, table(Link), PROJECTION, store.apply, store.forget, sides={"CLOCKS": store.apply_clocks}
    )
