"""What every page of the desk is made with: who is signed in, the menu of their role, the pack's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.web.guard import Visit
from libs.web.labels import Labels
from libs.web.pages import Pages
from services.desk.desk import Desk
from services.desk.domain.errors import NotSignedIn
from services.desk.domain.people import ROLE_NAMES, Account
from services.desk.domain.rights import require_in_office
from services.desk.domain.state import STATUS_NAMES
from services.desk.domain.values_of_hands import STAGE_NAMES
from services.desk.pages.menu import MENU, MENU_PATH, Menu, is_open_to, room_of
from services.desk.pages.sent_forms import INPUT_NAMES
from services.desk.province import successors

TONES = {
    "verifying": "warn", "promised": "warn", "answered_by_phone": "warn", "answered": "good",
    "answered_at_desk": "good", "published": "good", "withheld": "good", "rejected": "bad", "joined": "good",
}  # fmt: skip
"""Status → colour of its tag; the others are calm."""


@dataclass(frozen=True)
class Frame:
    """The desk and how its pages are rendered."""

    desk: Desk
    pages: Pages

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.desk.directory.pack.zone)

    def token(self, request: Request) -> str:
        """The session's token, empty without one."""
        return request.cookies.get(self.desk.settings.session_cookie, "")

    async def account(self, request: Request) -> Account:
        """Who asks, and for the menu what waits for them.

        Raises NotSignedIn, and NotAllowed for an arbiter that is none any more.
        """
        request.state.mark = self.desk.live.mark  # before anything is read
        account = await self.desk.people.who(self.token(request))
        if account is None:
            raise NotSignedIn("Bạn chưa đăng nhập hoặc phiên đã hết", "sign in first, or again")
        require_in_office(account, self.desk.directory.pack.arbiter)
        waiting = self.desk.queries.waiting
        if request.url.path == MENU_PATH:
            request.state.waiting = await waiting.renewed(account)
        elif "hx-request" not in request.headers:
            request.state.waiting = await waiting.of(account)
            request.state.behind = waiting.counted(account) < self.desk.live.last
        return account

    async def goes_to(self, token: str, asked: str) -> str:
        """Where somebody who just signed in goes on: to what they asked for, else to their first page.

        Another role than before, or another person at the same screen, has other rooms and other cases.
        """
        account, path = await self.desk.people.who(token), own_path(asked)
        if account is None:
            return "/"
        if room_of(path) == "cases":
            case_id = path.partition("?")[0].split("/")[2:3]
            return path if await self.desk.queries.visible(account, case_id) else "/"
        return path if is_open_to(account.role, self._menu(account), path) else "/"

    def _menu(self, account: Account) -> Menu:
        """Of the role; only departments with a field of their own review answers (Đồng Nai 4)."""
        fields = self.desk.reviews.fields(account)
        return tuple(
            (name, tuple(one for one in pages if fields or one[0] != "/reviews"))
            for name, pages in MENU[account.role]
        )

    def render(
        self,
        request: Request,
        template: str,
        account: Account | None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """A page for this person."""
        pack = self.desk.directory.pack
        shown: dict[str, Any] = {
            "account": account,
            "menu": self._menu(account) if account else (),
            "waiting": getattr(request.state, "waiting", {}),
            "behind": getattr(request.state, "behind", False),
            "mark": getattr(request.state, "mark", ""),
            "here": f"{request.url.path}?{request.url.query}".rstrip("?"),
            "labels": Labels(pack, "vi"),
            "pack": pack,
            "role_names": ROLE_NAMES,
            "status_names": STATUS_NAMES,
            "tones": TONES,
            "stages": STAGE_NAMES,
            "case_id": "",
            "leave": "",
            "lists": "",
            "anew": False,
            "oidc_name": self.desk.settings.oidc_name if self.desk.oidc.on else "",
            "input_names": INPUT_NAMES,
            "heirs": self._heirs(account),
            "surge": self.desk.directory.surge,
            "new_id": lambda: uuid4().hex,
            **values,
        }
        return self.pages.render(request, template, status, headers, **shown)

    def _heirs(self, account: Account | None) -> tuple[str, ...] | None:
        """Who goes on for the agency of this person; None while it stands."""
        if account is None or not account.of_agency:
            return None
        today = self.desk.clock.now().astimezone(self.zone).date()
        return successors(self.desk.directory.pack, account.agency, today)


def form_of(request: Request) -> dict[str, str]:
    """The form that was sent, as the guard read it."""
    visit: Visit = request.state.visit
    return visit.form


def to_sign_in(request: Request) -> Response:
    """Off to the log-in page, and back afterwards."""
    return RedirectResponse(f"/login?next={quote(wanted(request))}", 303)


def wanted(request: Request) -> str:
    """The page that was asked for; of a form, the page that it stands on."""
    if request.method == "GET":
        return f"{request.url.path}?{request.url.query}".rstrip("?")
    return request.url.path if request.url.path in SELF_SENT else request.url.path.rpartition("/")[0] or "/"


SELF_SENT = frozenset(
    {"/calls/new", "/routes", "/surge", "/password", "/calendar", "/roster", "/texts", "/standards"}
)
"""Pages whose forms are sent to their own address."""


def own_path(asked: str) -> str:
    """Where to go after signing in: a path of ours, whatever was asked for."""
    return asked if asked.startswith("/") and not asked.startswith(("//", "/\\")) else "/"


def number_in(asked: str) -> int:
    """The number of a row, as an address names it; 0 for anything else."""
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
