"""Published answers for everybody: the list with its filters, and each on a page of its own."""

import asyncio
from datetime import datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from libs.contracts.requests import Problem
from libs.packs.model import Pack
from libs.web.forms import Form
from services.portal.portal import Portal
from services.portal.published import Found, Wanted

FRESH = {"cache-control": "private, no-cache"}
LONGEST = 200
FILTERS: tuple[str, ...] = ("q", "field", "place", "agency", "days")
DAYS = (30, 90, 365)

TOO_LONG = Problem(
    field="q",
    vi="Từ tìm kiếm dài quá 200 chữ; hãy viết ngắn hơn.",
    en="More than 200 letters; please search for less.",
)


def answer_pages(portal: Portal) -> APIRouter:
    routes = APIRouter()

    @routes.get("/answers")
    async def answers(request: Request) -> Response:
        asked = {name: request.query_params.get(name, "").strip() for name in FILTERS}
        form = Form(asked, (TOO_LONG,) if len(asked["q"]) > LONGEST else ())
        after = request.query_params.get("after", "")[:64]
        wanted = wanted_of(portal.pack, asked, portal.pages.now(), after)
        found = Found() if form.problems else await asyncio.to_thread(portal.published.search, wanted)
        chosen = {name: value for name, value in asked.items() if value}
        feed = urlencode({name: value for name, value in chosen.items() if name in {"field", "place"}})
        return portal.render(
            request,
            "answers.html",
            422 if form.problems else 200,
            FRESH,
            form=form,
            found=found,
            after=after,
            chosen=chosen,
            query=urlencode(chosen),
            feed=f"/feed.atom?{feed}" if feed else "/feed.atom",
            places=places(portal.pack),
            periods=DAYS,
            canonical="" if chosen or after else "/answers",
        )

    @routes.get("/answers/{answer_id}")
    async def answer(request: Request, answer_id: str) -> Response:
        found = await asyncio.to_thread(portal.published.one, answer_id)
        if found is None:
            raise HTTPException(404)
        return portal.render(
            request,
            "answer.html",
            headers=FRESH,
            answer=found,
            thanked="thanked" in request.query_params,
            canonical=f"/answers/{found.id}",
        )

    return routes


def wanted_of(pack: Pack, asked: dict[str, str], now: datetime, after: str = "") -> Wanted:
    """The filters of an address; what is no filter of ours narrows nothing."""
    days = asked.get("days", "")
    return Wanted(
        words=asked.get("q", ""),
        field=asked.get("field", "")[:32],
        agency=asked.get("agency", "")[:32],
        places=below(pack, asked.get("place", "")),
        since=now - timedelta(days=int(days)) if days in map(str, DAYS) else None,
        after=after,
    )


def places(pack: Pack) -> list[tuple[str, str]]:
    """What may be chosen: the districts, and where there are none, the communes."""
    standing = [unit for unit in pack.units if unit.merged_into is None]
    level = "district" if any(unit.level == "district" for unit in standing) else "commune"
    return sorted(
        ((unit.code, unit.name_vi) for unit in standing if unit.level == level), key=lambda one: one[1]
    )


def below(pack: Pack, code: str) -> frozenset[str]:
    """The unit and everything that lies in it or became part of it; empty for no unit of the pack."""
    found = {code} & pack.units_by_code.keys()
    grown = True
    while grown:
        inside = {unit.code for unit in pack.units if found & {unit.parent, unit.merged_into}}
        grown = not inside <= found
        found |= inside
    return frozenset(found)
