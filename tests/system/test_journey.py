"""One case through all seven services, by HTTP alone, as citizens and officers would take it."""

from collections import Counter
from pathlib import Path

import pytest

from libs.cli.journey import staff, steps
from libs.cli.visitors import Citizen, JourneyFailed, until
from tests.support.stacks import whole_hotline

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]


def test_a_citizens_words_become_a_published_answer(tmp_path: Path) -> None:
    with whole_hotline(tmp_path) as stack:
        done = list(steps(stack.running()))
        assert done[-1] == "neighbour: finds the published answer"
        texts = tmp_path / "sms.log"
        until("the citizen's letters", lambda: len(texts.read_text().splitlines()) >= 6)
        letters = [str(letter["to"]) for letter in stack.mail.letters()]
        assert letters == ["dau-moi.huyen-quang-xuong@thanhhoa.example"]
        ids = Counter(line.split()[0] for line in texts.read_text().splitlines())
        assert max(ids.values()) == 1, "a text message was sent twice"


def test_an_operator_answers_a_call_at_once_and_publishes_it(tmp_path: Path) -> None:
    with whole_hotline(tmp_path) as stack:
        running = stack.running()
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


def test_a_call_that_cannot_be_put_through_still_gets_its_slip(tmp_path: Path) -> None:
    with whole_hotline(tmp_path) as stack:
        running = stack.running()
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
            texts = tmp_path / "sms.log"
            until("the caller is told", lambda: call["code"][:3] in texts.read_text())
