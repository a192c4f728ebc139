"""One citizen on several channels is offered as one case, and the operator is told why."""

from pathlib import Path
from typing import Any

import pytest

from libs.contracts import events
from libs.contracts.casevalues import Attached, Origin, Spot
from libs.contracts.events import Person
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from services.desk.domain.contacts import contacts_of, of_words
from services.desk.domain.state import CaseState
from services.desk.store import queue_of
from tests.support.builders import CITIZEN, a_case, make, opened
from tests.support.bus import connected
from tests.support.desks import OFFICER, OPERATOR, after, by
from tests.support.deskweb import browser, send
from tests.support.office import Office
from tests.support.waiting import eventually
from tests.support.worktable import HOUR, NOW, SENT, a_worktable

PHONE, MAIL = "0977 111 222", "nguoi.dan@thu.example"
ZALO = Origin(account="oa-1022", person="6620000000000001")
LETTER = Origin(account="1022@tinh.example", person=MAIL, thread="<m1@thu.example>")
NOBODY = Person()
LAMP = "Đèn đường ngõ 12 phố Lê Lợi bị hỏng ba hôm nay"


async def test_zalo_then_a_photo_by_mail_then_a_call_are_offered_as_one(
    server: NatsServer, tmp_path: Path
) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        zalo = await table.put("zalo", LAMP, channel="zalo", person=NOBODY, origin=ZALO)
        given = make(events.CaseAdded, zalo, text="", channel="zalo", origin=ZALO, person=_reached(PHONE))
        await _told(table.office, server, zalo, given)
        mail = await table.put(
            "mail",
            f"{LAMP}, gửi kèm ảnh. Gọi tôi: {PHONE}",
            channel="email",
            person=Person(email=MAIL),
            origin=LETTER,
            at=NOW - HOUR,
        )
        page = (await web.get(table.path("mail"))).text
        assert _offer(page, zalo) and "cùng số điện thoại, nội dung giống nhau" in page
        joined = await send(web, table.path("mail"), f"{table.path('mail')}/join", to=zalo.case_id)
        assert joined.status_code == 303
        console = await send(web, "/calls/new", "/calls/new", phone="+84 977 111 222", do="alike", text="")
        assert _offer(console.text, zalo) and not _offer(console.text, mail), "one case, not two"
        await eventually(lambda: _followed(table.office, mail), what="the join to be known")
        by_mail = await send(web, "/calls/new", "/calls/new", email=MAIL.upper(), do="alike", text="")
        assert _offer(by_mail.text, zalo) and "cùng địa chỉ thư" in by_mail.text, "known by who joined it"


def _reached(phone: str) -> Person:
    return Person(phone=f"+84{phone.replace(' ', '')[1:]}", phone_raw=phone)


def _offer(page: str, ref: CaseRef) -> bool:
    return f'name="join" value="{ref.case_id}"' in page or f'name="to" value="{ref.case_id}"' in page


async def _told(office: Office, server: NatsServer, ref: CaseRef, *facts: events.CaseFact) -> None:
    async with connected(server, "intake") as js:
        log = CaseLog(js)
        seq = (await log.since(ref, 0))[-1].seq
        for fact in facts:
            done = await log.append(ref, fact, seq, decide=lambda mine: mine, fold=lambda mine, _: mine)
            assert done
            seq = done.seq
    await eventually(lambda: office.reached(ref, seq), what="the desk reads more")


async def _followed(office: Office, ref: CaseRef) -> bool:
    async with office.person(OPERATOR) as operator:
        return bool((await operator.look(ref))["state"]["status"] == "joined")


def test_a_sender_is_known_by_what_they_gave_where_they_wrote_from_and_their_words() -> None:
    state = after(opened(a_case(), channel="zalo", person=NOBODY, origin=ZALO, text=f"Số tôi {PHONE}"))
    assert contacts_of(state) == {("person", f"zalo\noa-1022\n{ZALO.person}"), ("phone", "+84977111222")}
    more = make(events.CaseAdded, a_case(), text="ở phố Lê Lợi", channel="email", origin=LETTER, call="c1")
    assert contacts_of(after(more, start=state)) - contacts_of(state) == {("email", MAIL), ("call", "c1")}


WORDS: tuple[tuple[str, set[str]], ...] = (
    ("gọi 0977.111.222 nhé", {"+84977111222"}),
    ("84977111222", {"+84977111222"}),
    ("+84 977 111 222, 0237 3852 246", {"+84977111222", "+842373852246"}),
    ("CCCD 038201009999", set()),
    ("số tiền 1.000.000.000 đồng", set()),
    ("1022 và 115", set()),
    ("", set()),
)


@pytest.mark.parametrize(("words", "found"), WORDS)
def test_numbers_are_found_in_the_words_and_other_digits_are_not(words: str, found: set[str]) -> None:
    assert {value for _, value in of_words(words)} == found


def test_what_the_citizen_gives_later_fills_gaps_and_replaces_nothing() -> None:
    state = after(opened(a_case(), person=Person(name="Nguyễn Văn Mẫu")))
    given = make(
        events.CaseAdded,
        a_case(),
        text="x",
        channel="zalo",
        person=Person(name="Zalo B", phone="+84977111222"),
    )
    filled = after(given, start=state)
    assert (filled.person.name, filled.person.phone) == ("Nguyễn Văn Mẫu", "+84977111222")
    assert filled.details_at == filled.facts, "a form that is older than this is stale"


def test_a_machine_of_theirs_answers_no_question_and_is_nobodys_address() -> None:
    asked = after(
        opened(a_case()), make(events.CaseInformationAsked, a_case(), question="Ở đâu?", by=by(OFFICER))
    )
    away = make(events.CaseAdded, a_case(), text=f"Tôi đi vắng, gọi {PHONE}", channel="email", automatic=True)
    state = after(away, start=asked)
    assert state.asked == "Ở đâu?" and state.additions[-1].automatic
    assert contacts_of(state) == contacts_of(asked)
    assert not after(away.model_copy(update={"automatic": False}), start=asked).asked


async def test_an_agencys_own_number_joins_no_strangers(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        await table.put("one", "Tôi gọi 0237 0000 001 không ai nghe", person=NOBODY)
        text = "Sở Y tế số 0237 0000 001 trả lời chậm"
        page = await send(web, "/calls/new", "/calls/new", text=text, do="alike")
        assert "cùng số điện thoại" not in page.text


async def test_a_thread_says_nothing_of_who_writes_in_it(server: NatsServer, tmp_path: Path) -> None:
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        first = await table.put("first", "Xin hỏi", channel="email", person=Person(email=MAIL), origin=LETTER)
        other = LETTER.model_copy(update={"person": "nguoi.khac@thu.example"})
        fields: dict[str, Any] = {"channel": "email", "person": NOBODY, "same_as": first.case_id}
        await table.put("stranger", "Tôi cũng vậy", origin=other, **fields)
        await table.put("again", "Tôi hỏi tiếp", origin=LETTER, **fields)
        await table.put("claim", "Tôi nói là cùng việc", **{**fields, "channel": "portal"})
        for name, words in (
            ("stranger", "cùng luồng trao đổi, người gửi khác lần trước"),
            ("again", "cùng luồng trao đổi, cùng địa chỉ thư"),
            ("claim", "người gửi nói là cùng việc"),
        ):
            assert words in (await web.get(table.path(name))).text, name


async def test_the_page_shows_channel_place_files_and_junk_in_words(
    server: NatsServer, tmp_path: Path
) -> None:
    files = (Attached(id="a" * 32, type="image/jpeg", size=230_400), Attached(id="b" * 32, lost="infected"))
    async with a_worktable(server, tmp_path) as table, browser(table, OPERATOR) as web:
        await table.put(
            "full", "Hố sâu giữa đường", SENT, channel="zalo", origin=ZALO, place="Trước số nhà 5",
            spot=Spot(lat=19.8067, long=105.7852), files=files,
        )  # fmt: skip
        await table.put("junk", "Vay nhanh", spam=("offer", "links", "x-new"))
        page = (await web.get(table.path("full"))).text
        for words in (
            "Zalo",
            ZALO.person,
            "Trước số nhà 5",
            "19.806700, 105.785200",
            "Ảnh 1 (230 KB)",
            "có mã độc",
        ):
            assert words in page, words
        assert "<iframe" not in page and 'href="https' not in page
        junk = (await web.get(table.path("junk"))).text
        assert "lời mời chào; nhiều đường dẫn; x-new" in junk
        rows = (await web.get("/triage")).text
        assert rows.index(table.path("triage")) < rows.index(table.path("junk"))
    async with browser(table, OFFICER) as web:
        assert ZALO.person in (await web.get(table.path("full"))).text, "the lead speaks to the sender"


def test_junk_waits_behind_everything_else_and_a_person_may_take_it_out() -> None:
    state = after(opened(a_case(), spam=("offer",), person=CITIZEN))
    assert queue_of(state) == "triage" and state.spam
    assert CaseState.model_validate_json(state.model_dump_json(exclude_defaults=True)) == state
