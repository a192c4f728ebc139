"""The page of one case, and every form on it."""

from collections.abc import Mapping

from fastapi import APIRouter
from nats.errors import Error as NatsError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from libs.contracts.errors import Refused
from libs.runtime.errors import OutcomeUnknown
from libs.web.forms import Form, problems_of, refused
from services.desk.domain.command import Command
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.inputs import Direct, TransferCall
from services.desk.domain.operators import WHY_FAILED
from services.desk.domain.people import Account
from services.desk.domain.rights_table import COMMANDS
from services.desk.pages.case_parts import CaseParts
from services.desk.pages.choices import Choices
from services.desk.pages.clocks import clock_parts
from services.desk.pages.frame import Frame, form_of, number_in
from services.desk.pages.sent_forms import read_form
from services.desk.pages.timeline import told as in_words

ENVELOPE = frozenset({"command_id", "seen", "csrf"})

DONE: Mapping[str, str] = {
    "taken": "Đã lưu cuộc gọi.",
    "amend": "Đã sửa thông tin.",
    "set-urgency": "Đã đổi mức khẩn.",
    "answer-at-desk": "Đã trả lời tại Tổng đài. Còn một việc: công khai kết quả.",
    "reject": "Đã từ chối và báo lý do cho người gửi.",
    "direct": "Đã gửi phiếu chuyển.",
    "release": "Đã để hệ thống chuyển phiếu.",
    "refer": "Đã gửi xin ý kiến về thẩm quyền.",
    "transfer-call": "Đã ghi nhận việc chuyển cuộc gọi.",
    "determine": "Đã gửi ý kiến. Cán bộ Trực sẽ chuyển phiếu.",
    "receive": "Đã nhận phiếu.",
    "return": "Đã trả lại phiếu.",
    "answer-by-phone": "Đã ghi nhận trả lời qua điện thoại. Còn một việc: công khai kết quả.",
    "verify": "Đã báo người dân chờ xác minh.",
    "promise-progress": "Đã báo tiến độ và hẹn thời gian.",
    "ask-information": "Đã hỏi thêm người gửi. Thời hạn vẫn tính.",
    "answer": "Đã gửi trả lời. Trả lời đủ rồi thì còn một việc: công khai kết quả.",
    "publish": "Đã công khai kết quả.",
    "withhold": "Đã ghi nhận không công khai. Chỉ người gửi xem được kết quả.",
    "contribute": "Đã gửi phần của bạn cho cơ quan chủ trì.",
    "delegate": "Đã giao xã xử lý. Bạn vẫn chịu trách nhiệm về thời hạn và câu trả lời.",
    "contact": "Đã ghi lần liên hệ.",
    "report": "Đã gửi báo cáo. Chờ cơ quan chủ trì xác nhận.",
    "confirm": "Đã xác nhận kết quả của xã. Còn một việc: trả lời người dân.",
    "recall": "Đã thu hồi. Việc trở lại với bạn.",
    "join": "Đã ghép vào hồ sơ cùng việc. Người gửi giữ mã của mình và nhận mọi tin của hồ sơ kia.",
    "suspect-false": "Đã niêm phong chứng cứ và chuyển công an xác minh. Việc xử lý vẫn tiếp tục.",
    "conclude": "Đã gửi kết luận xác minh.",
    "succeed": "Đã giao hồ sơ cho cơ quan tiếp nhận.",
    "pause-clock": "Đã tạm dừng thời hạn.",
    "resume-clock": "Thời hạn chạy tiếp.",
    "remind": "Đã nhắc cơ quan. Thư đi ngay đến cán bộ đầu mối và cơ quan cấp trên.",
    "instruct": "Đã chỉ đạo. Hồ sơ thành khẩn và lên đầu hàng chờ của cán bộ Trực.",
    "review": "Đã ghi ý kiến rà soát.",
    "reopen": "Đã mở lại hồ sơ. Còn một việc: phân loại và chuyển phiếu.",
}


def case_pages(frame: Frame) -> APIRouter:
    routes = APIRouter()
    page = CasePage(frame)

    @routes.get("/cases/{case_id}")
    async def case(
        request: Request, case_id: str, done: str = "", soon: str = "", reason: str = "", opening: str = ""
    ) -> Response:
        account = await frame.account(request)
        return await page.show(
            request,
            account,
            case_id,
            done=done,
            soon=number_in(soon),
            reason=reason,
            opening=number_in(opening),
        )

    @routes.get("/cases/{case_id}/here")
    async def here(request: Request, case_id: str) -> Response:
        """Who else has it open; asking says that the reader has."""
        account = await frame.account(request)
        if not await frame.desk.queries.visible(account, [case_id]):
            raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
        others = frame.desk.presence.here(account, case_id)
        return frame.render(request, "here.html", account, others=others)

    @routes.post("/cases/{case_id}/{command}")
    async def tell(request: Request, case_id: str, command: str) -> Response:
        account = await frame.account(request)
        return await page.tell(request, account, case_id, command)

    @routes.post("/cases/{case_id}/{command}/again")
    async def again(request: Request, case_id: str, command: str) -> Response:
        """The case as it is now, with the words of a form that came too late."""
        account = await frame.account(request)
        return await page.show(request, account, case_id, form=Form(form_of(request)), opened=command)

    return routes


def steps(cls: type[Command], sent: dict[str, str]) -> list[tuple[type[Command], dict[str, str]]]:
    """What a form asks for: one command, or the slip and then the transfer of the call (Điều 10.1).

    The slip comes first and stands whatever becomes of the call (10.2). `result` follow: the telephone
    system says it, and the desk writes it down by itself. Raises Refused before anything is sent.
    """
    if cls is not TransferCall or sent.get("with_slip") != "yes":
        return [(cls, sent)]
    if sent.get("result") == "failed" and not sent.get("detail"):
        raise Refused(*WHY_FAILED, field="detail")
    kept = {name: value for name, value in sent.items() if name in {"command_id", "seen", "field"}}
    slip = (Direct, kept | {"lead": sent.get("agency", "")})
    transfer = {name: value for name, value in sent.items() if name != "seen"}  # the slip is our own change
    return [slip] if sent.get("result") == "follow" else [slip, (cls, transfer)]


class CasePage:
    """Shows a case, and takes its forms so that no word is ever lost."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._desk = frame.desk
        self._parts = CaseParts(frame.desk)
        self._choices = Choices(frame)

    async def show(
        self,
        request: Request,
        account: Account,
        case_id: str,
        *,
        status: int = 200,
        form: Form | None = None,
        opened: str = "",
        done: str = "",
        soon: int = 0,
        reason: str = "",
        trouble: str = "",
        opening: int = 0,
    ) -> Response:
        """The page; `opened` is the command whose form carries `form`, `opening` the look of an open page.

        `soon`: the fact of what was done; a page that was read before the desk had heard of it says so.
        """
        view = await self._desk.queries.case(account, case_id, reason=reason, opening=opening)
        view = await self._desk.hands.with_followers(account, view)
        alike = await self._desk.hands.similar(account, case_id) if "join" in view.allowed else ()
        standards = await self._desk.standards.offered(account, view.state, view.allowed)
        recordings = await self._desk.attachments.recordings(view.state.calls)
        time = await self._desk.clocks.of(account, case_id)
        return self._frame.render(
            request,
            "case.html",
            account,
            status,
            form=form or Form(),
            opened=opened,
            done=DONE.get(done, ""),
            late=soon > view.seq,
            done_by=done if done in DONE else "",
            trouble=trouble,
            reason=reason,
            case_id=case_id,
            alike=alike,
            others=self._desk.presence.here(account, case_id),
            recordings=recordings,
            standards=standards,
            **self._choices.of(request, view.state),
            **self._parts.of(view, opened, form.values if form else None),
            **clock_parts(time, self._desk.directory.pack),
        )

    async def tell(self, request: Request, account: Account, case_id: str, command: str) -> Response:
        """Give the command; whatever goes wrong, the words come back."""
        cls, sent = COMMANDS.get(command), form_of(request)
        if cls is None:
            raise HTTPException(404)
        try:
            for told in [read_form(*step, self._frame.zone) for step in steps(cls, sent)]:
                done = await self._desk.commands.do(account, case_id, told)
        except ValidationError as error:
            form = Form(sent, problems_of(error))
            return await self.show(request, account, case_id, status=422, form=form, opened=command)
        except (NotAllowed, NotFound):
            raise
        except Refused as error:
            return await self._refused(request, account, case_id, command, sent, error)
        except (OutcomeUnknown, NatsError, TimeoutError, OSError):
            return await self._unconfirmed(request, account, case_id, command, sent)
        soon = "" if done.shown else f"&soon={done.seq}"
        return RedirectResponse(f"/cases/{case_id}?done={command}{soon}#main", 303)

    async def _refused(
        self,
        request: Request,
        account: Account,
        case_id: str,
        command: str,
        sent: dict[str, str],
        error: Refused,
    ) -> Response:
        if not error.stale:
            form = refused(sent, error)
            return await self.show(request, account, case_id, status=422, form=form, opened=command)
        try:
            view = await self._desk.queries.case(account, case_id)
        except NotAllowed:  # a commune whose work was taken back while it wrote
            view = None
        return self._frame.render(
            request,
            "conflict.html",
            account,
            409,
            view=view,
            refusal=error,
            command=command,
            sent={name: value for name, value in sent.items() if name not in ENVELOPE},
            latest=[in_words(entry, self._parts.labels) for entry in (view.timeline[-3:] if view else ())],
        )

    async def _unconfirmed(
        self, request: Request, account: Account, case_id: str, command: str, sent: dict[str, str]
    ) -> Response:
        """The same form with the same id: sending it again is safe."""
        trouble = "Chưa xác nhận được. Nội dung vẫn còn đây: hãy gửi lại, hệ thống chỉ ghi một lần."
        return await self.show(
            request, account, case_id, status=503, form=Form(sent), opened=command, trouble=trouble
        )
