"""The long lists of a province that forms choose from: they come to a browser once, not with each page."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from libs.packs.model import Pack
from services.desk.domain.state import CaseState
from services.desk.pages.frame import Frame

HELD = "lists"
"""The cookie of a browser whose script fills the lists; without a script they come with each page."""

KEPT = "private, max-age=31536000, immutable"

Choice = tuple[str, str]
"""A code and its name."""


@dataclass(frozen=True)
class Lists:
    """Of one version of the pack, on one day."""

    agencies: tuple[Choice, ...]
    hotlines: tuple[Choice, ...]
    places: tuple[Choice, ...]

    @cached_property
    def script(self) -> str:
        return f"globalThis.lists={json.dumps(asdict(self), ensure_ascii=False, separators=(',', ':'))}"

    @cached_property
    def address(self) -> str:
        """Changes with what is in the lists."""
        return f"/lists/{hashlib.sha256(self.script.encode()).hexdigest()[:12]}.js"


def lists_of(pack: Pack, day: date) -> Lists:
    """Agencies in force and their hotlines, and every unit right below the province."""
    standing = [one for one in pack.agencies if one.in_force(day)]
    units = [one for one in pack.units if one.in_force(day) and one.level != "province"]
    below = [one for one in units if one.level == "district"] or units
    return Lists(
        agencies=tuple((one.code, one.name_vi) for one in standing),
        hotlines=tuple((one.code, f"{one.name_vi}: {one.hotline}") for one in standing if one.hotline),
        places=tuple((one.code, one.name_vi) for one in below),
    )


def near_of(pack: Pack, state: CaseState) -> dict[str, str]:
    """Units that the words of a case named, the chosen one first; also those that have ended since."""
    names = {unit.code: unit.name_vi for unit in pack.units}
    return {code: names[code] for code in (state.place, *state.places) if code and code in names}


class Choices:
    """What the forms of a page choose from."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._made: dict[tuple[str, date], Lists] = {}

    @property
    def today(self) -> Lists:
        """The lists of today, made once for each version and day."""
        desk = self._frame.desk
        pack, day = desk.directory.pack, desk.clock.now().astimezone(self._frame.zone).date()
        if (pack.version, day) not in self._made:
            self._made = {(pack.version, day): lists_of(pack, day)}
        return self._made[pack.version, day]

    def of(self, request: Request, state: CaseState) -> dict[str, Any]:
        """For the page of a case; `lists` is where the rest is, empty when everything stands in the page."""
        lists, near = self.today, near_of(self._frame.desk.directory.pack, state)
        held = request.cookies.get(HELD) == "held" and request.query_params.get(HELD) != "all"
        return {
            "lists": lists.address if held else "",
            "agencies": lists.agencies,
            "hotlines": lists.hotlines,
            "near": tuple(near),
            "places": tuple((near | dict(lists.places)).items()),
        }


def choice_pages(frame: Frame) -> APIRouter:
    routes, choices = APIRouter(), Choices(frame)

    @routes.get("/lists/{name}.js")
    async def script(request: Request, name: str) -> Response:
        """The lists as the desk knows them now; kept for ever under the name of their content."""
        await frame.account(request)
        lists = choices.today
        headers = {"cache-control": KEPT} if lists.address == f"/lists/{name}.js" else {}
        return Response(lists.script, media_type="text/javascript", headers=headers)

    return routes
