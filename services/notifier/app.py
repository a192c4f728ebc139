"""Puts the notifier together: the projection of CASES and CLOCKS, a sender per way, the keeper."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Engine
from starlette.types import ASGIApp

from libs.contracts.errors import HotlineError
from libs.runtime.clock import Clock
from libs.runtime.database import create_tables, in_thread, open_engine
from libs.runtime.directory import Directory
from libs.runtime.reader import LATER, SOON
from libs.runtime.rebuild import Projection
from libs.runtime.service import Runtime
from services.notifier.gateways.console import Console
from services.notifier.gateways.gateway import Gateway
from services.notifier.gateways.kannel import Kannel
from services.notifier.gateways.smtp import Smtp
from services.notifier.keeper import Keeper
from services.notifier.letterlog import LetterLog
from services.notifier.outbox import LETTERS, Outbox
from services.notifier.sender import Pace, Sender
from services.notifier.settings import Settings
from services.notifier.store import CASES, LINK, Store
from services.notifier.texts import Composer


class PasswordUnreadable(HotlineError):
    """A password file cannot be read."""


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """Everything that runs; there are no pages."""
    settings = rt.settings
    assert isinstance(settings, Settings)
    engine = open_engine(settings.database_url)
    await in_thread(create_tables, engine, LINK.metadata)
    store = Store(lambda: rt.directory.pack, rt.clock)
    outbox = Outbox(engine)
    letters = LetterLog(rt.js, rt.side, rt.clock, rt.directory)
    keeper = Keeper(outbox, letters, rt.clock, lease=settings.lease_seconds, every=settings.poll_seconds)
    composer = Composer(settings.portal_url.rstrip("/"), settings.desk_url.rstrip("/"), settings.sms_region)
    pace = Pace(
        settings.retry_seconds,
        settings.handover_seconds,
        settings.poll_seconds,
        begin=settings.lease_seconds - settings.handover_seconds,
    )
    senders = [
        Sender(way, gateway, composer, lambda: rt.directory.pack, rt.clock, outbox, letters, keeper, pace)
        for way, gateway in gateways(settings).items()
    ]

    def wake() -> None:
        for sender in senders:
            sender.woken.set()

    rt.read_cases(engine, LINK, store.apply, after=wake, pace=SOON)
    rt.read_side("CLOCKS", engine, LINK, store.apply_clocks, after=wake, pace=LATER)
    for sender in senders:
        rt.keep_running(sender.run(), f"sender-{sender.way}")
    rt.keep_running(keeper.run(), "keeper")
    yield None


def gateways(settings: Settings) -> dict[str, Gateway]:
    """The gateway of each way, as set."""
    mail = Smtp(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        sender=settings.smtp_from,
        user=settings.smtp_user or None,
        password=_password(settings.smtp_password_file),
        ca_file=settings.smtp_ca_file,
        timeout=settings.smtp_timeout,
    )
    if settings.sms_gateway == "console":
        return {"email": mail, "sms": Console(settings.sms_file)}
    kannel = Kannel(
        url=settings.kannel_url,
        user=settings.kannel_user,
        password=_password(settings.kannel_password_file) or "",
        sender=settings.kannel_from,
        timeout=settings.kannel_timeout,
    )
    return {"email": mail, "sms": kannel}


def projection(settings: Settings, engine: Engine, directory: Directory, clock: Clock) -> Projection:
    """LETTERS is loaded first: what was sent is known before CASES says what should be."""
    del settings
    store = Store(lambda: directory.pack, clock)
    return Projection(
        engine=engine,
        link=LINK,
        tables=[LINK, CASES, LETTERS],
        apply=store.apply,
        forget=store.forget,
        sides={"LETTERS": store.apply_letters, "CLOCKS": store.apply_clocks},
        sides_first=frozenset({"LETTERS"}),
    )


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PasswordUnreadable(f"password file {file.name}: {type(error).__name__}") from error
