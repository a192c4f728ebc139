"""The worlds of the atlas: a desk and a portal where something of everything has happened."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import httpx

from libs.contracts import calls, events
from libs.contracts.events import CaseFact, Person
from libs.contracts.requests import Helped
from libs.contracts.sidefacts import ClockArmed, ClockMissed
from libs.devstack.nats_server import NatsServer
from libs.packs.entries import Day
from libs.runtime.clock import SystemClock
from libs.runtime.database import open_engine
from libs.runtime.publishing import publish
from libs.runtime.sidelog import SideLog
from services.desk.domain.calendars import Draft
from services.desk.domain.people import Account
from services.desk.helpful import Helpful
from services.desk.knowledge.sought import Sought
from tests.support.atlas_lists import RUBBISH
from tests.support.atlas_people import H
from tests.support.builders import make, routed, slip
from tests.support.bus import connected
from tests.support.deskpages import SAME, held
from tests.support.deskquestions import mine, proposed, today
from tests.support.desks import ADMINISTRATOR, COMMUNE, HEAD, OFFICER, OPERATOR, STRANGER
from tests.support.desktelephone import a_call, missed, rung, spoken, telephone
from tests.support.deskweb import browser, send
from tests.support.provinces import with_a_commune
from tests.support.waiting import eventually
from tests.support.workbooks import HEAD as TOP
from tests.support.workbooks import ROWS, xls
from tests.support.worktable import HOUR, NOW, SOME, STORIES, WAITS, Worktable, an_empty_table, clock_fact

GONE = "STC"
"""An agency that ended without a successor."""


def said(cls: type[CaseFact], by: Account, **fields: object) -> CaseFact:
    return make(cls, SOME, at=NOW - HOUR, by=by.actor(), **fields)


DELEGATED = (
    routed(SOME, at=NOW, slip=slip(1, "SYT", place="406")),
    said(events.CaseDelegated, OFFICER, to=COMMUNE.agency, note="Xem tại chỗ"),
    said(events.CaseContacted, COMMUNE, way="phone", result="reached", contacted_at=NOW),
)
BELOW = (
    routed(SOME, at=NOW - HOUR, slip=slip(1, COMMUNE.agency, field="F04", place="406")),
    said(events.CaseAnswered, COMMUNE, answer="Trạm y tế xã đã phát thuốc tại nhà sáng nay."),
)
THREE = (
    routed(SOME, at=NOW, slip=slip(1, "SYT", coordinating=("SCT", "CAT"), note="Kiểm tra giá")),
    said(events.CaseContributed, STRANGER, agency="SCT", text="Giá đúng niêm yết."),
    said(
        events.CaseSuspectedFalse,
        OPERATOR,
        police="CAT",
        ground="Chợ này đã đóng từ năm ngoái",
        evidence=(f"words:{RUBBISH}", "number:+84912345678"),
        seal="0" * 64,
    ),
)
KNOWN = Person(name="Lê Thị Đủ", phone="+84912345678", phone_raw="0912 345 678", address="Số 1")

MORE: dict[str, tuple[str, tuple[CaseFact, ...]]] = {
    "below": ("Gia đình tôi cần thuốc, đi lại khó khăn", BELOW),
    "later": ("Trạm y tế đóng cửa cả tuần", (routed(SOME, at=NOW - 28 * HOUR),)),
    "three": (RUBBISH, THREE),
    "work": (RUBBISH, DELEGATED),
    "reported": (
        RUBBISH,
        (*DELEGATED, said(events.CaseReported, COMMUNE, report="Đã dọn sạch lúc 9 giờ.")),
    ),
    "same": (RUBBISH, (WAITS,)),
    "orphan": ("Hỏi về thuế của hộ kinh doanh", (routed(SOME, at=NOW, slip=slip(1, GONE)),)),
    "done": (
        "Xin hỏi giờ làm việc của bệnh viện huyện",
        (
            routed(SOME, at=NOW),
            said(events.CaseAnswered, OFFICER, answer="Từ 7 giờ đến 17 giờ các ngày trong tuần."),
            said(events.CaseWithheld, OFFICER, ground="secrecy-asked"),
        ),
    ),
}


async def furnish(table: Worktable, *names: str) -> None:
    """These of the cases above; with the clock of the one that is late by more than a week."""
    for name in names:
        text, facts = MORE[name]
        await table.put(name, text, *facts)
    if "later" in names:
        await _miss(table, "later", -200 * HOUR)


async def _miss(
    table: Worktable, name: str, due: timedelta, kind: str = "answer", agency: str = "SYT"
) -> None:
    async with connected(table.server, "sla") as js:
        for cls in (ClockArmed, ClockMissed):
            await SideLog(js).write(clock_fact(cls, table.cases[name], due, kind, agency))


@asynccontextmanager
async def a_bare_desk(server: NatsServer, folder: Path) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """Where nothing has happened yet."""
    async with an_empty_table(server, folder, with_a_commune(COMMUNE.agency)) as table:
        yield table.origin, {}


@asynccontextmanager
async def a_full_desk(server: NatsServer, folder: Path) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """Its address, and what the addresses of its pages are filled with."""
    pack = with_a_commune(COMMUNE.agency)
    ended = (NOW - timedelta(days=3)).date()
    agencies = tuple(
        one.model_copy(update={"valid_to": ended}) if one.code == GONE else one for one in pack.agencies
    )
    pack = pack.model_copy(update={"agencies": agencies})
    more = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "ban-truc"}
    async with an_empty_table(server, folder, pack, **more) as table:
        for name, (text, facts) in STORIES.items():
            await table.put(name, text, *facts)
        await table.run_clocks()
        await furnish(table, *MORE)
        nobody = Person(phone="+84912345678", phone_raw="0912 345 678")
        await table.put("first", "Khi nào tiêm mũi hai cho người già?", WAITS, urgent=True, person=KNOWN)
        await table.put("nameless", "Đèn đường hỏng ở ngã ba", WAITS, person=nobody)
        await _miss(table, "nameless", -HOUR, "triage", "")
        await _miss(table, "unclear", -HOUR, "arbitration", "STTTT")
        names = {name: ref.case_id for name, ref in table.cases.items()}
        names |= await _calls(server)
        await _votes(table)
        await _parked(table)
        names |= await _kept(table)
        yield table.origin, names


async def _calls(server: NatsServer) -> dict[str, str]:
    """One missed, one spoken, one that rings now."""
    now, lost, ringing = SystemClock().now(), a_call(), a_call()
    by = "0987654321"
    await telephone(server, *missed(lost, -7200, start=now, caller=f"+84{by[1:]}", caller_raw=by))
    await telephone(server, *spoken(a_call(), -9000, start=now))
    await telephone(server, rung(calls.CallRinging, ringing, start=now))
    return {"missed": lost, "call": ringing}


async def _votes(table: Worktable) -> None:
    engine = open_engine(table.office.settings.database_url)
    for helped in (True, False, False):
        entry = mine(table.office)
        await Helpful(engine).count(Helped(kind="question", entry=entry, version="ab12", helped=helped))
    for words in ("trợ cấp thai sản", "bán đất nông nghiệp"):
        await Sought(engine, table.office.runtime.clock).note(words, "operator")
    engine.dispose()


async def _parked(table: Worktable) -> None:
    ref = await table.put("parked", "Hỏi về học phí", routed(SOME, at=NOW))
    async with connected(table.server, "router") as js:
        subject = f"case.{ref.year}.{ref.case_id}.triaged"
        last = (await js.stream_info("CASES")).state.last_seq  # the case was put there just now
        ack = await publish(
            js,
            subject,
            b'{"broken": true}',
            message_id=str(uuid4()),
            expected=last,
            expected_filter=ref.filter,
        )
    await eventually(lambda: table.office.reached(ref, ack.seq))


async def _kept(table: Worktable) -> dict[str, str]:
    """Workbooks, a proposal, a notice, a standard text, an account that ended, an invitation, a shift."""
    now = today(table.office)
    day, later = now.isoformat(), (now + timedelta(days=30)).isoformat()
    async with browser(table, OFFICER) as web:
        assert (await proposed(web)).status_code == 303
        good = await _brought(web, xls(TOP, *ROWS))
        note = {"text": "Điểm tiêm nghỉ vì mưa bão.", "valid_from": day, "valid_to": later}
        await _done(web, "/knowledge/notices", "/knowledge/notices", **note)
    async with browser(table, HEAD) as web:
        text = {"action": "answer", "title": "Hẹn kết quả", "text": "Kính gửi Ông/Bà, ___ đã xử lý xong."}
        blank = held((await web.get("/standards")).text, "/standards")
        added = await web.post("/standards", data={**blank, **text}, headers=SAME)
        assert added.status_code == 303, added.text
        standard = re.search(r"/standards/([\w-]+)\"", (await web.get("/standards")).text)
    async with browser(table, ADMINISTRATOR) as web:
        wrong = await _brought(web, xls(TOP, *ROWS, [3, "Câu hỏi không có câu trả lời?", "", "F04"]))
        new = {"role": "officer", "agency": COMMUNE.agency, "extension": ""}
        made = await _done(web, "/accounts", "/accounts", login="xa8", name="Trịnh Thị Mới", **new)
        await _done(web, "/accounts", "/accounts", login="xa9", name="Cao Văn Cũ", **new)
        await _done(web, "/accounts/xa9", "/accounts/end")
        shift = {"account": OPERATOR.id, "day": day, "from": "06:00", "to": "22:00"}
        await _done(web, "/roster", "/roster", **shift)
    token = re.search(r"/welcome/([\w-]+)", made.text)
    assert token and standard, (made.status_code, H)
    off = Day(day=date(NOW.year, 12, 24), kind="holiday", name="Ngày nghỉ bão", status="ok")
    return {
        "entry": mine(table.office),
        "change": "1",
        "workbook": good,
        "broken": wrong,
        "token": token[1],
        "standard": standard[1],
        "draft": Draft(days={off.day: off}).packed(),
    }


async def _done(web: httpx.AsyncClient, page: str, action: str, **inputs: str) -> httpx.Response:
    """Send a form of the desk, which must not be refused."""
    answer = await send(web, page, action, **inputs)
    assert answer.status_code in {201, 303}, (action, answer.status_code, answer.text)
    return answer


async def _brought(web: httpx.AsyncClient, content: bytes) -> str:
    page = (await web.get("/knowledge/import")).text
    action = re.search(r'action="(/knowledge/import\?csrf=[^"]+)"', page)
    assert action
    files = {"file": ("hoi-dap.xls", content, "application/vnd.ms-excel")}
    data = {"agency": OFFICER.agency, "field": ""}
    answer = await web.post(action[1], data=data, files=files, headers=SAME)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]
