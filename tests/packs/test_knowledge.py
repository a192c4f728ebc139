"""What is learnt from the pack: realistic sentences find their field, place and urgency."""

from datetime import date

import pytest

from libs.packs.knowledge import Knowledge
from libs.packs.model import NamedPlace, Pack, Question
from services.router.case import Case, fold
from services.router.domain import decide
from tests.support.builders import MONDAY_MORNING, a_case, opened
from tests.support.provinces import province, thanh_hoa

DAY = date(2026, 3, 2)
NEIGHBOUR = "Hàng xóm ở {} mới về từ vùng dịch mà không khai báo y tế"


@pytest.mark.parametrize(
    ("pack", "text", "lead"),
    [
        ("thanh-hoa-2021", NEIGHBOUR.format("xã Quảng Lưu, huyện Quảng Xương"), "UBND_406"),
        ("thanh-hoa-2021", "hang xom o tp sam son di tu vung dich ve khong cach ly", "UBND_382"),
        ("thanh-hoa-2021", "Xe khách từ Hà Nội về Thanh Hóa đã được chạy lại chưa?", "SGTVT"),
        ("thanh-hoa", NEIGHBOUR.format("xã Quảng Lưu, huyện Quảng Xương"), "UBND_16543"),
        ("thanh-hoa", NEIGHBOUR.format("xã Thọ Xuân"), "UBND_15499"),
        ("thanh-hoa", "Xe khách từ Hà Nội về Thanh Hóa đã được chạy lại chưa?", "SXD"),
        ("dong-nai", "hang xom o p trang dai, bien hoa di tu vung dich ve khong cach ly", "UBND_731"),
    ],
)
def test_a_clear_sentence_goes_to_its_agency(pack: str, text: str, lead: str) -> None:
    knowledge = Knowledge.of(province(pack), DAY)
    cause = opened(a_case(), text=text)
    case = fold(Case(), cause)
    reading = knowledge.read(case.text, case.person.address)
    fact = decide(case, cause=cause, reading=reading, pack=province(pack), now=MONDAY_MORNING)
    assert fact is not None and fact.token == "routed" and fact.slip.lead == lead  # type: ignore[union-attr]


def test_an_old_district_by_itself_is_a_list_for_the_operator_and_no_guess() -> None:
    knowledge = Knowledge.of(province("thanh-hoa"), DAY)
    cause = opened(a_case(), text=NEIGHBOUR.format("huyện Thọ Xuân"))
    case = fold(Case(), cause)
    reading = knowledge.read(case.text, "")
    fact = decide(case, cause=cause, reading=reading, pack=province("thanh-hoa"), now=MONDAY_MORNING)
    assert fact is not None and fact.token == "triaged"
    assert len(reading.places.units) == 8


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
