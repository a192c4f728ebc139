"""The week's shifts: seen by operators, written down by administrators."""

from datetime import date, datetime, time, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.web.forms import Form, refused
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.domain.roster import ENOUGH, gaps
from services.desk.pages.frame import Frame, form_of
from services.desk.roster.roster import MAY_WRITE, WEEK


def roster_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = RosterPage(frame)

    @routes.get("/roster")
    async def look(request: Request, week: str = "", done: str = "") -> Response:
        """`week`: any day of it, as 2026-03-02; this week without."""
        account = await frame.account(request)
        return await page.show(request, account, page.monday(week), Form(), done=done)

    @routes.post("/roster")
    async def write(request: Request) -> Response:
        account, form = await frame.account(request), form_of(request)
        return await page.write(request, account, form)

    return routes


class RosterPage:
    """One page, three things to do: add a shift, drop one, copy the week before."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._roster = frame.desk.roster

    def monday(self, day: str) -> date:
        """The first day of the week of that day; of this week when it says nothing."""
        try:
            chosen = date.fromisoformat(day)
        except ValueError:
            chosen = self._frame.desk.clock.now().astimezone(self._frame.zone).date()
        return chosen - timedelta(days=chosen.weekday())

    def _at(self, day: date, hour: time = time.min) -> datetime:
        return datetime.combine(day, hour, self._frame.zone)

    async def show(
        self, request: Request, account: Account, monday: date, form: Form, status: int = 200, done: str = ""
    ) -> Response:
        start, end = self._at(monday), self._at(monday + timedelta(days=7))
        shifts = await self._roster.between(account, start, end)
        days = [
            (day, [one for one in shifts if one.begins.astimezone(self._frame.zone).date() == day])
            for day in (monday + timedelta(days=number) for number in range(7))
        ]
        return self._frame.render(
            request,
            "roster.html",
            account,
            status,
            form=form,
            days=days,
            gaps=gaps(shifts, start, end),
            enough=ENOUGH,
            on_duty=await self._roster.now(),
            operators=await self._roster.operators(),
            writes=account.role in MAY_WRITE,
            monday=monday,
            before=monday - WEEK,
            after=monday + WEEK,
            done=done,
        )

    async def write(self, request: Request, account: Account, form: dict[str, str]) -> Response:
        monday, done = self.monday(form.get("week", "")), ""
        try:
            if form.get("drop"):
                await self._roster.drop(account, form["drop"])
                done = "dropped"
            elif form.get("do") == "copy":
                done = f"copied-{await self._roster.copy(account, self._at(monday))}"
            else:
                await self._roster.add(account, form.get("account", ""), *self._span(form))
                done = "added"
        except NotAllowed:
            raise
        except Refused as error:
            return await self.show(request, account, monday, refused(form, error), 422)
        return RedirectResponse(f"/roster?week={monday}&done={done}", 303)

    def _span(self, form: dict[str, str]) -> tuple[datetime, datetime]:
        """From one time to the other; until the next day when the end is not after the beginning."""
        for name, says in (("day", "Chọn ngày"), ("from", "Nhập giờ bắt đầu"), ("to", "Nhập giờ kết thúc")):
            try:
                (date if name == "day" else time).fromisoformat(form.get(name, ""))
            except ValueError:
                raise Refused(says, f"no {name}", field=name) from None
        day, begins, ends = date.fromisoformat(form["day"]), time.fromisoformat(form["from"]), form["to"]
        until = time.fromisoformat(ends)
        return self._at(day, begins), self._at(day + timedelta(days=until <= begins), until)
