"""What stays of an erased case's public text: the matter and the commune, nothing of the sender's home."""

import pytest

from libs.contracts import events
from libs.contracts.casevalues import Person
from libs.contracts.remnants import revived
from libs.privacy import cover
from libs.privacy.remains import what_is_left
from tests.support.builders import a_case, make, opened

SENDER = Person(name="Lê Thị Kín", address="12 Lê Lợi, tổ dân phố 5, phường Lam Sơn, tỉnh Thanh Hóa")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Đèn ở tổ dân phố 5 tắt", "Đèn ở […] tắt"),
        ("Đường Lê Lợi, phường Lam Sơn ngập", "Đường […], phường Lam Sơn ngập"),
        ("Nhà 12 Lê Lợi đã được cấp nước", "Nhà […] đã được cấp nước"),
        ("Phường Lam Sơn đã sửa đường Bà Triệu", "Phường Lam Sơn đã sửa đường Bà Triệu"),
    ],
)
def test_of_an_erased_sender_the_own_street_and_hamlet_go_even_alone(text: str, left: str) -> None:
    ref = a_case()
    facts = [
        (1, opened(ref, person=SENDER)),
        (2, make(events.CasePublished, ref, question=text, answer=text)),
    ]
    published = revived(what_is_left(facts)[1])
    assert isinstance(published, events.CasePublished)
    assert (published.question, published.answer) == (left, left)


def test_while_the_case_is_kept_the_place_of_the_matter_stays_in_the_public_text() -> None:
    assert cover("Đèn ở tổ dân phố 5 tắt", (SENDER,)) == "Đèn ở tổ dân phố 5 tắt"
