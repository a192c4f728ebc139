"""The desk's parts as pages and API use them, put together once in `app.py`.

Pages (services/desk/pages) expose `routes(desk: Desk) -> list[BaseRoute]` in `services/desk/pages/__init__.py`;
`app.py` mounts them beside `/api/v1` (api.py) and `/live` (live.py), under the middleware they name there.
"""

from dataclasses import dataclass

from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from services.desk.answers import Answers
from services.desk.commands import Commands
from services.desk.live import Live
from services.desk.people import People
from services.desk.queries import Queries
from services.desk.settings import DeskSettings


@dataclass(frozen=True)
class Desk:
    """`directory.pack` is the pack in force; `clock.now()` the business time."""

    settings: DeskSettings
    directory: Directory
    clock: Clock
    commands: Commands
    queries: Queries
    answers: Answers
    people: People
    live: Live
