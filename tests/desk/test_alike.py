"""The rows behind cases of one matter and parts of one answer, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.events import Person
from libs.contracts.subjects import CaseRef
from libs.runtime.database import open_engine, reading, writing
from services.desk import alike, reads
from services.desk.beside import FOLLOW, FOLLOWER, JOINED
from services.desk.domain.duplicates import Asked
from services.desk.migrations import prepare
from services.desk.queries import BESIDE
from services.desk.store import LINK
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.deskbook import Book
from tests.support.desks import COMMUNE, OFFICER, OPERATOR, POLICE, STRANGER, by

DAY = timedelta(days=1)
LAMP = "Đèn đường ngõ 12 phố Lê Lợi bị hỏng ba hôm nay"


@pytest.fixture
def book(database_url: str) -> Iterator[Book]:
    engine: Engine = open_engine(database_url)
    prepare(engine)
    yield Book(engine)
    engine.dispose()


def joins(ref: CaseRef, to: CaseRef) -> events.CaseJoined:
    return make(events.CaseJoined, ref, to=to.case_id, year=2026, code="1", by=by(OPERATOR))


def knows(root: CaseRef, follower: CaseRef) -> events.CaseFollowerAdded:
    return make(events.CaseFollowerAdded, root, case=follower.case_id, year=2026, code="2")


def unknown(book: Book) -> set[tuple[str, str]]:
    with writing(book.engine) as connection:
        alike.settle_roots(connection)
        return {(row.root, row.case_id) for row in alike.unknown_followers(connection)}


def test_a_follower_is_unknown_until_the_log_of_its_root_names_it_in_whatever_order(book: Book) -> None:
    a, b, c = a_case(), a_case(), a_case()
    for ref in (a, b, c):
        book.take(ref, opened(ref))
    book.take(a, joins(a, b))
    assert unknown(book) == {(b.case_id, a.case_id)}
    book.take(b, knows(b, a))
    assert unknown(book) == set()
    book.take(b, joins(b, c))
    assert unknown(book) == {(c.case_id, a.case_id), (c.case_id, b.case_id)}
    book.take(c, knows(c, b), knows(c, a))
    assert unknown(book) == set()
    d = a_case()
    book.take(c, knows(c, d))
    book.take(d, opened(d), joins(d, c))
    assert unknown(book) == set(), "the news of it came first"


def test_a_case_that_stands_still_is_not_followed_and_its_followers_wait_for_it(book: Book) -> None:
    old, new = a_case(), a_case()
    for ref in (old, new):
        book.take(ref, opened(ref))
    book.take(new, joins(new, old))
    park(book, old, "broken")
    assert unknown(book) == set()
    with reading(book.engine) as connection, pytest.raises(Refused) as refusal:
        alike.named(connection, old.case_id)
    assert refusal.value.field == "to" and "tạm dừng" in refusal.value.vi
    park(book, old, "")
    assert unknown(book) == {(old.case_id, new.case_id)}


def park(book: Book, ref: CaseRef, reason: str) -> None:
    with writing(book.engine) as connection:
        connection.execute(update(LINK).where(LINK.c.case_id == ref.case_id).values(parked=reason))


def test_what_is_forgotten_is_read_again(book: Book) -> None:
    a, b = a_case(), a_case()
    book.take(b, opened(b), knows(b, a))
    book.take(a, opened(a), joins(a, b))
    with writing(book.engine) as connection:
        book.store.forget(connection, [a.case_id, b.case_id])
    assert book.rows(FOLLOW) == [] == book.rows(FOLLOWER)
    book.take(a, opened(a), joins(a, b))
    assert unknown(book) == {(b.case_id, a.case_id)}


def test_a_case_is_named_by_id_or_code_and_answers_for_its_root(book: Book) -> None:
    a, b, c = a_case(), a_case(), a_case()
    book.take(c, opened(c))
    book.take(b, opened(b), joins(b, c))
    book.take(a, opened(a), joins(a, b))
    with reading(book.engine) as connection:
        for words, root in ((a.case_id, c), (b.case_id, c), (c.case_id, c)):
            other = alike.named(connection, words)
            assert other and other.state.case_id == root.case_id
        assert alike.named(connection, "123456782") is None, "three have this code: which one is meant?"
        assert alike.named(connection, "0" * 32) is None and alike.named(connection, "x") is None


def test_candidates_are_of_the_same_telephone_or_place_and_field_and_not_too_old(book: Book) -> None:
    another = CITIZEN.model_copy(update={"phone": "+84987654321"})

    def put(days: int, *, person: Person = another, **fields: str) -> str:
        ref = a_case()
        first = opened(ref, at=MONDAY_MORNING - days * DAY, text=LAMP, person=person)
        there = routed(ref, slip=slip(1, "SYT", place=fields.get("place"), field=fields.get("field", "F04")))
        book.take(ref, first, there)
        return ref.case_id

    mine, long_ago = put(60, person=CITIZEN), put(91, person=CITIZEN)
    near, far, old = put(29, place="406"), put(1, place="407"), put(31, place="406")
    other_field = put(1, place="406", field="F08")
    asked = Asked(LAMP, CITIZEN.phone, "406", "F04")
    with reading(book.engine) as connection:
        found = {one.case_id for one in alike.candidates(connection, asked, MONDAY_MORNING)}
        later = {one.case_id for one in alike.candidates(connection, asked, MONDAY_MORNING - 50 * DAY)}
    assert found == {mine, near} and not found & {long_ago, far, old, other_field}
    assert later == {mine, long_ago}, "only what came before"


def tasks(book: Book, agency: str, *parts: str, owed: int | None = None) -> list[str]:
    with reading(book.engine) as connection:
        page = reads.joined(connection, agency, parts or BESIDE, "", owed)
        return [row.case_id for row in page.rows]


def test_whoever_owes_a_part_finds_it_first_and_no_longer_once_it_is_given(book: Book) -> None:
    one, two = a_case(), a_case()
    for hours, ref in enumerate((one, two)):
        sent = slip(1, "SYT", co_leads=("SCT",), coordinating=("H380",))
        at = MONDAY_MORNING + timedelta(hours=hours)
        book.take(ref, opened(ref), routed(ref, at=at, slip=sent))
    assert tasks(book, "SCT") == tasks(book, "H380", owed=1) == [two.case_id, one.case_id]
    part = make(events.CaseContributed, two, agency="SCT", text="Phần", by=by(STRANGER))
    book.take(two, part)
    assert tasks(book, "SCT") == [one.case_id, two.case_id], "what is owed stands first"
    assert tasks(book, "SCT", owed=1) == [one.case_id]
    book.take(one, make(events.CaseAnswered, one, answer="Xong", by=by(OFFICER)))
    assert tasks(book, "H380", owed=1) == [two.case_id]


def test_a_commune_owes_its_report_and_a_police_unit_its_result(book: Book) -> None:
    ref = a_case()
    book.take(ref, opened(ref), routed(ref))
    book.take(ref, make(events.CaseDelegated, ref, to="X14758", by=by(OFFICER)))
    assert tasks(book, "X14758", owed=1) == [ref.case_id]
    book.take(ref, make(events.CaseReported, ref, report="Đã làm", by=by(COMMUNE)))
    assert tasks(book, "X14758", owed=1) == [] and tasks(book, "X14758") == [ref.case_id]
    book.take(ref, make(events.CaseRecalled, ref, reason="Làm thay", by=by(OFFICER)))
    assert tasks(book, "X14758") == []
    seal = {"police": "CAT", "ground": "Bịa", "seal": "0" * 64}
    book.take(ref, make(events.CaseSuspectedFalse, ref, **seal, by=by(OPERATOR)))
    assert tasks(book, "CAT", "police", owed=1) == [ref.case_id] and tasks(book, "CAT") == []
    book.take(ref, make(events.CaseVerified, ref, result="true", by=by(POLICE)))
    assert tasks(book, "CAT", "police", owed=1) == [] and len(book.rows(JOINED)) == 1
