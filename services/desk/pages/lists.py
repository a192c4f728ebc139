"""The lists people work through: triage, the arbiter's, the inbox by deadline, search."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.desk.pages.frame import Frame
from services.desk.pages.menu import MENU_PATH
from services.desk.queries import Group
from services.desk.views import Row

GROUPS: dict[str, tuple[Group, str]] = {
    "open": ("open", "Hộp việc"),
    "publish": ("publish", "Chờ công khai"),
    "closed": ("closed", "Đã xong"),
    "joined": ("joined", "Phối hợp, được giao"),
    "tasks": ("tasks", "Việc của tôi"),
}


@dataclass(frozen=True)
class Shelf:
    """Part of a list under one heading, in the list's order; `left`: how many more stand elsewhere."""

    name: str
    tone: str
    rows: tuple[Row, ...]
    left: int = 0


def list_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    queries = frame.desk.queries

    @routes.get("/inbox")
    async def inbox(request: Request, group: str = "open", after: str = "") -> Response:
        account = await frame.account(request)
        if group not in GROUPS:
            raise HTTPException(404)
        known, title = GROUPS[group]
        listing = await queries.inbox(account, known, after)
        shelves = shelves_of(group, listing.rows, frame)
        if group == "open" and not after and account.of_agency:
            tasks = await queries.inbox(account, "tasks")
            shelves = (Shelf("Việc của tôi: phối hợp, được giao", "warn", tasks.rows, tasks.left), *shelves)
        return frame.render(
            request, "list.html", account, title=title, shelves=shelves, next=listing.next, left=listing.left,
            kind=group,
        )  # fmt: skip

    @routes.get(MENU_PATH)
    async def menu(request: Request, here: str = "") -> Response:
        return frame.render(request, "menu.html", await frame.account(request), here=here)

    @routes.get("/search")
    async def search(request: Request, q: str = "") -> Response:
        account = await frame.account(request)
        listing = await queries.search(account, q)
        if len(listing.rows) == 1:
            return RedirectResponse(f"/cases/{listing.rows[0].case_id}", 303)
        shelves = (Shelf("", "", listing.rows),)
        return frame.render(
            request,
            "list.html",
            account,
            title="Tìm hồ sơ",
            shelves=shelves,
            next="",
            left=0,
            kind="search",
            q=q,
        )

    return routes


def shelves_of(group: str, rows: tuple[Row, ...], frame: Frame) -> tuple[Shelf, ...]:
    """A page of a group of the inbox under its headings."""
    if group == "closed":
        return (Shelf("", "", rows),)
    if group == "joined":
        return own_part(rows, "Còn phải gửi phần của mình", "Đã xong phần của mình")
    return by_deadline(rows, frame.desk.clock.now(), frame.zone)


def own_part(rows: tuple[Row, ...], owed: str, done: str) -> tuple[Shelf, ...]:
    """What the agency owes first, then where it did its part."""
    shelves = (
        Shelf(owed, "warn", tuple(row for row in rows if row.owed)),
        Shelf(done, "calm", tuple(row for row in rows if not row.owed)),
    )
    return tuple(shelf for shelf in shelves if shelf.rows)


def by_deadline(rows: Iterable[Row], now: datetime, zone: ZoneInfo) -> tuple[Shelf, ...]:
    """Quá hạn, Hôm nay, Sắp tới, and what waits for the citizen although its clock runs on."""
    today = now.astimezone(zone).date()

    def shelf_of(row: Row) -> str:
        if row.due and row.due <= now:
            return "late"
        if row.asked:
            return "asked"
        return "today" if row.due and row.due.astimezone(zone).date() <= today else "later"

    names = (("late", "Quá hạn", "bad"), ("today", "Hôm nay", "warn"), ("later", "Sắp tới", "calm"))
    every = (*names, ("asked", "Chờ người dân", ""))
    sorted_rows = [(shelf_of(row), row) for row in rows]
    shelves = (
        Shelf(name, tone, tuple(row for key, row in sorted_rows if key == wanted))
        for wanted, name, tone in every
    )
    return tuple(shelf for shelf in shelves if shelf.rows)
