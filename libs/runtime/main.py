"""`python -m services.<name> [serve|rebuild|replay|…]`: what every service can do from the command line."""

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import uvloop
from nats.js.client import JetStreamContext
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Engine

from libs.contracts.errors import HotlineError
from libs.runtime import logs
from libs.runtime.bus import broker_for, connect, disconnect
from libs.runtime.clock import Clock, FollowingClock
from libs.runtime.database import open_engine
from libs.runtime.directory import Directory
from libs.runtime.rebuild import Projection, rebuild
from libs.runtime.replay import replay
from libs.runtime.service import Build, serve
from libs.runtime.settings import DatabaseSettings, ServiceSettings

Settings = TypeVar("Settings", bound=ServiceSettings)
Project = Callable[[Settings, Engine, Directory, Clock], Projection]
Task = Callable[[JetStreamContext, str, Projection], Awaitable[object]]
Command = Callable[[Settings, list[str]], int]


STOP_WITHIN = 10.0
"""Seconds; then a service that was asked to stop ends, whatever hangs. compose kills it after 15."""


def _end_at_last() -> None:
    """A thread that waits for a mail server or a database holds Python back for as long as it likes."""
    timer = threading.Timer(STOP_WITHIN, os._exit, (1,))
    timer.daemon = True
    timer.start()


class Provisioner(BaseSettings):
    """`HOTLINE_PROVISIONER_SEED_FILE`: the key that may recreate consumers; running services lack it."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_PROVISIONER_", extra="ignore")

    seed_file: Path = Field(description="nkey seed that may recreate consumers; running services lack it")


def main(
    service: str,
    settings_class: type[Settings],
    build: Build,
    project: Project[Settings] | None = None,
    commands: Mapping[str, Command[Settings]] | None = None,
) -> None:
    """Serve, or run one command, then exit: 0 well, 1 failed, 2 called wrongly (said in one line)."""
    name, *words = sys.argv[1:] or ["serve"]
    known: dict[str, Command[Settings]] = {
        "serve": lambda settings, _: uvloop.run(serve(service, settings, build, _end_at_last)),
        **(commands or {}),
    }
    if project is not None:
        for task in (rebuild, replay):
            known[task.__name__] = partial(_with_projection, service, project, task)
    if name not in known:
        sys.exit(f"{service}: unknown command {name!r}; known: {', '.join(known)}")
    with contextlib.suppress(KeyboardInterrupt):
        try:
            sys.exit(known[name](read_settings(settings_class), words))
        except HotlineError as error:
            sys.exit(f"{service}: {error}")


Read = TypeVar("Read", bound=BaseSettings)


def read_settings(settings_class: type[Read]) -> Read:
    """Settings from the environment; ends the program with one line for each that is missing or wrong."""
    try:
        return settings_class()
    except ValidationError as error:
        prefix = settings_class.model_config.get("env_prefix", "")
        for one in error.errors():
            variable = f"{prefix}{'_'.join(str(part) for part in one['loc'])}".upper()
            print(f"{variable}: {one['msg']}", file=sys.stderr)  # noqa: T201
        sys.exit(2)


def _with_projection(
    service: str, project: Project[Settings], task: Task, settings: Settings, _words: list[str]
) -> int:
    return asyncio.run(_run(service, project, task, settings))


async def _run(service: str, project: Project[Settings], task: Task, settings: Settings) -> int:
    if not isinstance(settings, DatabaseSettings):
        raise TypeError(type(settings))
    logs.configure(service, settings.log_level)
    broker = broker_for("provisioner", settings.nats_url, read_settings(Provisioner).seed_file)
    engine = open_engine(settings.database_url)
    try:
        js = (await connect(broker, "provisioner")).jetstream(timeout=5)
        clock = FollowingClock()
        directory = Directory(js, clock)
        await directory.refresh()
        projection = project(settings, engine, directory, clock)
        done = await task(js, service, projection)
    finally:
        await disconnect(broker)
        engine.dispose()
    print(f"{service}: {done}")  # noqa: T201
    return 0
