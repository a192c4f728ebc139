"""The calendar pages without a browser: a draft in the address, a preview, a decision, and who was first."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from libs.devstack.nats_server import NatsServer
from libs.packs.revise import revise
from libs.runtime.directory import Directory, put_pack
from tests.support.bus import connected
from tests.support.calendardesk import WEDNESDAY, a_calendar, with_clocks
from tests.support.deskpages import SAME, browser, send
from tests.support.desks import ADMINISTRATOR, ARBITER, OFFICER, OPERATOR
from tests.support.office import Office
from tests.support.portals import hidden
from tests.support.provinces import thanh_hoa

THURSDAY_OFF = {"day": "2026-09-17", "kind": "holiday", "name": "Ngày nghỉ bão", "applies": "yes"}
DECISION = {"number": "12/CĐ-UBND", "signed": "2026-09-16", "recompute": "yes"}


async def drafted(web: httpx.AsyncClient, at: str = "/calendar/day", **day: str) -> str:
    """The query of the calendar's page with this day in the draft."""
    answer = await send(web, at, "/calendar/day", do="keep", **(day or THURSDAY_OFF))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[2]


def draft_of(query: str) -> str:
    return str(httpx.QueryParams(query)["d"])


async def test_a_holiday_is_drafted_previewed_and_applied_on_a_decision(tmp_path: Path) -> None:
    async with a_calendar(tmp_path) as (server, office), browser(office, ADMINISTRATOR) as web:
        start = WEDNESDAY + timedelta(hours=-1)
        moving, late = await with_clocks(server, office, start + timedelta(minutes=30), start)
        query = await drafted(web)
        page = unescape((await web.get(f"/calendar?{query}")).text)
        assert "Thêm 17/09/2026: nghỉ lễ, tết, Ngày nghỉ bão" in page and "chưa áp dụng" in page
        preview = unescape((await web.get(f"/calendar/preview?d={draft_of(query)}")).text)
        assert "Phiếu gửi lúc 16:00 ngày làm việc cuối trước thay đổi" in preview
        assert "16:00 thứ Tư, 16/09/2026" in preview
        assert preview.count("muộn hơn 24 giờ") == 2 + 2
        # the third one is sent on the new holiday itself: it starts on Friday at half past seven
        assert "muộn hơn 9 giờ 30 phút" in preview
        assert moving.case_id in preview and late.case_id in preview
        answer = await send(web, f"/calendar/preview?d={draft_of(query)}", "/calendar/apply", **DECISION)
        assert answer.headers["location"].startswith("/calendar?done=yes")
        done = unescape((await web.get("/calendar?year=2026")).text)
        assert "Ngày nghỉ bão" in done and "12/CĐ-UBND ngày 16/09/2026" in done
        assert f"{ADMINISTRATOR.name} ({ADMINISTRATOR.login})" in done
        directory: Directory = office.runtime.directory
        change = directory.history[-1]
        assert (change.recompute, change.revises) == (("province",), thanh_hoa().version)
        assert change.at == WEDNESDAY and "17/09/2026" in change.note
        day = next(one for one in directory.pack.days if one.name == "Ngày nghỉ bão")
        assert (day.document, day.confirmed) == ("12/CĐ-UBND ngày 16/09/2026", True)


async def test_what_was_judged_or_ends_before_the_change_is_not_in_the_list(tmp_path: Path) -> None:
    async with a_calendar(tmp_path) as (server, office), browser(office, ADMINISTRATOR) as web:
        long_ago, today = WEDNESDAY - timedelta(days=5), WEDNESDAY - timedelta(days=1)
        over, soon, moving = await with_clocks(server, office, long_ago, today, WEDNESDAY, missed=1)
        preview = (await web.get(f"/calendar/preview?d={draft_of(await drafted(web))}")).text
        assert moving.case_id in preview
        assert over.case_id not in preview and soon.case_id not in preview


async def test_nothing_is_applied_without_number_and_day_of_the_decision(tmp_path: Path) -> None:
    async with a_calendar(tmp_path) as (_, office), browser(office, ADMINISTRATOR) as web:
        page = f"/calendar/preview?d={draft_of(await drafted(web))}"
        for given, wrong in (
            ({"number": "", "signed": "2026-09-16"}, "number"),
            ({"number": "1", "signed": "x"}, "signed"),
        ):
            answer = await send(web, page, "/calendar/apply", **given)
            assert answer.status_code == 422
            assert f'id="{wrong}-error"' in answer.text
        assert len(office.runtime.directory.history) == 1


WRONG_DAYS: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"day": "17/9"}, "day", "ngày phải viết dạng"),
    ({"day": "2031-01-01"}, "day", "Lịch chỉ có từ"),
    ({"day": "2026-09-02"}, "day", "đã có trong bảng"),
    ({"name": ""}, "name", "không được để trống"),
    ({"name": "=1+1"}, "name", "công thức"),
    ({"kind": "party"}, "kind", "phải là một trong"),
    ({"hours": "07:30-11:30"}, "hours", "Ngày nghỉ không có giờ"),
    ({"kind": "half_day"}, "hours", "cần ghi giờ"),
    ({"kind": "swap_work", "hours": "11:30-07:30"}, "hours", "chồng nhau hoặc ngược"),
    ({"kind": "swap_work", "hours": "sáng"}, "hours", "giờ phải viết dạng"),
)


@pytest.fixture
async def web(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(office, ADMINISTRATOR) as opened_browser:
        yield opened_browser


async def test_a_typing_error_is_shown_at_its_field_and_nothing_typed_is_lost(web: httpx.AsyncClient) -> None:
    for changed, field, words in WRONG_DAYS:
        sent = THURSDAY_OFF | changed
        answer = await send(web, "/calendar/day", "/calendar/day", do="keep", **sent)
        assert answer.status_code == 422, changed
        error = re.search(rf'id="{field}-error">(.*?)</p>', answer.text, re.DOTALL)
        assert error and words.lower() in unescape(error[1]).lower(), (changed, answer.text)
        typed = [sent[name] for name in ("day", "name", "hours") if name in sent]
        assert all(value in unescape(answer.text) for value in typed)


async def test_a_swap_needs_both_days_and_only_then_can_be_applied(web: httpx.AsyncClient) -> None:
    off = {"day": "2027-09-20", "kind": "swap_off", "name": "Nghỉ hoán đổi", "applies": "yes"}
    query = await drafted(web, **off)
    page = unescape((await web.get(f"/calendar?{query}")).text)
    assert "Chưa áp dụng được" in page and "Ngày 20/09/2027: không có ngày làm bù" in page
    assert "/calendar/preview" not in page
    back = await web.get(f"/calendar/preview?d={draft_of(query)}")
    assert back.status_code == 303
    work = {"day": "2027-09-25", "kind": "swap_work", "name": "Làm bù", "applies": "yes"}
    both = await drafted(web, f"/calendar/day?d={draft_of(query)}", **work)
    page = unescape((await web.get(f"/calendar?{both}")).text)
    assert "Chưa áp dụng được" not in page and "/calendar/preview" in page


async def test_a_day_is_changed_removed_and_taken_out_of_the_draft_again(web: httpx.AsyncClient) -> None:
    day = "/calendar/day?day=2026-09-02"
    moved = THURSDAY_OFF | {"kind": "holiday", "name": "Quốc khánh dời ngày"}
    page = unescape((await web.get(f"/calendar?{await drafted(web, day, **moved)}")).text)
    assert "Bỏ 02/09/2026" in page and "Thêm 17/09/2026" in page
    gone = await send(web, day, "/calendar/day", do="remove")
    page = unescape((await web.get(gone.headers["location"])).text)
    assert "Bỏ 02/09/2026" in page
    link = re.search(r'href="([^"]*)">Bỏ thay đổi này', page)
    assert link and link[1] == "/calendar"


async def test_hours_are_changed_by_season_and_overlaps_are_refused_in_words(web: httpx.AsyncClient) -> None:
    summer = {"valid_from": "2027-05-01", "valid_to": "2027-09-30", "mon": "07:00-11:00; 13:00 – 17:00"}
    added = await send(web, "/calendar/hours?profile=province", "/calendar/hours", do="keep", **summer)
    page = unescape((await web.get(added.headers["location"])).text)
    assert "07:00–11:00, 13:00–17:00" in page and "Từ 01/05/2027 đến 30/09/2027" in page
    assert "Chưa áp dụng được" in page and "chồng giờ với lịch “province”" in page
    wrong = await send(
        web, "/calendar/hours?profile=province&season=0", "/calendar/hours", do="keep", tue="7-11"
    )
    assert wrong.status_code == 422 and 'id="tue-error"' in wrong.text
    empty = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "")
    none = await send(web, "/calendar/hours?profile=province", "/calendar/hours", do="keep", **empty)
    assert none.status_code == 422 and "Cả tuần không có giờ" in unescape(none.text)
    backwards = {"valid_from": "2027-05-01", "valid_to": "2027-04-01"}
    crossed = await send(web, "/calendar/hours?profile=province", "/calendar/hours", do="keep", **backwards)
    assert 'id="valid_to-error"' in crossed.text


async def test_hours_that_stay_the_same_are_no_change(web: httpx.AsyncClient) -> None:
    text = (await web.get("/calendar/hours?profile=province&season=0")).text
    week = dict(re.findall(r'<input id="(\w{3})" name="\w{3}" type="text" value="([^"]*)"', text))
    assert week["mon"] == "07:30-11:30, 13:30-17:30" and week["sun"] == ""
    page = "/calendar/hours?profile=province&season=0"
    same = await send(web, page, "/calendar/hours", do="keep", holidays="yes", **week)
    assert "Thay đổi đang soạn" not in unescape((await web.get(same.headers["location"])).text)


async def test_who_is_second_sees_both_changes_and_keeps_their_own(
    server: NatsServer, office: Office, web: httpx.AsyncClient
) -> None:
    query = await drafted(web)
    page = f"/calendar/preview?d={draft_of(query)}"
    text = (await web.get(page)).text
    form = dict(
        re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text[text.index("/calendar/apply") :])
    )
    other = await send(web, await _other(web), "/calendar/apply", number="7/TB", signed="2026-09-01")
    assert other.status_code == 303
    answer = await web.post("/calendar/apply", data={**form, **DECISION}, headers=SAME)
    said = unescape(answer.text)
    assert answer.status_code == 409
    assert "Thêm 18/09/2026" in said and "Thêm 17/09/2026" in said and "7/TB ngày 01/09/2026" in said
    link = re.search(r'href="(/calendar\?d=[^"]+)"', answer.text)
    assert link and "Thêm 17/09/2026" in unescape((await web.get(link[1])).text)
    names = {day.name for day in office.runtime.directory.pack.days}
    assert "Ngày khác" in names and "Ngày nghỉ bão" not in names


async def _other(web: httpx.AsyncClient) -> str:
    day = {"day": "2026-09-18", "kind": "holiday", "name": "Ngày khác", "applies": "yes"}
    return f"/calendar/preview?d={draft_of(await drafted(web, **day))}"


async def test_a_pack_put_in_force_between_page_and_click_is_noticed_too(
    server: NatsServer, web: httpx.AsyncClient
) -> None:
    page = f"/calendar/preview?d={draft_of(await drafted(web))}"
    text = (await web.get(page)).text
    form = dict(
        re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text[text.index("/calendar/apply") :])
    )
    async with connected(server, "provisioner") as js:
        await put_pack(js, revise(thanh_hoa(), days=thanh_hoa().days[1:]), by="hotline pack apply")
    answer = await web.post("/calendar/apply", data={**form, **DECISION}, headers=SAME)
    assert answer.status_code == 409 and "Bỏ 01/01/2019" in unescape(answer.text)


async def test_only_administrators_see_or_change_the_calendar(office: Office) -> None:
    for account in (OPERATOR, OFFICER, ARBITER):
        async with browser(office, account) as other:
            for path in ("", "/day", "/hours?profile=province", "/preview", "/days.csv"):
                assert (await other.get(f"/calendar{path}")).status_code == 403, (account.login, path)
            csrf = hidden((await other.get("/password")).text, "csrf")
            for action in ("/calendar/day", "/calendar/hours", "/calendar/apply"):
                answer = await other.post(action, data={"csrf": csrf, **DECISION}, headers=SAME)
                assert answer.status_code == 403


async def test_the_files_for_the_folder_are_those_in_force(web: httpx.AsyncClient) -> None:
    for name in ("days", "hours"):
        answer = await web.get(f"/calendar/{name}.csv")
        assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
        assert answer.text.startswith("\ufeff")
    assert (await web.get("/calendar/faq.csv")).status_code == 404


async def test_a_broken_draft_or_an_unknown_profile_is_answered_calmly(web: httpx.AsyncClient) -> None:
    for path, status in (
        ("/calendar?d=khong-phai", 422),
        ("/calendar?d=" + "A" * 40, 422),
        ("/calendar/hours?profile=sao-hoa", 404),
        (f"/calendar/hours?profile=province&season={'9' * 5000}", 200),
        ("/calendar?year=1800", 200),
        ("/calendar/preview", 303),
    ):
        answer = await web.get(path)
        assert answer.status_code == status, path
        assert "Traceback" not in answer.text


async def test_a_chosen_instant_is_computed_and_a_wrong_one_said_at_its_field(web: httpx.AsyncClient) -> None:
    page = f"/calendar/preview?d={draft_of(await drafted(web))}"
    good = unescape(
        (await web.get(page, params={"d": draft_of(page.partition("?")[2]), "at": "2026-09-16T15:00"})).text
    )
    assert "15:00 thứ Tư, 16/09/2026" in good
    for at in ("hôm qua", "1990-01-01T08:00"):
        bad = (
            await web.get("/calendar/preview", params={"d": draft_of(page.partition("?")[2]), "at": at})
        ).text
        assert 'id="at-error"' in bad
