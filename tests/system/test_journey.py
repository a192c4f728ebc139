"""One case through all seven services, by HTTP alone, as citizens and officers would take it."""

from collections import Counter
from collections.abc import Iterator

import pytest

from libs.cli.journey import staff, steps
from libs.cli.visitors import Citizen, JourneyFailed, until
from libs.devstack.stack import Stack
from tests.support.stacks import whole_hotline

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running hotline for the journeys of this file."""
    with whole_hotline(tmp_path_factory.mktemp("hotline")) as stack:
        yield stack


def text_messages(stack: Stack) -> list[str]:
    log = stack.layout.folder / "sms.log"
    return log.read_text().splitlines() if log.exists() else []


def test_a_citizens_words_become_a_published_answer(hotline: Stack) -> None:
    letters, texts = len(hotline.mail.letters()), len(text_messages(hotline))
    done = list(steps(hotline.running()))
    assert done[-1] == "neighbour: finds the published answer"
    until("the citizen's and the officer's text messages", lambda: len(text_messages(hotline)) >= texts + 6)
    to = [str(letter["to"]) for letter in hotline.mail.letters()[letters:]]
    assert to == ["dau-moi.huyen-quang-xuong@thanhhoa.example"]
    ids = Counter(line.split()[0] for line in text_messages(hotline))
    assert max(ids.values()) == 1, "a text message was sent twice"


def test_an_operator_answers_a_call_at_once_and_publishes_it(hotline: Stack) -> None:
    running = hotline.running()
    with staff(running, "operator") as operator, Citizen(running["portal"]) as citizen:
        call = operator.call(
            text="Cho hỏi người cao tuổi tiêm vắc xin mũi hai ở đâu",
            name="Trần Thị Mẫu",
            phone="0912 345 678",
            address="Phường Đông Vệ, thành phố Thanh Hóa",
        )
        until("suggestions", lambda: operator.case(call["case_id"])["state"]["suggestions"])
        answer = "Trạm y tế phường nơi cư trú tiêm cho người cao tuổi theo lịch thông báo của phường."
        operator.do(call["case_id"], "answer-at-desk", answer=answer)
        naming = "Bà Trần Thị Mẫu hỏi tiêm ở đâu?"
        with pytest.raises(JourneyFailed, match="Trần Thị Mẫu"):
            operator.do(call["case_id"], "publish", question=naming, answer=answer)
        operator.do(call["case_id"], "publish", question="Người cao tuổi tiêm ở đâu?", answer=answer)
        until("the portal", lambda: "Trạm y tế phường" in citizen.words("/answers", q="cao tuổi"))
        assert "Trạm y tế phường" in citizen.track(call["code"], "5678")
        assert citizen.track(call["code"], "0000") == ""


def test_a_call_that_cannot_be_put_through_still_gets_its_slip(hotline: Stack) -> None:
    running = hotline.running()
    with staff(running, "operator") as operator, staff(running, "officer", "SYT") as officer:
        call = operator.call(
            text="Con tôi sốt cao, test nhanh hai vạch thì phải làm gì",
            name="Lê Văn Mẫu",
            phone="0912 345 678",
            address="Phường Ba Đình, thành phố Thanh Hóa",
        )
        case_id = call["case_id"]
        operator.do(case_id, "direct", lead="SYT", field="F04")
        operator.do(case_id, "transfer-call", agency="SYT", result="failed", detail="Máy bận")
        until("the officer's inbox", lambda: officer.find(call["code"]))
        state = officer.case(case_id)["state"]
        assert state["status"] == "routed"
        spoken = f"{call['code'][:3]} {call['code'][3:6]} {call['code'][6:]}"
        until(
            "the caller is told to follow the portal",
            lambda: [line for line in text_messages(hotline) if spoken in line and "chua noi duoc" in line],
        )
