"""What every page of the portal is made with."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from libs.packs.model import Pack
from libs.packs.questions import Notice, Question
from libs.places.answers import AnswerIndex, Entry
from libs.runtime.directory import Directory
from libs.web.formats import days_between
from libs.web.guard import Visit
from libs.web.labels import Labels
from libs.web.limits import Limits
from libs.web.pages import Pages
from libs.web.signing import Signer
from services.portal.case import PublishedAnswer
from services.portal.desk import Desk
from services.portal.intake import Intake
from services.portal.published import Published
from services.portal.store import Store
from services.portal.texts import version


@dataclass
class Portal:
    """The parts of the portal; pages ask for what they need."""

    pages: Pages
    store: Store
    intake: Intake
    desk: Desk
    directory: Directory
    signer: Signer
    public_url: str
    published: Published
    limits: Limits = field(default_factory=Limits)
    _index: tuple[str, date, AnswerIndex] | None = None

    @property
    def pack(self) -> Pack:
        return self.directory.pack

    def labels(self, request: Request) -> Labels:
        return Labels(self.pack, self.pages.language(request))

    def render(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """A page, with the pack's names at hand."""
        labels = self.labels(request)
        values = {
            "labels": labels,
            "days": self.days,
            "public_url": self.public_url,
            "canonical": "",
            **values,
        }
        return self.pages.render(request, template, status, headers, version=version, **values)

    def keep(self, answer: Response, name: str, text: str, seconds: int) -> None:
        """Let the browser keep a signed text for the page `/<name>` alone."""
        answer.set_cookie(
            name,
            self.signer.sign(name, text, seconds),
            max_age=seconds,
            path=f"/{name}",
            httponly=True,
            secure=self.public_url.startswith("https"),
            samesite="lax",
        )

    def kept(self, request: Request, name: str) -> str | None:
        """What `keep` left, unless it was changed or has ended."""
        return self.signer.read(name, request.cookies.get(name, ""))

    def days(self, answer: PublishedAnswer) -> int:
        """Calendar days from the request to its answer."""
        return days_between(answer.opened_at, answer.answered_at, ZoneInfo(self.pack.zone))

    @property
    def today(self) -> date:
        """The day where the province is."""
        return self.pages.now().astimezone(ZoneInfo(self.pack.zone)).date()

    def entries(self) -> list[Question]:
        """The questions and answers that hold today."""
        day = self.today
        return [one for one in self.pack.questions if one.in_force(day)]

    def notices(self) -> list[Notice]:
        """What agencies have to say to everybody today, the newest first (Điều 14.6)."""
        day = self.today
        return [one for one in reversed(self.pack.notices) if one.in_force(day)]

    async def questions(self) -> AnswerIndex:
        """The index of `entries`, made anew for a new pack and a new day."""
        version, day = self.directory.current, self.today
        if self._index is None or self._index[:2] != (version, day):
            self._index = (version, day, await asyncio.to_thread(_indexed, self.entries()))
        return self._index[2]

    async def hold(self, request: Request, what: str, times: int, minutes: int, *more: str) -> None:
        """Count a try: firmly by browser and by `more` (a phone, a code), loosely by address."""
        visit: Visit = request.state.visit
        address = request.client.host if request.client else ""
        for who in ("" if visit.fresh else visit.id, *more):
            await self.limits.allow(what, who, times, minutes)
        await self.limits.allow(f"{what}-from", address, times * 20, minutes)


def _indexed(entries: list[Question]) -> AnswerIndex:
    return AnswerIndex(
        Entry(id=one.id, field=one.field, question=one.question, answer=one.answer) for one in entries
    )
