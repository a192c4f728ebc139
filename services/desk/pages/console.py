"""The operator's console: the call on the left, questions with answers on the right."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from nats.errors import Error as NatsError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import HotlineError, Refused
from libs.places.answers import Hit
from libs.runtime.errors import OutcomeUnknown
from libs.web.forms import Form, problems_of, refused
from services.desk.calls import TypedCall
from services.desk.domain.command import Command
from services.desk.domain.errors import NotAllowed
from services.desk.domain.handover_inputs import Join
from services.desk.domain.inputs import AnswerAtDesk
from services.desk.domain.people import Account
from services.desk.intake_client import IntakeUnavailable
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.sent_forms import read_form
from services.desk.views import AlikeView

HITS = 6

TYPED = ("phone", "zalo", "facebook", "email")
"""Channels whose contacts an operator types in (Điều 9.1); the first is the usual one."""


def console_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    console = Console(frame)

    @routes.get("/calls/new")
    async def blank(request: Request, call: str = "") -> Response:
        """`?call=…`: the call that rings or was taken; its number and time are filled in."""
        account = await frame.account(request)
        _operators_only(account)
        return await console.show(request, account, Form(await console.of_call(account, call)))

    @routes.post("/calls/new")
    async def sent(request: Request) -> Response:
        account, form = await frame.account(request), form_of(request)
        _operators_only(account)
        if form.get("do") in {"find", "alike"}:
            return await console.show(request, account, Form(form))
        if form.get("do", "").startswith("insert-"):
            return await console.show(request, account, Form(console.with_answer(form)))
        return await console.take(request, account, form)

    @routes.get("/questions")
    async def hits(request: Request, q: str = "") -> Response:
        """Only the hits, for the search while typing."""
        account = await frame.account(request)
        return frame.render(request, "hits.html", account, q=q, hits=console.find(q))

    @routes.post("/similar")
    async def alike(request: Request) -> Response:
        """Only the cases that may be the same matter, while the call is being typed."""
        account, form = await frame.account(request), form_of(request)
        found = await console.alike(account, form)
        return frame.render(request, "alike_hits.html", account, alike=found, chosen=form.get("join", ""))

    return routes


def _operators_only(account: Account) -> None:
    if account.role != "operator":
        raise NotAllowed("Chỉ cán bộ Trực tiếp nhận cuộc gọi", "only operators take calls")


class Console:
    """Takes a call, answers it at once if it can, and keeps what was typed whatever happens."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def find(self, words: str) -> list[Hit]:
        return self._frame.desk.answers.search(words, HITS)

    async def of_call(self, account: Account, call: str) -> dict[str, str]:
        """The form for a call: what the telephone system knows of it."""
        form = {"command_id": uuid4().hex}
        found = await self._frame.desk.calls.call(account, call) if call else None
        if found is None:
            return form
        began = found.began.astimezone(self._frame.zone).strftime("%Y-%m-%dT%H:%M")
        return {**form, "call": call, "phone": found.party or found.number, "received_at": began}

    async def alike(self, account: Account, form: Mapping[str, str]) -> tuple[AlikeView, ...]:
        """Earlier cases that may be what the caller is talking about."""
        typed = {name: form.get(name, "") for name in ("text", "phone", "field", "email")}
        return await self._frame.desk.hands.similar_call(account, **typed)

    async def show(
        self, request: Request, account: Account, form: Form, status: int = 200, trouble: str = ""
    ) -> Response:
        q = form.value("q")
        named = {one.code: one.name_vi for one in self._frame.desk.directory.pack.channels}
        channels = [(code, named[code]) for code in TYPED if code in named]
        shown: dict[str, Any] = {
            "form": form,
            "again": request.method == "POST",
            "q": q,
            "hits": self.find(q),
            "trouble": trouble,
            "desk_channels": channels,
            "alike": await self.alike(account, form.values),
            "chosen": form.value("join"),
            "owed": await self._frame.desk.calls.owed(account),
        }
        return self._frame.render(request, "console.html", account, status, **shown)

    def with_answer(self, form: dict[str, str]) -> dict[str, str]:
        """The form with the answer of a question put in, for browsers without a script."""
        wanted = form["do"].removeprefix("insert-")
        entry = next((one for one in self._frame.desk.directory.pack.questions if one.id == wanted), None)
        if entry is None:
            return form
        parts = (form.get("answer", ""), entry.answer)
        ids = (form.get("question_ids", ""), entry.id)
        return {
            **form,
            "answer": "\n\n".join(part for part in parts if part),
            "question_ids": ",".join(one for one in ids if one),
        }

    async def take(self, request: Request, account: Account, form: dict[str, str]) -> Response:
        """The call becomes a case; with "answer" it is answered at the desk in the same go."""
        answering = form.get("do") == "answer"
        try:
            call = read_form(TypedCall, form, self._frame.zone)
            answer = _answer(form) if answering else None
            taken = await self._frame.desk.commands.take_call(account, call)
        except ValidationError as error:
            return await self.show(request, account, Form(form, problems_of(error)), 422)
        except Refused as error:
            return await self.show(request, account, refused(form, error), 422)
        except (IntakeUnavailable, OutcomeUnknown, NatsError, TimeoutError, OSError):
            trouble = "Chưa lưu được. Nội dung vẫn còn đây: hãy lưu lại, hệ thống chỉ ghi một cuộc gọi."
            return await self.show(request, account, Form(form), 503, trouble)
        follow_up = answer or _join(form)
        done = await self._told(account, taken.case_id, follow_up) if follow_up else "taken"
        return RedirectResponse(f"/cases/{taken.case_id}?done={done}", 303)

    async def _told(self, account: Account, case_id: str, command: Command) -> str:
        try:
            await self._frame.desk.commands.do(account, case_id, command)
        except HotlineError:  # the case stands; its page offers the same form again
            return "taken"
        return command.token()


def _join(form: dict[str, str]) -> Join | None:
    """The same matter as an older case, as the operator ticked it."""
    return Join(command_id=uuid4(), to=form["join"][:300]) if form.get("join") else None


def _answer(form: dict[str, str]) -> AnswerAtDesk:
    ids = tuple(one for one in form.get("question_ids", "").split(",") if one)
    return AnswerAtDesk(command_id=uuid4(), answer=form.get("answer", ""), question_ids=ids)
