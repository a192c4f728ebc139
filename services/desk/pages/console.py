"""The operator's console: the call on the left, questions with answers on the right."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from nats.errors import Error as NatsError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.codes import parse_code
from libs.contracts.errors import Refused
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.projection import DatabaseDown
from libs.web.formats import moment
from libs.web.forms import Form, problems_of, refused
from services.desk.answers import Found
from services.desk.calls import TypedCall
from services.desk.domain.command import Command
from services.desk.domain.errors import NotAllowed
from services.desk.domain.handover_inputs import Join
from services.desk.domain.people import Account
from services.desk.intake_client import IntakeUnavailable
from services.desk.pages.case import CasePage
from services.desk.pages.console_steps import answering, joining, nothing_dropped
from services.desk.pages.frame import Frame, form_of
from services.desk.pages.sent_forms import read_form
from services.desk.views import AlikeView, Taken

HITS = 6

NOT_YET = (
    "Cuộc gọi đã lưu, nhưng hồ sơ chưa mở kịp. Nội dung vẫn còn đây: hãy bấm lại, "
    "hệ thống chỉ ghi một cuộc gọi."
)
OTHER_WORDS = "Cuộc gọi này đã lưu với nội dung trước đó. Hãy sửa ở hồ sơ đã lưu."
TYPED = ("phone", "zalo", "facebook", "email")
"""Channels whose contacts an operator types in (Điều 9.1); the first is the usual one."""


def console_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    console = Console(frame)

    @routes.get("/calls/new")
    async def blank(request: Request, call: str = "", saved: str = "", of: str = "") -> Response:
        """`?call=…`: the call that rings or was taken; its number and time are filled in.

        `saved`: the code of the case just saved (of the call `of`), when the next one may come.
        """
        account = await frame.account(request)
        _operators_only(account)
        form = Form(await console.of_call(account, call))
        return await console.show(request, account, form, saved=parse_code(saved) or "", of=of)

    @routes.post("/calls/new")
    async def sent(request: Request) -> Response:
        account, form = await frame.account(request), form_of(request)
        _operators_only(account)
        if form.get("do") in {"find", "alike"}:
            return await console.show(request, account, Form(form))
        if form.get("do", "").startswith("insert-"):
            return await console.show(request, account, Form(await console.with_answer(form)))
        return await console.take(request, account, form)

    @routes.get("/questions")
    async def hits(request: Request, q: str = "") -> Response:
        """Only the hits, for the search while typing."""
        account = await frame.account(request)
        return frame.render(request, "hits.html", account, q=q, hits=await console.find(q))

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

    async def find(self, words: str) -> list[Found]:
        return await self._frame.desk.answers.search(words, HITS)

    async def of_call(self, account: Account, call: str) -> dict[str, str]:
        """The form for a call: what the telephone system knows of it."""
        form = {"command_id": uuid4().hex}
        found = await self._frame.desk.calls.call(account, call) if call else None
        if found is None:
            return form
        began = moment(found.began, self._frame.zone)
        return {**form, "call": call, "phone": found.party or found.number, "received_at": began}

    async def alike(self, account: Account, form: Mapping[str, str]) -> tuple[AlikeView, ...]:
        """Earlier cases that may be what the caller is talking about."""
        typed = {name: form.get(name, "") for name in ("text", "phone", "field", "email")}
        return await self._frame.desk.hands.similar_call(account, **typed)

    async def show(
        self,
        request: Request,
        account: Account,
        form: Form,
        status: int = 200,
        trouble: str = "",
        **more: str,
    ) -> Response:
        q = form.value("q")
        named = {one.code: one.name_vi for one in self._frame.desk.directory.pack.channels}
        channels = [(code, named[code]) for code in TYPED if code in named]
        shown: dict[str, Any] = {
            "saved": "",
            "of": "",
            **more,
            "form": form,
            "again": request.method == "POST",
            "q": q,
            "hits": await self.find(q),
            "notices": self._frame.desk.knowledge.notices.in_force(),
            "trouble": trouble,
            "kept": parse_code(form.value("kept")) or "",
            "desk_channels": channels,
            "alike": await self.alike(account, form.values),
            "chosen": form.value("join"),
            "on_duty": await self._frame.desk.roster.now(),
            "owed": await self._frame.desk.calls.owed(account),
        }
        return self._frame.render(request, "console.html", account, status, **shown)

    async def with_answer(self, form: dict[str, str]) -> dict[str, str]:
        """The form with the answer of a question put in, for browsers without a script."""
        wanted = form["do"].removeprefix("insert-")
        entry = await self._frame.desk.answers.entry(wanted)
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
        try:
            nothing_dropped(form)
            call = read_form(TypedCall, form, self._frame.zone)
            follow_up = answering(form, call) if form.get("do") == "answer" else joining(form, call)
            taken = await self._frame.desk.commands.take_call(account, call)
        except ValidationError as error:
            return await self.show(request, account, Form(form, problems_of(error)), 422)
        except Refused as error:
            again = (Form(form), 409, OTHER_WORDS) if error.stale else (refused(form, error), 422)
            return await self.show(request, account, *again)
        except (IntakeUnavailable, OutcomeUnknown, NatsError, TimeoutError, OSError):
            trouble = "Chưa lưu được. Nội dung vẫn còn đây: hãy lưu lại, hệ thống chỉ ghi một cuộc gọi."
            return await self.show(request, account, Form(form), 503, trouble)
        await self._searched_in_vain(form)
        if follow_up:
            return await self._followed_up(request, account, taken, follow_up, form)
        if form.get("do") == "next" or not taken.shown:
            return RedirectResponse(f"/calls/new?saved={taken.code}&of={call.call or ''}", 303)
        return RedirectResponse(f"/cases/{taken.case_id}?done=taken", 303)

    async def _followed_up(
        self, request: Request, account: Account, taken: Taken, command: Command, form: dict[str, str]
    ) -> Response:
        """The second step of the same go, as soon as the desk knows the case."""
        if not taken.shown:
            return await self.show(request, account, Form({**form, "kept": taken.code}), 503, NOT_YET)
        if why := await self._not_told(account, taken.case_id, command):
            return await self._half_done(request, account, taken.case_id, (command, why), form)
        return RedirectResponse(f"/cases/{taken.case_id}?done={command.token()}", 303)

    async def _searched_in_vain(self, form: Mapping[str, str]) -> None:
        """What was looked for and not put in; the call is kept whether this is counted or not."""
        if form.get("q") and not form.get("question_ids") and form.get("do") != "answer":
            with suppress(*DatabaseDown):
                await self._frame.desk.knowledge.sought.note(form["q"], "operator")

    async def _not_told(self, account: Account, case_id: str, command: Command) -> str:
        """Why the second step was not taken, empty when it was."""
        try:
            await self._frame.desk.commands.do(account, case_id, command)
        except Refused as refusal:
            return refusal.vi
        except (OutcomeUnknown, NatsError, TimeoutError, OSError):
            return "chưa xác nhận được, hãy gửi lại"
        return ""

    async def _half_done(
        self,
        request: Request,
        account: Account,
        case_id: str,
        told: tuple[Command, str],
        form: dict[str, str],
    ) -> Response:
        """The case stands; its page offers the second form again, with the words."""
        command, why = told
        name = "ghép" if isinstance(command, Join) else "trả lời"
        values = {**form, "to": form.get("join", ""), "command_id": command.command_id.hex}
        return await CasePage(self._frame).show(
            request,
            account,
            case_id,
            status=409,
            form=Form(values),
            opened=command.token(),
            trouble=f"Đã lưu cuộc gọi, nhưng chưa {name} được: {why}",
        )
