"""Names of the pack as a line of a page has room for them."""

import pytest

from libs.web.labels import Labels, brief
from tests.support.provinces import province


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "Thông tin, kiến thức tư vấn hỗ trợ về cấp cứu, sức khỏe liên quan đến Covid-19",
            "Cấp cứu, sức khỏe",
        ),
        (
            "Thông tin liên quan đến vấn đề giao thông vận tải trong giai đoạn chống dịch",
            "Giao thông vận tải",
        ),
        ("Các nội dung khác liên quan đến công tác phòng, chống dịch", "Các nội dung khác"),
        ("Transport and travel", "Transport and travel"),
    ],
)
def test_a_field_is_called_by_what_it_is_about(name: str, said: str) -> None:
    assert brief(name) == said


def test_no_two_fields_have_the_same_short_name_and_the_whole_name_stays_at_hand() -> None:
    pack = province("thanh-hoa-2021")
    labels = Labels(pack, "vi")
    names = [name for _, name in labels.fields()]
    assert len(set(names)) == len(pack.fields)
    assert all(0 < len(name) <= 92 for name in names)
    assert [labels.field_whole(one.code) for one in pack.fields] == [one.name_vi for one in pack.fields]
    assert labels.field("F77") == labels.field_whole("F77") == "F77"
