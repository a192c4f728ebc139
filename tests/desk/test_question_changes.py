"""Proposals that wait for their day, vain searches and workbooks, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from libs.contracts.errors import Refused
from libs.devstack.nats_server import NatsServer
from libs.packs.questions import Question
from libs.runtime.clock import FollowingClock
from libs.runtime.database import open_engine
from libs.runtime.directory import Directory, put_pack
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.questions import Proposal, QuestionChange, covered
from services.desk.knowledge.knowledge import Knowledge
from services.desk.knowledge.sought import UNSEEN
from services.desk.migrations import prepare
from tests.support.bus import connected
from tests.support.desks import ADMINISTRATOR, ARBITER, COLLEAGUE, OFFICER, OPERATOR, STRANGER
from tests.support.provinces import in_force, thanh_hoa
from tests.support.workbooks import HEAD, ROWS, xls

DOCUMENT = "CV 7"
NEW = Question(
    id="", field="F04", question="Hỏi mới?", answer="Đáp.", agency="SYT", status="x", checked=date(2026, 3, 1)
)
PROPOSAL = Proposal(agency="SYT", questions=(QuestionChange(before=None, after=NEW),))


@dataclass
class Wall:
    """A clock that tests move."""

    at: datetime = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Room:
    """The room of questions and answers on a database and a server of its own."""

    knowledge: Knowledge
    directory: Directory
    clock: Wall

    @property
    def today(self) -> date:
        return self.knowledge.revising.today()

    async def propose(self, effective: date, command: str, proposal: Proposal = PROPOSAL) -> int:
        kept = await self.knowledge.changes.propose(
            OFFICER, proposal, document=DOCUMENT, effective=effective, note="", command=command
        )
        return kept.id

    async def accept(self, number: int) -> str:
        changes = self.knowledge.changes
        seen = changes.seen(await changes.one(ADMINISTRATOR, number))
        return (await changes.accept(ADMINISTRATOR, number, seen=seen)).state

    def asked(self) -> list[str]:
        return [one.question for one in self.directory.pack.questions if one.question == NEW.question]


@pytest.fixture
async def room(server: NatsServer, database_url: str) -> AsyncIterator[Room]:
    await in_force(server, thanh_hoa())
    engine, clock = open_engine(database_url), Wall()
    prepare(engine)
    async with connected(server, "desk") as js:
        directory = Directory(js, FollowingClock())
        await directory.refresh()
        yield Room(Knowledge(engine, directory, clock, js), directory, clock)
    engine.dispose()


async def test_an_accepted_change_waits_for_its_day_and_is_then_put_in_force_once(room: Room) -> None:
    number = await room.propose(room.today + timedelta(days=3), "a")
    assert await room.accept(number) == "accepted"
    await room.knowledge.changes.apply_due()
    assert room.asked() == []
    room.clock.at += timedelta(days=3)
    for _ in range(2):
        await room.knowledge.changes.apply_due()
    assert room.asked() == [NEW.question]
    assert [one.document for one in room.directory.history[1:]] == [DOCUMENT]
    kept = await room.knowledge.changes.one(OFFICER, number)
    assert (kept.state, kept.version) == ("applied", room.directory.current)


async def test_a_change_that_is_refused_on_its_day_tells_its_agency_why_and_goes_in_once_it_can(
    room: Room,
) -> None:
    short = NEW.model_copy(update={"valid_to": room.today + timedelta(days=4)})
    late = Proposal(agency="SYT", questions=(QuestionChange(before=None, after=short),))
    number = await room.propose(room.today + timedelta(days=3), "a", late)
    assert await room.accept(number) == "accepted"
    began, changes = room.clock.at, room.knowledge.changes
    room.clock.at += timedelta(days=6)  # the desk stood still until the entry had ended
    for _ in range(2):
        await changes.apply_due()
    kept = await changes.one(OFFICER, number)
    assert kept.state == "accepted" and "Gói dữ liệu không nhận" in kept.reason
    assert room.asked() == []
    room.clock.at = began + timedelta(days=3)
    await changes.apply_due()
    kept = await changes.one(OFFICER, number)
    assert (kept.state, kept.reason) == ("applied", "")


async def test_a_desk_that_stopped_between_pack_and_note_does_not_put_the_change_twice(room: Room) -> None:
    number = await room.propose(room.today, "a")
    await room.accept(number)
    changes = room.knowledge.changes
    assert changes.store.move(number, "accepted", was="applied"), "as if the desk had stopped before it noted"
    await changes.apply_due()
    assert room.asked() == [NEW.question] and len(room.directory.history) == 2
    assert (await changes.one(OFFICER, number)).state == "applied"


async def test_a_change_stands_beside_one_that_another_administrator_made_meanwhile(
    room: Room, server: NatsServer
) -> None:
    number = await room.propose(room.today, "a")
    other = thanh_hoa().model_copy(update={"version": "khac", "margin": 0.31})
    async with connected(server, "provisioner") as js:
        await put_pack(js, other)
    assert await room.accept(number) == "applied"
    assert room.directory.pack.margin == 0.31 and room.asked() == [NEW.question]


async def test_two_new_entries_get_ids_of_their_own_and_no_row_of_the_file_moves(room: Room) -> None:
    before = [one.id for one in room.directory.pack.questions]
    for command in ("a", "b"):
        await room.accept(await room.propose(room.today, command))
    assert [one.id for one in room.directory.pack.questions] == [*before, "SYT-0001", "SYT-0002"]


async def test_only_an_administrator_decides_and_only_the_agency_proposes_for_itself(room: Room) -> None:
    number = await room.propose(room.today, "a")
    changes = room.knowledge.changes
    for account in (OFFICER, ARBITER, OPERATOR):
        with pytest.raises(NotAllowed):
            await changes.accept(account, number, seen="")
    with pytest.raises(NotAllowed):
        await changes.propose(STRANGER, PROPOSAL, document="x", effective=room.today, note="", command="c")
    with pytest.raises(NotAllowed):
        await changes.withdraw(STRANGER, number)
    with pytest.raises(NotFound):
        await changes.one(STRANGER, number)


async def test_what_the_pack_would_refuse_is_refused_when_it_is_proposed(room: Room) -> None:
    wrong = NEW.model_copy(update={"valid_to": room.today - timedelta(days=1)})
    proposal = Proposal(agency="SYT", questions=(QuestionChange(before=None, after=wrong),))
    with pytest.raises(Refused, match="valid_to"):
        await room.propose(room.today, "a", proposal)
    assert await room.knowledge.changes.listed(ADMINISTRATOR) == []


async def test_a_second_look_at_a_workbook_after_the_entries_changed_must_be_confirmed_anew(
    room: Room,
) -> None:
    books, day = room.knowledge.workbooks, room.today
    number = await books.bring(OFFICER, xls(HEAD, *ROWS), name="a.xls", agency="", field="")
    seen = (await books.look(OFFICER, number)).compared.mark
    other = await books.bring(ADMINISTRATOR, xls(HEAD, ROWS[0]), name="b.xls", agency="SYT", field="")
    mark = (await books.look(ADMINISTRATOR, other)).compared.mark
    await books.confirm(ADMINISTRATOR, other, seen=mark, document=DOCUMENT, effective=day, end_missing=False)
    given: dict[str, Any] = {"document": DOCUMENT, "effective": day, "end_missing": False}
    with pytest.raises(Refused, match="changed meanwhile"):
        await books.confirm(OFFICER, number, seen=seen, **given)
    with pytest.raises(NotFound):
        await books.look(COLLEAGUE, number)
    seen = (await books.look(OFFICER, number)).compared.mark
    (kept,) = await books.confirm(OFFICER, number, seen=seen, **given)
    assert [one.after.question for one in kept.proposal.questions] == [ROWS[1][1]]


async def test_words_of_citizens_show_when_they_came_from_three_places_and_operators_at_once(
    room: Room,
) -> None:
    sought = room.knowledge.sought
    for place in (7, 7, 7, 8):
        await sought.note("Đăng ký xe 36A-123.45 ở đâu", "citizen", place)
    assert await sought.listed(ADMINISTRATOR) == []
    await sought.note("dang ky xe 36A-678.90 o dau", "citizen", 9)
    await sought.note("phí cấp lại bằng", "operator")
    found = await sought.listed(OFFICER)
    assert [(one.words, one.citizens, one.operators) for one in found] == [
        ("đăng ký xe ##a-###.## ở đâu", 5, 0),
        ("phí cấp lại bằng", 0, 1),
    ]
    await sought.done(OFFICER, found[0].key)
    assert [one.words for one in await sought.listed(OFFICER)] == ["phí cấp lại bằng"]
    with pytest.raises(NotAllowed):
        await sought.listed(OPERATOR)


async def test_words_that_nobody_was_shown_are_forgotten_sooner(room: Room) -> None:
    sought = room.knowledge.sought
    await sought.note("một người hỏi", "citizen", 1)
    await sought.note("cán bộ hỏi", "operator")
    room.clock.at += UNSEEN + timedelta(days=1)
    await sought.tidy()
    for place in (2, 3):
        await sought.note("một người hỏi", "citizen", place)
    assert [one.words for one in await sought.listed(OFFICER)] == ["cán bộ hỏi"]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Gọi 0912 345 678 gặp ai", "gọi #### ### ### gặp ai"),
        ("nguyen.van.a@mau.example cấp lại thẻ", "cấp lại thẻ"),
        ("0912345678", ""),
        ("a@b.example", ""),
        ("từ " * 60, " ".join(["từ"] * 26)),
    ],
)
def test_what_was_looked_for_is_kept_without_numbers_or_addresses_and_short(words: str, kept: str) -> None:
    assert covered(words) == kept
