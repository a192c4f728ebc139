"""A whole province in this process, and the desk's canary in it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.devstack.nats_server import NatsServer
from libs.runtime.database import open_engine
from libs.runtime.service import open_runtime
from services.desk.canary import Canary
from services.desk.intake_client import IntakeClient
from services.intake.app import build as intake_app
from services.router.app import build as router_app
from services.router.settings import Settings as RouterSettings
from services.sla.app import build as sla_app
from services.sla.settings import Settings as SlaSettings
from tests.support.desks import OPERATOR
from tests.support.intake import intake_settings
from tests.support.letters import notifier, notifier_settings
from tests.support.office import Office, desk_settings, hire, running_desk
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving

EVERY = 1e12
"""Seconds; no test runs over the end of such an hour."""


@dataclass
class Province:
    """Everything a canary needs to fly; `without` left one service out."""

    office: Office
    intake_url: str
    letters: str

    @asynccontextmanager
    async def canary(self, every: float = EVERY) -> AsyncIterator[Canary]:
        """A canary of one more replica of the desk."""
        rt, settings = self.office.runtime, self.office.settings
        engine = open_engine(settings.database_url)
        intake = IntakeClient(self.intake_url, settings.intake_key_file)
        yield Canary(engine, rt.cases, rt.directory, rt.clock, intake, every, settle=0)
        await intake.close()
        engine.dispose()


@asynccontextmanager
async def province(server: NatsServer, folder: Path, without: str = "") -> AsyncIterator[Province]:
    """intake, router, sla, notifier and desk, each with its own key; an operator is hired."""
    await in_force(server, thanh_hoa())
    desk = desk_settings(server, f"sqlite:///{folder / 'desk.db'}", folder, canary_seconds=0)
    await hire(desk.database_url, OPERATOR)
    letters = notifier_settings(server, f"sqlite:///{folder / 'notifier.db'}")
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        rt = await enter(open_runtime("intake", intake_settings(server)))
        pages = await enter(intake_app(rt))
        assert pages is not None
        url = await enter(serving(pages))
        if without != "router":
            router = RouterSettings(nats_url=server.url, nkey_seed_file=server.seed("router"))
            await enter(router_app(await enter(open_runtime("router", router))))
        if without != "sla":
            sla = SlaSettings(
                nats_url=server.url,
                nkey_seed_file=server.seed("sla"),
                database_url=f"sqlite:///{folder / 'sla.db'}",
            )
            await enter(sla_app(await enter(open_runtime("sla", sla))))
        if without != "notifier":
            await enter(notifier(letters))
        yield Province(await enter(running_desk(desk)), url, letters.database_url)
