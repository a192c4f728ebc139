"""What the calendar pages show, and what their forms do: everything but `apply` only changes the draft."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.packs import cells
from libs.packs.errors import PackErrors
from libs.packs.model import Pack
from libs.runtime.errors import PackChanged
from libs.web.forms import Form
from libs.web.instants import read_moment
from libs.worktime.calendar import CalendarError
from services.desk.domain.calendars import (
    KINDS,
    WEEKDAYS,
    Draft,
    Season,
    changes,
    difference,
    seasons,
    told_hours,
    week_lines,
)
from services.desk.domain.people import Account
from services.desk.pages.calendar_forms import (
    Read,
    by_how_much,
    read_day,
    read_decision,
    read_week,
    told_problems,
)
from services.desk.pages.frame import Frame

HISTORY = 20
"""Changes that the page lists, the newest first."""


class CalendarPage:
    """Reads the pack in force and the draft that travels in the address."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._desk = frame.desk

    @property
    def pack(self) -> Pack:
        return self._desk.directory.pack

    def seasons(self, draft: Draft, profile: str) -> tuple[Season, ...]:
        """The seasons of a profile. Raises 404 when there is no such profile."""
        found = seasons(row for row in draft.hours_of(self.pack) if row.profile == profile)
        if not found:
            raise HTTPException(404)
        return found

    def season(self, draft: Draft, profile: str, number: str) -> Season | None:
        """The season of that number, counted from 0; None for a new one."""
        return next((one for at, one in enumerate(self.seasons(draft, profile)) if str(at) == number), None)

    async def look(
        self, request: Request, account: Account, draft: Draft, year: int, *, done: str = ""
    ) -> Response:
        pack, today = self.pack, self._desk.clock.now().astimezone(self._frame.zone).date()
        first, last = pack.first_day.year, pack.last_day.year
        shown = min(max(year or today.year, first), last)
        rows = draft.hours_of(pack)
        profiles = {
            name: [(one, week_lines(one)) for one in seasons(row for row in rows if row.profile == name)]
            for name in dict.fromkeys(row.profile for row in rows)
        }
        return self._render(
            request,
            "calendar.html",
            account,
            draft,
            year=shown,
            years=(shown - 1 if shown > first else 0, shown + 1 if shown < last else 0),
            days=[day for day in draft.days_of(pack) if day.day.year == shown],
            profiles=profiles,
            problems=await self._problems(draft),
            history=list(reversed(self._desk.directory.history))[:HISTORY],
            done=done,
        )

    def day(
        self, request: Request, account: Account, draft: Draft, form: Form, *, was: str, status: int = 200
    ) -> Response:
        profiles = list(dict.fromkeys(row.profile for row in self.pack.hours))
        return self._render(
            request, "calendar_day.html", account, draft, status, form=form, was=was, profiles=profiles
        )

    def keep_day(self, request: Request, account: Account, sent: Mapping[str, str]) -> Response:
        """The day goes into the draft, or the form comes back."""
        draft, was = Draft.unpacked(sent.get("d", "")), sent.get("was", "")
        old = next((one.day for one in draft.days_of(self.pack) if one.day.isoformat() == was), None)
        if sent.get("do") == "remove" and old:
            return self._back(draft.with_day(old, None), old.year)
        taken = (one.day for one in draft.days_of(self.pack) if one.day != old)
        read = read_day(sent, self.pack, taken)
        if read.day is None:
            return self.day(request, account, draft, Form(sent, read.problems), was=was, status=422)
        if old and old != read.day.day:
            draft = draft.with_day(old, None)
        return self._back(draft.with_day(read.day.day, read.day), read.day.day.year)

    def hours(
        self,
        request: Request,
        account: Account,
        draft: Draft,
        form: Form,
        *,
        profile: str,
        season: str,
        status: int = 200,
    ) -> Response:
        return self._render(
            request,
            "calendar_hours.html",
            account,
            draft,
            status,
            form=form,
            profile=profile,
            season=season,
            only=len(self.seasons(draft, profile)) == 1,
            weekdays=list(zip(cells.WEEKDAYS, WEEKDAYS, strict=True)),
        )  # fmt: skip

    def keep_hours(self, request: Request, account: Account, sent: Mapping[str, str]) -> Response:
        """The season goes into the draft, or the form comes back."""
        draft, profile = Draft.unpacked(sent.get("d", "")), sent.get("profile", "")
        number = sent.get("season", "")
        others = [one for at, one in enumerate(self.seasons(draft, profile)) if str(at) != number]
        read = Read() if sent.get("do") == "remove" and others else read_week(sent, profile)
        if read.problems:
            form = Form(sent, read.problems)
            return self.hours(request, account, draft, form, profile=profile, season=number, status=422)
        rows = (*(row for one in others for row in one.rows), *read.rows)
        return self._back(draft.with_hours(profile, rows))

    async def preview(
        self,
        request: Request,
        account: Account,
        draft: Draft,
        *,
        at: str = "",
        form: Form | None = None,
        status: int = 200,
    ) -> Response:
        """What would happen, and the form to let it happen; back to the draft when it has mistakes."""
        if await self._problems(draft) or not changes(draft, self.pack):
            return self._back(draft)
        new = await self._desk.calendars.revised(draft)
        chosen = read_moment(at, self._frame.zone)
        wrong = "Thời điểm này chưa đúng" if at and chosen is None else ""
        try:
            found = await self._desk.calendars.preview(new, chosen)
        except CalendarError:
            wrong = "Lịch không có thời điểm này"
            found = await self._desk.calendars.preview(new, None)
        return self._render(
            request,
            "calendar_preview.html",
            account,
            draft,
            status,
            form=form or Form(),
            found=found,
            at=at,
            wrong=wrong,
            by_how_much=by_how_much,
            budget=(self.pack.clock("answer").budget_seconds or 0) // 3600,
        )  # fmt: skip

    async def apply(self, request: Request, account: Account, sent: Mapping[str, str]) -> Response:
        """Put it in force; who was first is shown to who was second."""
        draft, instead_of = Draft.unpacked(sent.get("d", "")), sent.get("instead_of", "")
        number, signed, problems = read_decision(sent)
        if problems or signed is None:
            return await self.preview(request, account, draft, form=Form(dict(sent), problems), status=422)
        try:
            if instead_of != self.pack.version:
                raise PackChanged
            await self._desk.calendars.apply(
                account,
                draft,
                number=number,
                signed=signed,
                recompute=sent.get("recompute") == "yes",
                instead_of=instead_of,
            )
        except PackChanged:
            return await self._conflict(request, account, draft, instead_of)
        except PackErrors:
            return self._back(draft)
        return RedirectResponse("/calendar?done=yes#main", 303)

    async def _conflict(self, request: Request, account: Account, draft: Draft, instead_of: str) -> Response:
        await self._desk.directory.refresh()
        theirs = [
            (change, changes(difference(before, after), before))
            for change, before, after in await self._desk.calendars.since(instead_of)
        ]
        return self._render(request, "calendar_conflict.html", account, draft, 409, theirs=theirs)

    async def _problems(self, draft: Draft) -> tuple[str, ...]:
        if not changes(draft, self.pack):
            return ()
        try:
            await self._desk.calendars.revised(draft)
        except PackErrors as error:
            return told_problems(error.problems, draft, self.pack)
        return ()

    def _back(self, draft: Draft, year: int = 0) -> Response:
        asked = {"year": str(year)} if year else {}
        asked |= {"d": draft.packed()} if draft.packed() else {}
        return RedirectResponse(f"/calendar?{urlencode(asked)}".rstrip("?"), 303)

    def _render(
        self, request: Request, template: str, account: Account, draft: Draft, status: int = 200, **more: Any
    ) -> Response:
        made = changes(draft, self.pack)
        return self._frame.render(
            request,
            template,
            account,
            status,
            draft=draft.packed(),
            changes=[(one, draft.without(one.key).packed()) for one in made],
            changed_keys={one.key for one in made},
            kinds=list(KINDS.items()),
            kind_names=KINDS,
            hours_in_words=told_hours,
            version=self.pack.version,
            **more,
        )
