"""Puts intake together."""

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from libs.files.files import open_files
from libs.runtime.service import Runtime
from services.intake import transports
from services.intake.channels.rows import read_channels
from services.intake.conversations import Conversations
from services.intake.files import Enclosures
from services.intake.gathering import Gathering
from services.intake.handlers import Desk
from services.intake.hooks import Hooks
from services.intake.http import api
from services.intake.messages import Messages
from services.intake.rawlog import RawLog
from services.intake.recordings import Recordings
from services.intake.settings import Settings
from services.intake.silence import Silence
from services.intake.worker import Taker, Worker


def settings_of(rt: Runtime) -> Settings:
    """The runtime's settings, which are intake's."""
    if not isinstance(rt.settings, Settings):
        raise TypeError(type(rt.settings))
    return rt.settings


def taker_of(rt: Runtime) -> Taker:
    """What turns deliveries into facts, with the channels of the settings. Raises BadChannels."""
    files = Enclosures(open_files(rt.js))
    gathering = Gathering(rt.cases, Messages(rt.js), Conversations(rt.js), rt.directory, rt.clock, files)
    return Taker(rt, read_channels(settings_of(rt).channels_file), RawLog(rt.js), gathering)


@asynccontextmanager
async def build(rt: Runtime) -> AsyncIterator[ASGIApp | None]:
    """The JSON interface, the webhooks, every channel's own connection, and the worker behind them."""
    settings, taker = settings_of(rt), taker_of(rt)
    gathering = taker.gathering
    desk = Desk(rt.cases, gathering.messages, rt.directory, rt.clock, gathering.files)
    app = api(desk, settings.clients, settings.patience)
    hooks = Hooks(taker.channels, taker.raw, rt.clock, settings.patience)
    hooks.add_to(app)
    for code, (row, channel) in taker.channels.items():
        if run := transports.transport_of(row.kind):
            keep = functools.partial(taker.raw.keep, code)
            rt.keep_running(transports.serve(run, row, channel, keep, rt.clock), f"channel-{code}")
    rt.keep_running(Worker(taker, hooks.door).run(), "worker")
    rt.keep_running(Recordings(rt, taker.channels, open_files(rt.js)).run(), "recordings")
    rt.keep_running(Silence(taker.channels, taker.raw, rt.directory, rt.clock).run(), "silence")
    yield app
