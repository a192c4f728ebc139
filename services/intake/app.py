"""Puts intake together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from libs.runtime.service import Runtime
from services.intake.handlers import Desk
from services.intake.http import api
from services.intake.messages import Messages
from services.intake.settings import Settings


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """The JSON interface; intake reads no stream and keeps nothing."""
    settings = rt.settings
    if not isinstance(settings, Settings):
        raise TypeError(type(settings))
    yield api(Desk(rt.cases, Messages(rt.js), rt.directory, rt.clock), settings.clients, settings.patience)
