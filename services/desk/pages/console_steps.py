"""What a call's form asks for beside the call itself: an answer at once, or a case of the same matter."""

from collections.abc import Mapping
from uuid import uuid5

from libs.contracts.errors import Refused
from services.desk.calls import TypedCall
from services.desk.domain.handover_inputs import Join
from services.desk.domain.inputs import AnswerAtDesk


def nothing_dropped(form: Mapping[str, str]) -> None:
    """A case that is joined gets no answer of its own, and an answer that is not sent reaches nobody."""
    if form.get("do") == "answer" and form.get("join"):
        raise Refused(
            "Hồ sơ ghép nhận câu trả lời của hồ sơ kia, không trả lời riêng được. "
            "Bỏ chọn hồ sơ cùng việc để trả lời, hoặc xóa câu trả lời rồi bấm “Lưu cuộc gọi” để ghép",
            "a case that is joined gets no answer of its own: do the one or the other",
            field="join-0",
        )
    if form.get("do") in {"save", "next"} and form.get("answer"):
        raise Refused(
            "Câu trả lời đã nhập chưa gửi: bấm “Lưu và trả lời tại Tổng đài”, hoặc xóa đi rồi lưu",
            "the answer that was typed would reach nobody: save and answer, or clear it",
            field="answer",
        )


def joining(form: Mapping[str, str], call: TypedCall) -> Join | None:
    """The same matter as an older case, as the operator ticked it."""
    if not form.get("join"):
        return None
    return Join(command_id=uuid5(call.command_id, "join"), to=form["join"][:300])


def answering(form: Mapping[str, str], call: TypedCall) -> AnswerAtDesk:
    """What was typed or put in beside the call, and of which questions it came."""
    ids = tuple(one for one in form.get("question_ids", "").split(",") if one)
    return AnswerAtDesk(
        command_id=uuid5(call.command_id, "answer"), answer=form.get("answer", ""), question_ids=ids
    )
