"""The JSON interface under /api/v1, for scripts and partners inside: sign in, look, command.

A session is a bearer token, never a cookie, so that nothing here can be forged from another site.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, get_args

from pydantic import Field, TypeAdapter
from pydantic_core import to_jsonable_python
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from libs.contracts.errors import Refused
from libs.contracts.requests import Asked, Described, Helped, Line, NotSolved, Offers, Rating, SearchedInVain
from services.desk.calls import TypedCall
from services.desk.desk import Desk
from services.desk.domain.errors import NotFound, NotSignedIn
from services.desk.domain.people import Account
from services.desk.domain.rights import require_in_office
from services.desk.domain.rights_table import COMMANDS
from services.desk.problems import HANDLERS
from services.desk.queries import Group
from services.desk.telling import as_data

LARGEST = 128 * 1024
"""Bytes of a body."""

_GROUP: TypeAdapter[Group] = TypeAdapter(Group)


class Credentials(Asked):
    """What one signs in with."""

    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class Search(Asked):
    """What one looks for."""

    q: Line = ""


def api(desk: Desk) -> Starlette:
    """The application to be mounted at /api/v1; every answer of the 4xx kind is a list of problems."""
    endpoints = Endpoints(desk)
    routes = [
        Route("/sessions", endpoints.sign_in, methods=["POST"]),
        Route("/sessions", endpoints.sign_out, methods=["DELETE"]),
        Route("/me", endpoints.me),
        Route("/cases", endpoints.cases),
        Route("/cases/{case_id}", endpoints.case),
        Route("/cases/{case_id}/clocks", endpoints.clocks),
        Route("/cases/{case_id}/similar", endpoints.similar),
        Route("/cases/{case_id}/packet", endpoints.packet),
        Route("/similar", endpoints.similar_call),
        Route("/offers", endpoints.offers, methods=["POST"]),
        Route("/ratings", endpoints.rate, methods=["POST"]),
        Route("/reopenings", endpoints.open_again, methods=["POST"]),
        Route("/helpful", endpoints.helped, methods=["POST"]),
        Route("/sought", endpoints.sought, methods=["POST"]),
        Route("/cases/{case_id}/{command}", endpoints.command, methods=["POST"]),
        Route("/calls", endpoints.call, methods=["POST"]),
        Route("/search", endpoints.search),
        Route("/answers", endpoints.answers),
        Route("/parked", endpoints.parked),
        Route("/reports/{report}", endpoints.report),
    ]
    return Starlette(routes=routes, exception_handlers=HANDLERS)


class Endpoints:
    """One method an address."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def sign_in(self, request: Request) -> Response:
        """{login, password} → {token, account}; the token goes into `Authorization: Bearer …`."""
        who = Credentials.model_validate(await body(request))
        address = request.client.host if request.client else ""
        token = await self._desk.people.sign_in(who.login, who.password, address)
        account = await self._desk.people.who(token)
        return answer({"token": token, "account": account}, 201)

    async def sign_out(self, request: Request) -> Response:
        await self._desk.people.sign_out(bearer(request))
        return Response(status_code=204)

    async def me(self, request: Request) -> Response:
        return answer(await self._who(request))

    async def cases(self, request: Request) -> Response:
        """`?list=triage|arbiter|open|publish|closed|joined|tasks|suspicions&after=…`."""
        account, asked = await self._who(request), request.query_params
        queries, after = self._desk.queries, asked.get("after", "")
        lists: dict[str, Callable[[Account, str], Awaitable[Any]]] = {
            "triage": queries.triage,
            "arbiter": queries.unclear,
            "suspicions": queries.suspicions,
        }
        name = asked.get("list", "open")
        if name in lists:
            return answer(await lists[name](account, after))
        if name not in get_args(Group):
            raise NotFound("Không có danh sách này", "there is no such list", field="list")
        return answer(await queries.inbox(account, _GROUP.validate_python(name), after))

    async def case(self, request: Request) -> Response:
        """`?reason=…` where the citizen asked for secrecy."""
        account = await self._who(request)
        reason = request.query_params.get("reason", "")
        view = await self._desk.queries.case(account, request.path_params["case_id"], reason=reason)
        return answer(await self._desk.hands.with_followers(account, view))

    async def similar(self, request: Request) -> Response:
        """Older cases that may be the same matter, with what they have in common; for operators."""
        account = await self._who(request)
        return answer(await self._desk.hands.similar(account, request.path_params["case_id"]))

    async def similar_call(self, request: Request) -> Response:
        """The same for a call that is being typed: `?text=…&phone=…&field=…&place=…`."""
        account, asked = await self._who(request), request.query_params
        given = {name: asked.get(name, "") for name in ("text", "phone", "field", "place")}
        return answer(await self._desk.hands.similar_call(account, **given))

    async def offers(self, request: Request) -> Response:
        """For the portal alone, with its key: {text, field?, address?} → matters that may be the same."""
        self._admit_portal(request)
        described = Described.model_validate(await body(request))
        return answer(Offers(offers=await self._desk.offers.like(described)))

    async def rate(self, request: Request) -> Response:
        """For the portal alone: the rating of whoever tracked the case, once a cycle → {repeated}."""
        self._admit_portal(request)
        return answer(await self._desk.voices.rate(Rating.model_validate(await body(request))), 201)

    async def open_again(self, request: Request) -> Response:
        """For the portal alone: “not solved”, with a reason, opens the case again → {repeated}."""
        self._admit_portal(request)
        said = NotSolved.model_validate(await body(request))
        return answer(await self._desk.voices.open_again(said), 201)

    async def helped(self, request: Request) -> Response:
        """For the portal alone: one reader was helped by a published text, or was not; 204."""
        self._admit_portal(request)
        await self._desk.helpful.count(Helped.model_validate(await body(request)))
        return Response(status_code=204)

    async def sought(self, request: Request) -> Response:
        """For the portal alone: a citizen found no answer to these words; 204."""
        self._admit_portal(request)
        said = SearchedInVain.model_validate(await body(request))
        await self._desk.knowledge.sought.note(said.words, "citizen", said.place)
        return Response(status_code=204)

    def _admit_portal(self, request: Request) -> None:
        if not self._desk.offers.admits(bearer(request)):
            raise NotSignedIn("Khóa không đúng", "the key is missing or wrong")

    async def packet(self, request: Request) -> Response:
        """The sealed evidence of a suspicion, for the police unit that was asked."""
        account = await self._who(request)
        return answer(await self._desk.hands.packet(account, request.path_params["case_id"]))

    async def clocks(self, request: Request) -> Response:
        """Every clock with how its deadline came about, and whose working time it was (telling.as_data)."""
        account = await self._who(request)
        time = await self._desk.clocks.of(account, request.path_params["case_id"])
        return answer(as_data(time, self._desk.directory.pack))

    async def command(self, request: Request) -> Response:
        """{command_id, seen?, …} → {seq, fact, repeated, shown}; see domain/inputs.py for each command."""
        account = await self._who(request)
        cls = COMMANDS.get(request.path_params["command"])
        if cls is None:
            raise NotFound("Không có lệnh này", f"commands: {', '.join(COMMANDS)}", field="command")
        command = cls.model_validate(await body(request))
        done = await self._desk.commands.do(account, request.path_params["case_id"], command)
        made = {"token": done.fact.token, "event_id": done.fact.event_id, "at": done.fact.at}
        return answer({"seq": done.seq, "fact": made, "repeated": done.repeated, "shown": done.shown}, 201)

    async def call(self, request: Request) -> Response:
        """A typed telephone call → {case_id, code, shown}."""
        account = await self._who(request)
        call = TypedCall.model_validate(await body(request))
        return answer(await self._desk.commands.take_call(account, call), 201)

    async def search(self, request: Request) -> Response:
        """`?q=` a look-up code or a telephone number."""
        account = await self._who(request)
        return answer(await self._desk.queries.search(account, _asked(request)))

    async def answers(self, request: Request) -> Response:
        """`?q=` words → questions with their answers."""
        await self._who(request)
        return answer(await self._desk.answers.search(_asked(request)))

    async def parked(self, request: Request) -> Response:
        return answer(await self._desk.queries.parked(await self._who(request)))

    async def report(self, request: Request) -> Response:
        """`?month=2026-11`, or `?from=…&to=…`: a spreadsheet for arbiter and administrators."""
        account = await self._who(request)
        name = request.path_params["report"]
        report = await self._desk.reports.report(account, name, request.query_params)
        headers = {"content-disposition": report.disposition, "cache-control": "no-store"}
        return Response(report.content, media_type=report.media_type, headers=headers)

    async def _who(self, request: Request) -> Account:
        account = await self._desk.people.who(bearer(request))
        if account is None:
            raise NotSignedIn("Bạn chưa đăng nhập hoặc phiên đã hết", "sign in first, or again")
        require_in_office(account, self._desk.directory.pack.arbiter)
        return account


def _asked(request: Request) -> str:
    return Search.model_validate({"q": request.query_params.get("q", "")}).q


def bearer(request: Request) -> str:
    """The token of `Authorization: Bearer …`; empty without one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def body(request: Request) -> Any:
    """The body as JSON. Raises Refused for anything else, and for too much of it."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LARGEST:
            raise Refused("Nội dung gửi lên quá dài", f"more than {LARGEST} bytes", field="body")
    try:
        return json.loads(read.decode())
    except (ValueError, RecursionError):
        raise Refused("Nội dung không phải JSON", "the body is not JSON in UTF-8", field="body") from None


def answer(view: Any, status: int = 200) -> Response:
    """A view as JSON; never cached, since it may hold personal data."""
    return JSONResponse(to_jsonable_python(view), status, {"cache-control": "no-store"})
