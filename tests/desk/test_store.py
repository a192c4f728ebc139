"""The projection on SQLite and PostgreSQL: states, timelines, queues by key, clocks, letters, forgetting."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from libs.contracts import events, sidefacts
from libs.contracts.errors import Refused
from libs.contracts.facts import Actor
from libs.contracts.subjects import CaseRef
from libs.runtime.database import open_engine, reading, writing
from libs.runtime.projection import Applied
from services.desk import alike, reads
from services.desk.beside import JOINED
from services.desk.domain.duplicates import Asked
from services.desk.domain.state import STATUSES, CaseState
from services.desk.migrations import prepare
from services.desk.queries import BESIDE
from services.desk.store import CASE, CLOCK, ENTRY, LETTER, queue_of, seconds
from tests.support.builders import CITIZEN, MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.deskbook import Book
from tests.support.desks import OPERATOR as TRUC
from tests.support.desks import after, by, case_in, life

HOUR = timedelta(hours=1)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    prepare(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def book(engine: Engine) -> Book:
    return Book(engine)


def clock(
    cls: type[sidefacts.ClockFact], ref: CaseRef, due: datetime, *, name: str = "answer-1", **fields: object
) -> sidefacts.ClockFact:
    defaults: dict[str, object] = {
        "event_id": uuid4(), "case_id": ref.case_id, "at": MONDAY_MORNING, "by": Actor(service="sla"),
        "case_seq": 1, "clock": name, "kind": name.split("-", 1)[0], "agency": "SYT", "basis": "law",
        "start": MONDAY_MORNING, "due": due,
    }  # fmt: skip
    return cls.model_validate({**defaults, **fields})


def letter(cls: type[sidefacts.LetterFact], ref: CaseRef, **fields: object) -> sidefacts.LetterFact:
    defaults: dict[str, object] = {
        "event_id": uuid4(), "case_id": ref.case_id, "at": MONDAY_MORNING, "by": Actor(service="notifier"),
        "case_seq": 1, "letter": "l1", "template": "receipt", "way": "email", "audience": "citizen",
    }  # fmt: skip
    return cls.model_validate({**defaults, **fields})


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("status", STATUSES)
def test_the_stored_case_is_the_fold_of_its_facts(book: Book, status: str, *, together: bool) -> None:
    ref = a_case()
    facts = life(ref)[status]
    book.take(ref, *facts, together=together)
    assert book.state(ref) == after(*facts)
    (row,) = book.rows(CASE)
    assert (row["status"], row["queue"]) == (status, queue_of(after(*facts)))
    assert [entry["token"] for entry in book.rows(ENTRY)] == [fact.token for fact in facts]


def test_facts_of_many_cases_in_one_batch_do_not_mix(book: Book) -> None:
    one, two = a_case(), a_case()
    mixed = [
        Applied(one, 1, opened(one, code="111111118")),
        Applied(two, 2, opened(two, urgent=True)),
        Applied(one, 3, routed(one)),
        Applied(two, 4, make(events.CaseRejected, two, reason="out-of-scope")),
    ]
    with writing(book.engine) as connection:
        book.store.apply(connection, mixed)
    rows = {row["case_id"]: row for row in book.rows(CASE)}
    assert (rows[one.case_id]["status"], rows[one.case_id]["agency"]) == ("routed", "SYT")
    assert (rows[two.case_id]["status"], rows[two.case_id]["calm"]) == ("rejected", 0)


def test_applying_the_same_fact_again_doubles_no_timeline_entry(book: Book) -> None:
    ref = a_case()
    fact = opened(ref)
    for _ in range(2):
        with writing(book.engine) as connection:
            book.store.apply(connection, [Applied(ref, 1, fact)])
    assert len(book.rows(ENTRY)) == 1


def test_agencies_beside_the_lead_change_with_the_slip(book: Book) -> None:
    ref = a_case()
    first = routed(ref, slip=slip(coordinating=("H380", "CAT"), co_leads=("SCT",)))
    book.take(ref, opened(ref), first)
    assert {row["agency"] for row in book.rows(JOINED)} == {"H380", "CAT", "SCT"}
    book.take(ref, make(events.CaseReturned, ref, ground="wrong-field"))
    second = slip(2, "CAT", coordinating=("H380",))
    book.take(ref, make(events.CaseDirected, ref, slip=second, by=by(TRUC)))
    assert {row["agency"] for row in book.rows(JOINED)} == {"H380"}


def test_the_deadline_is_the_running_clock_that_was_not_missed(book: Book) -> None:
    ref = a_case()
    book.take(ref, *life(ref)["routed"])
    assert book.rows(CASE)[0]["due"] == seconds(MONDAY_MORNING), "no clock yet: since when it waits"
    due, later = MONDAY_MORNING + 8 * HOUR, MONDAY_MORNING + 48 * HOUR
    book.tell(clock(sidefacts.ClockArmed, ref, due))
    assert book.rows(CASE)[0]["due"] == seconds(due)
    book.tell(clock(sidefacts.ClockMissed, ref, due))
    assert book.rows(CASE)[0]["due"] == seconds(due)
    book.tell(clock(sidefacts.ClockArmed, ref, later, name="promise-1-1"))
    assert book.rows(CASE)[0]["due"] == seconds(later), "late with a promise: the promise is next"
    book.take(ref, make(events.CaseReceived, ref))
    assert book.rows(CASE)[0]["due"] == seconds(later), "a further fact keeps the deadline"


def test_a_clock_keeps_its_newest_fact_whatever_order_they_come_in(book: Book) -> None:
    ref = a_case()
    due = MONDAY_MORNING + 8 * HOUR
    book.take(ref, *life(ref)["routed"])
    ended = clock(sidefacts.ClockEnded, ref, due, stopped_at=due + HOUR)
    missed = clock(sidefacts.ClockMissed, ref, due, promised=True)
    book.tell(ended, seqs=[9])
    book.tell(clock(sidefacts.ClockArmed, ref, due), missed, seqs=[2, 5])
    book.tell(ended, seqs=[9])
    (row,) = book.rows(CLOCK)
    assert (row["token"], row["missed"], row["promised"]) == ("ended", True, True)
    assert row["stopped_at"] == seconds(due + HOUR)


def test_a_clock_that_was_met_does_not_run_again_when_its_start_is_told_after_its_end(book: Book) -> None:
    ref = a_case()
    due = MONDAY_MORNING + HOUR
    book.take(ref, *life(ref)["routed"])
    book.tell(clock(sidefacts.ClockMet, ref, due, stopped_at=MONDAY_MORNING))
    book.tell(clock(sidefacts.ClockArmed, ref, due))
    assert book.rows(CLOCK)[0]["token"] == "met"


def test_a_miss_is_not_forgotten_when_the_clock_is_cancelled(book: Book) -> None:
    ref = a_case()
    due = MONDAY_MORNING + 8 * HOUR
    book.take(ref, *life(ref)["routed"])
    book.tell(
        clock(sidefacts.ClockArmed, ref, due),
        clock(sidefacts.ClockMissed, ref, due),
        clock(sidefacts.ClockCancelled, ref, due, stopped_at=due + HOUR),
    )
    (row,) = book.rows(CLOCK)
    assert (row["token"], row["missed"]) == ("cancelled", True)


def test_a_letter_keeps_its_newest_outcome(book: Book) -> None:
    ref = a_case()
    book.take(ref, opened(ref))
    book.tell(letter(sidefacts.LetterTried, ref, attempt=1), letter(sidefacts.LetterSent, ref, attempt=1))
    book.tell(letter(sidefacts.LetterTried, ref, attempt=1), seqs=[1])
    book.tell(letter(sidefacts.LetterFailed, ref, letter="l2", reason="no such box"))
    found = {row["letter"]: (row["token"], row["reason"]) for row in book.rows(LETTER)}
    assert found == {"l1": ("sent", ""), "l2": ("failed", "no such box")}


def test_forgetting_a_case_leaves_its_clocks_and_every_other_case(book: Book) -> None:
    one, two = a_case(), a_case()
    for ref in (one, two):
        book.take(ref, *life(ref)["routed"])
        book.tell(clock(sidefacts.ClockArmed, ref, MONDAY_MORNING + HOUR))
    with writing(book.engine) as connection:
        book.store.forget(connection, [one.case_id])
    assert [row["case_id"] for row in book.rows(CASE)] == [two.case_id]
    assert {row["case_id"] for row in book.rows(ENTRY)} == {two.case_id}
    assert len(book.rows(CLOCK)) == 2


def test_an_erased_case_that_an_older_backup_brought_back_open_waits_for_nobody() -> None:
    ref = a_case()
    erased = make(events.CaseErased, ref, ground="asked", reference="12/YC", history=())
    assert queue_of(after(*life(ref)["routed"], erased)) == "closed"


def test_a_closed_case_sorts_by_when_it_was_closed(book: Book) -> None:
    ref = a_case()
    book.take(ref, *life(ref)["answered"])
    book.tell(clock(sidefacts.ClockArmed, ref, MONDAY_MORNING + HOUR))
    shown = make(events.CasePublished, ref, question="Hỏi", answer="Đáp", at=MONDAY_MORNING + 9 * HOUR)
    book.take(ref, shown)
    assert book.rows(CASE)[0]["due"] == seconds(MONDAY_MORNING + 9 * HOUR)
    book.tell(clock(sidefacts.ClockMet, ref, MONDAY_MORNING + HOUR, stopped_at=MONDAY_MORNING))
    assert book.rows(CASE)[0]["due"] == seconds(MONDAY_MORNING + 9 * HOUR)


def walk(book: Book, page: object, *, counted: bool = True) -> list[list[str]]:
    """Every page of a list, as case ids; each says how many follow, if they are `counted`."""
    pages: list[list[str]] = []
    left: list[int] = []
    after = ""
    while True:
        with reading(book.engine) as connection:
            found = page(connection, after)  # type: ignore[operator]
        pages.append([row.case_id for row in found.rows])
        left.append(found.left)
        if not (after := found.next):
            follow = [sum(map(len, pages[at + 1 :])) if counted else 0 for at in range(len(pages))]
            assert left == follow, "as many as follow"
            return pages


def filled(book: Book, count: int, statuses: Sequence[str]) -> list[CaseRef]:
    refs = [a_case() for _ in range(count)]
    facts: list[Applied] = []
    for number, ref in enumerate(refs):
        status = statuses[number % len(statuses)]
        for fact in life(ref)[status]:
            moved = fact.model_copy(update={"at": MONDAY_MORNING + (number // 3) * HOUR})
            if isinstance(moved, events.CaseOpened):
                moved = moved.model_copy(update={"urgent": number % 7 == 0})
            facts.append(Applied(ref, len(facts) + 1, moved))
    with writing(book.engine) as connection:
        book.store.apply(connection, facts)
    return refs


def test_the_triage_queue_is_walked_by_key_urgent_first_then_the_oldest(book: Book) -> None:
    refs = filled(book, 130, ["new", "triage", "routed"])
    pages = walk(book, lambda connection, after: reads.waiting(connection, "triage", after))
    ids = [case_id for page in pages for case_id in page]
    assert [len(page) for page in pages] == [50, 37]
    assert len(set(ids)) == 87
    rows = {row["case_id"]: row for row in book.rows(CASE)}
    keys = [(rows[one]["calm"], rows[one]["opened_at"], one) for one in ids]
    assert keys == sorted(keys)
    assert {ref.case_id for ref in refs} > set(ids)


def test_the_inbox_is_walked_by_deadline_and_the_closed_cases_backwards(book: Book) -> None:
    filled(book, 120, ["routed", "published"])
    open_ = walk(book, lambda c, after: reads.by_deadline(c, "SYT", "agency", after))
    closed = walk(book, lambda c, after: reads.closed(c, "SYT", after), counted=False)
    rows = {row["case_id"]: row["due"] for row in book.rows(CASE)}
    assert [len(page) for page in open_] == [50, 10] == [len(page) for page in closed]
    dues = [(rows[one], one) for page in open_ for one in page]
    ends = [(rows[one], one) for page in closed for one in page]
    assert dues == sorted(dues) and ends == sorted(ends, reverse=True)
    assert walk(book, lambda c, after: reads.by_deadline(c, "SCT", "agency", after)) == [[]]


def test_cases_are_found_by_code_and_by_phone(book: Book) -> None:
    ref = a_case()
    book.take(ref, opened(ref))
    with reading(book.engine) as connection:
        assert [row.case_id for row in reads.by_code(connection, "123456782").rows] == [ref.case_id]
        assert [row.case_id for row in reads.by_phone(connection, CITIZEN.phone).rows] == [ref.case_id]
        assert not reads.by_phone(connection, "+84000000000").rows


@pytest.mark.parametrize(
    "after", ["x", "1~2", "1~2~3~4", "1~2~\0", "a~2~" + "0" * 32, "9" * 30, "~~~", "-~1~" + "0" * 32]
)
def test_a_forged_cursor_is_refused(book: Book, after: str) -> None:
    with reading(book.engine) as connection, pytest.raises(Refused):
        reads.waiting(connection, "triage", after)


@pytest.mark.parametrize("case_id", ["", "\0", "x" * 32, "A" * 32, "0" * 31, "0" * 10_000, "' or 1=1 --"])
def test_what_is_no_case_id_finds_nothing(book: Book, case_id: str) -> None:
    with reading(book.engine) as connection:
        assert reads.load(connection, case_id) is None


def test_every_list_is_answered_from_an_index(tmp_path: Path) -> None:
    """Flat at any number of cases: no query scans or sorts a table. SQLite's plan says so at any size."""
    engine = open_engine(f"sqlite:///{tmp_path / 'plans.db'}")
    prepare(engine)
    book = Book(engine)
    filled(book, 60, ["new", "routed", "published"])
    cursor = "1~1700000000~" + "0" * 32
    seen: list[str] = []

    def listen(connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            with book.engine.connect() as other:
                plan = other.exec_driver_sql(f"explain query plan {statement}", parameters).all()  # type: ignore[arg-type]
            seen.append(" | ".join(str(row[3]) for row in plan))

    from sqlalchemy import event

    with reading(book.engine) as connection:
        event.listen(connection, "before_cursor_execute", listen)
        reads.waiting(connection, "triage", cursor)
        reads.by_deadline(connection, "SYT", "agency", cursor[2:])
        reads.closed(connection, "SYT", cursor[2:])
        reads.joined(connection, "H380", BESIDE, "1~" + cursor[2:])
        reads.by_code(connection, "123456782")
        reads.by_phone(connection, CITIZEN.phone)
        alike.candidates(connection, Asked("Đèn hỏng", CITIZEN.phone, "380", "F04"), MONDAY_MORNING)
    assert len(seen) == 8
    for plan in seen:
        assert "SCAN" not in plan and "TEMP B-TREE" not in plan, plan
    engine.dispose()


def test_migrating_twice_and_by_two_replicas_at_once_changes_nothing(engine: Engine) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(prepare, [engine] * 4))
    with reading(engine) as connection:
        assert connection.execute(text("select count(*) from desk_account")).scalar() == 0


def test_the_migrations_make_exactly_the_tables_of_people(engine: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from services.desk.tables import PeopleTable

    names = set(PeopleTable.metadata.tables)
    with reading(engine) as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda _, name, kind, *__: kind != "table" or name in names},
        )
        assert compare_metadata(context, PeopleTable.metadata) == []


def test_a_state_survives_storage_unchanged() -> None:
    for status in STATUSES:
        state = case_in(status)
        assert CaseState.model_validate_json(state.model_dump_json(exclude_defaults=True)) == state
