"""Letters to be written out, with everything any of them may say."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from libs.packs.letters import OFFICER_LETTERS
from services.notifier.domain.about import About
from services.notifier.outbox import Letter
from services.notifier.texts import Composer
from tests.support.builders import CITIZEN, MONDAY_MORNING

COMPOSER = Composer("https://cong.example", "https://tong-dai.example")
EVERYTHING = About(
    code="123456782",
    track_token="bi-mat-cua-nguoi-gui",
    agencies=("SYT",),
    missing=("SCT", "UBND_406"),
    former="SLDTBXH",
    excess="number",
    field="F04",
    place="406",
    since=MONDAY_MORNING,
    reason="out-of-scope",
    clock="answer",
    times={
        "promised": datetime(2026, 3, 5, 10, 30, tzinfo=UTC),
        "was": datetime(2026, 3, 3, 10, 30, tzinfo=UTC),
    },
    words={
        "answer": "Đã xử lý {code}.",
        "question": "Ở thôn nào?",
        "progress": "Đã cử đoàn.",
        "reason": "Xin gọi 113",
    },
)
DUE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
HEARD = {
    "clock-warned": datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    "clock-escalated": datetime(2026, 3, 3, 3, 30, tzinfo=UTC),
}
"""When a clock that is due at 08:00 on Tuesday said so: at 16:00 the day before, at 10:30 on the day."""


def said_by(template: str) -> About:
    """All that a letter may say, and what its clock said."""
    if template not in HEARD:
        more = {
            "document": "Thông báo 05/TB-UBND",
            "said": "Đề nghị trả lời ngay.",
            "codes": "123 456 782; 123 456 790",
        }
        return EVERYTHING.model_copy(update={"words": {**EVERYTHING.words, **more}})
    return EVERYTHING.model_copy(update={"times": {"due": DUE, "at": HEARD[template]}})


def a_letter(template: str, way: str = "email", about: About = EVERYTHING, **more: Any) -> Letter:
    officer = template in OFFICER_LETTERS
    address = {"email": CITIZEN.email, "sms": CITIZEN.phone}.get(way, "")
    fields: dict[str, Any] = {
        "letter": uuid4().hex,
        "case_id": "c" * 32,
        "case_seq": 1,
        "cause": str(uuid4()),
        "template": template,
        "way": way,
        "audience": "officer" if officer else "citizen",
        "agency": "SYT" if officer else "",
        "recipient": "" if officer else address,
        "language": "vi",
        "about": about.model_dump_json(),
        "state": "trying",
        "attempt": 1,
        "claim": "",
        "claimed": 0.0,
        "reason": "",
    }
    return Letter(**{**fields, **more})
