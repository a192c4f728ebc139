"""A partner's case on its way to a published answer."""

from libs.contracts.events import CaseAnswered, CasePublished
from libs.contracts.partners import public_id
from tests.support.builders import make, routed, slip
from tests.support.history import happen
from tests.support.partners import Partnered
from tests.support.waiting import eventually

ANSWER = "Nắp hố ga đã được thay sáng nay."


async def published(ours: Partnered, question: str = "Hố ga mất nắp?", answer: str = ANSWER) -> str:
    """The only case goes its way to a published answer; returns its number."""
    case, ref = await ours.the_case()
    facts = (
        routed(ref, slip=slip(field="F09", place=None), at=case.at),
        make(CaseAnswered, ref, answer="Thưa anh Mẫu, chúng tôi đã thay nắp hố ga.", at=case.at),
        make(CasePublished, ref, question=question, answer=answer, at=case.at),
    )
    await happen(ours.server, ref, *facts, after=1)
    number = public_id(case.case_id)
    await eventually(lambda: _is_closed(ours, number), what="the published answer")
    return number


async def _is_closed(ours: Partnered, number: str) -> bool:
    (row,) = await ours.get(f"requests/{number}")
    return str(row["status_notes"]).startswith("CLOSED: Đã trả lời và công khai")
