"""The queues of doubt: why each suggestion is made, accepted at once, and the next case follows."""

from pathlib import Path

import pytest

from libs.contracts.events import Suggestion
from libs.devstack.nats_server import NatsServer
from services.desk.pages.why import sureness, why
from tests.support.deskpages import browser, held, send
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR, case_in
from tests.support.provinces import thanh_hoa
from tests.support.worktable import WAITS, Worktable, a_worktable


def offered(**fields: object) -> tuple[str, ...]:
    one = Suggestion(field="F04", lead=("SYT",), score=0.7, rule="R04-ANY").model_copy(update=fields)
    other = Suggestion(field="F03", lead=("SCT",), score=0.2, rule="R03-ANY")
    changes = {
        "suggestions": (one, other),
        "place": "406",
        "place_words": "Quảng Xương",
        "place_from": "words",
    }
    return why(one, case_in("triage").model_copy(update=changes), thanh_hoa())


def test_a_suggestion_tells_its_words_its_place_and_its_rule() -> None:
    words, place, rule = offered(words=("tiêm", "mũi hai"))
    assert "“tiêm”, “mũi hai”" in words
    assert "Quảng Xương" in place and "trong nội dung" in place
    assert "R04-ANY" in rule and "Phụ lục 2" in rule


def test_how_sure_the_router_is_stands_in_a_word_with_the_figures_behind_it() -> None:
    def sure(score: float, other: float) -> tuple[str, str]:
        one = Suggestion(field="F04", lead=("SYT",), score=score, rule="R04-ANY")
        second = Suggestion(field="F03", lead=("SCT",), score=other, rule="R03-ANY")
        state = case_in("triage").model_copy(update={"suggestions": (one, second)})
        return sureness(one, state, thanh_hoa())

    assert sure(0.9, 0.05)[0] == "Chắc"
    assert sure(0.7, 0.2)[0] == "Khá chắc" and "70%, hơn gợi ý thứ hai 50%" in sure(0.7, 0.2)[1]
    assert sure(0.5, 0.4)[0] == "Chưa chắc"
    assert sure(0.2, 0.7)[0] == "Chưa chắc" and "20%, sau gợi ý đầu 50%" in sure(0.2, 0.7)[1]
    proposed = Suggestion(field="F04", lead=("SYT",), score=1, rule="proposed")
    assert sureness(proposed, case_in("triage"), thanh_hoa()) == ("", "")


def test_what_nothing_is_known_of_is_said_to_be_so() -> None:
    assert not any("Từ ngữ" in line for line in offered())
    assert offered(rule="proposed") == ("Cơ quan trả lại phiếu đề xuất cơ quan này.",)
    unclear = case_in("triage").model_copy(update={"places": ("406", "405")})
    one = Suggestion(field="F04", lead=("SYT",), score=0.7, rule="GONE")
    assert "Địa bàn chưa rõ: 2 nơi trùng tên." in why(one, unclear, thanh_hoa())


async def filled(table: Worktable) -> None:
    known = {"name": "Lê Thị Đủ", "phone": "+84912345678", "address": "Số 1"}
    await table.put("full", "Khi nào có lịch tiêm mũi hai?", WAITS, urgent=True, person=known)
    await table.put("next", "Trạm y tế xã đóng cửa?", WAITS, person=known)


@pytest.mark.timeout(60)
async def test_accepting_sends_the_slip_and_the_next_case_follows(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table.office, OPERATOR) as web:
        await filled(table)
        first = table.cases["full"].case_id
        page = (await web.get("/triage")).text
        action = f"/triage/accept/{first}?at={first}"
        assert "Độ chắc chắn 71%" in page and "R04-DISTRICT" in page
        assert "Lê Thị Đủ" not in page, "walking down a queue looks at nobody"
        form = held(page, action)
        sent = await send(web, "/triage", action)
        assert sent.status_code == 303
        assert sent.headers["location"] == f"/triage?done=yes&at={form['later']}"
        following = (await web.get(sent.headers["location"])).text
        assert "Đã chuyển phiếu" in following and f"/triage/accept/{form['later']}" in following
        assert first not in following


@pytest.mark.timeout(60)
async def test_what_may_not_go_yet_is_said_above_the_same_case(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table.office, OPERATOR) as web:
        await table.put("bare", "Hỏi lịch tiêm", WAITS, person={})
        bare = table.cases["bare"].case_id
        page = f"/triage?at={bare}"
        refused = await send(web, page, f"/triage/accept/{bare}?at={bare}")
        assert refused.status_code == 422 and "Chưa chuyển phiếu được vì thiếu" in refused.text
        assert f"/triage/accept/{bare}?at={bare}" in refused.text


@pytest.mark.timeout(60)
async def test_the_coordinator_determines_from_the_queue_and_others_only_look(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table:
        unclear = table.cases["unclear"].case_id
        action = f"/arbiter/accept/{unclear}?at={unclear}"
        async with browser(table.office, OPERATOR) as operator:
            assert "Alt+KeyA" not in (await operator.get("/arbiter")).text
        async with browser(table.office, ADMINISTRATOR) as web:
            assert "Alt+KeyA" not in (await web.get("/triage")).text
        async with browser(table.office, ARBITER) as web:
            assert (await send(web, "/arbiter", action)).status_code == 303
            assert unclear not in (await web.get("/arbiter")).text
            assert (await web.get("/triage")).status_code == 403
        async with browser(table.office, OFFICER) as officer:
            assert (await officer.get("/triage")).status_code == 403
