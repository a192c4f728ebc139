"""What is learnt from the pack: realistic sentences find their field, place and urgency."""

from datetime import date

import pytest

from libs.packs.knowledge import Knowledge
from libs.packs.model import NamedPlace, Pack, Question
from services.router.case import Case, fold
from services.router.domain import decide
from tests.support.builders import MONDAY_MORNING, a_case, opened
from tests.support.provinces import thanh_hoa

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Hàng xóm ở xã Quảng Lưu, huyện Quảng Xương mới về từ vùng dịch mà không khai báo y tế", "UBND_406"),
        ("hang xom o tp sam son di tu vung dich ve khong cach ly", "UBND_382"),
        ("Xe khách từ Hà Nội về Thanh Hóa đã được chạy lại chưa?", "SGTVT"),
    ],
)
def test_a_clear_sentence_goes_to_its_agency(text: str, lead: str) -> None:
    knowledge = Knowledge.of(thanh_hoa(), DAY)
    cause = opened(a_case(), text=text)
    case = fold(Case(), cause)
    reading = knowledge.read(case.text, case.person.address)
    fact = decide(case, cause=cause, reading=reading, pack=thanh_hoa(), now=MONDAY_MORNING)
    assert fact is not None and fact.token == "routed" and fact.slip.lead == lead  # type: ignore[union-attr]


def test_urgent_words_of_the_pack_are_noticed() -> None:
    knowledge = Knowledge.of(thanh_hoa(), DAY)
    assert knowledge.read("Mẹ tôi khó thở, bất tỉnh", "").urgent
    assert not knowledge.read("Cho tôi hỏi giờ làm việc", "").urgent


def test_a_pack_whose_rows_name_what_it_lacks_can_still_be_learnt() -> None:
    pack = thanh_hoa()
    odd = pack.model_copy(
        update={
            "landmarks": (*pack.landmarks, NamedPlace(words="cầu Không Có", unit_code="0")),
            "questions": (
                *pack.questions,
                Question(id="x", field="F77", question="Hỏi", answer="", agency="?", status="mẫu"),
            ),
        }
    )
    assert Knowledge.of(odd, DAY).read("Hỏi cầu Không Có", "").places.units == ()


def test_a_pack_without_questions_or_units_reads_nothing() -> None:
    nothing: dict[str, tuple[()]] = dict.fromkeys(
        ("questions", "corrections", "landmarks", "old_names", "units"), ()
    )
    bare = thanh_hoa().model_copy(update=nothing)
    reading = Knowledge.of(Pack.model_validate(bare.model_dump()), DAY).read("Xin chào", "")
    assert reading.ranked == () and reading.places.units == ()
