"""Published answers: what is found, by words and by filters, and page after page, on both databases."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from libs.contracts.events import CaseAnswered, CasePublished
from libs.contracts.subjects import CaseRef
from libs.runtime.database import open_engine, writing
from libs.runtime.projection import Applied
from services.portal.answers import below, places, wanted_of
from services.portal.case import Proof
from services.portal.published import PAGE, Published, Wanted
from services.portal.store import PROJECTION, Store
from services.portal.tables import PortalTable
from tests.support.builders import MONDAY_MORNING, a_case, make, opened, routed, slip
from tests.support.provinces import thanh_hoa


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    PortalTable.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def published(engine: Engine) -> Published:
    return Published(engine)


def publish(
    engine: Engine,
    question: str,
    answer: str = "…",
    at: datetime = MONDAY_MORNING,
    *,
    lead: str = "SYT",
    place: str = "",
) -> CaseRef:
    ref = a_case()
    facts = (
        opened(ref),
        routed(ref, slip=slip(lead=lead, field="F04", place=place or None)),
        make(CaseAnswered, ref, answer="…"),
        make(CasePublished, ref, at=at, question=question, answer=answer),
    )
    with writing(engine) as connection:
        applied = [Applied(ref, seq, fact) for seq, fact in enumerate(facts, 1)]
        Store(engine, Proof(b"secret")).apply(connection, applied)
    return ref


def found(published: Published, words: str = "", **more: object) -> list[str]:
    return [one.question for one in published.search(Wanted(words=words, **more)).answers]  # type: ignore[arg-type]


def test_words_are_found_with_and_without_marks(engine: Engine, published: Published) -> None:
    publish(engine, "Đèn đường hỏng ở đâu báo?", "Gọi ban quản lý.")
    publish(engine, "Ban nhạc dương cầm", "Đã xem xét.")
    assert found(published, "đường") == ["Đèn đường hỏng ở đâu báo?"]
    assert len(found(published, "duong")) == 2
    assert len(found(published, "duong hong")) == len(found(published, "ĐÈN Đường")) == 1
    assert len(found(published, "duo")) == 2, "the beginning of a word is enough"
    assert found(published, "100%_") == found(published, "' | a") == []


def test_marks_that_agree_with_nothing_are_left_out_of_account(engine: Engine, published: Published) -> None:
    publish(engine, "Den duong hong", "Da sua.")
    assert len(found(published, "đèn đường")) == 1


def test_a_word_that_begins_many_others_is_found_with_the_rare_one_beside_it(
    engine: Engine, published: Published
) -> None:
    for number in range(220):
        publish(engine, f"Tờ t{number:03}", at=MONDAY_MORNING + timedelta(minutes=number))
    publish(engine, "Tờ khai sầu riêng", at=MONDAY_MORNING - timedelta(days=9))
    assert found(published, "t sầu") == ["Tờ khai sầu riêng"], "t begins more words than are looked up"
    assert found(published, "t to t219")[:1] == ["Tờ t219"]
    assert found(published, "t không có") == []
    assert found(published, "t")[0] == "Tờ t219"


def test_the_words_of_an_erased_or_changed_answer_find_nothing_any_more(
    engine: Engine, published: Published
) -> None:
    gone, kept = publish(engine, "Cây sầu riêng đổ"), publish(engine, "Cây me đổ")
    store = Store(engine, Proof(b"secret"))
    with writing(engine) as connection:
        store.forget(connection, [gone.case_id])
    assert found(published, "sầu") == found(published, "rieng") == []
    assert found(published, "cây đổ") == ["Cây me đổ"]
    again = make(CasePublished, kept, at=MONDAY_MORNING, question="Cây xoài đổ", answer="…")
    with writing(engine) as connection:
        store.apply(connection, [Applied(kept, 5, again)])
    assert (found(published, "me"), found(published, "xoài")) == ([], ["Cây xoài đổ"])
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            known = set(connection.exec_driver_sql("select word from portal_word").scalars())
            assert {"xoài", "doi"} & known == {"xoài"} and not {"sầu", "sau", "rieng", "me"} & known


def test_an_index_made_again_finds_what_the_old_one_found(engine: Engine, published: Published) -> None:
    metadata = PortalTable.metadata
    publish(engine, "Cây sầu riêng đổ")
    with writing(engine) as connection:
        metadata.drop_all(connection, [*PROJECTION])
        metadata.create_all(connection, [*PROJECTION])
    assert found(published, "sầu") == []
    publish(engine, "Cây sầu riêng đổ")
    assert found(published, "sau rieng") == ["Cây sầu riêng đổ"]


def test_letters_of_any_writing_and_very_long_words_are_found(engine: Engine, published: Published) -> None:
    publish(engine, f"中文 Ελλάδα straße ½ e\u0301 {'a' * 3_000}")
    for words in ("中", "ελλ", "straß", "STRASSE"[:4], "½", "é", "e", "a" * 100):
        assert len(found(published, words)) == 1, words
    assert found(published, "strasse") == []


def test_pages_follow_one_another_without_a_gap_even_within_one_instant(
    engine: Engine, published: Published
) -> None:
    for number in range(2 * PAGE + 1):
        publish(engine, f"Câu {number}", at=MONDAY_MORNING + timedelta(microseconds=number // 3))
    seen: list[str] = []
    after = ""
    for size in (PAGE, PAGE, 1):
        page = published.search(Wanted(after=after))
        assert len(page.answers) == size
        seen, after = [*seen, *(one.question for one in page.answers)], page.after
        publish(engine, "Vừa công khai", at=MONDAY_MORNING + timedelta(days=1))
    assert after == "" and len(set(seen)) == 2 * PAGE + 1
    for nonsense in ("x", "~", "nan~a", "inf~a", "9e99~a", "9" * 19, "9" * 99):
        assert len(published.search(Wanted(after=nonsense)).answers) == PAGE
    assert published.newest(1)[0][1] == MONDAY_MORNING + timedelta(days=1)


def test_field_agency_place_and_time_narrow_what_is_found(engine: Engine, published: Published) -> None:
    publish(engine, "Ở xã", place="16543", at=MONDAY_MORNING - timedelta(days=40))
    publish(engine, "Ở huyện", lead="UBND_406", place="406")
    publish(engine, "Toàn tỉnh", lead="STC")
    pack = thanh_hoa()

    def of(**asked: str) -> set[str]:
        return {one.question for one in published.search(wanted_of(pack, asked, MONDAY_MORNING)).answers}

    assert of(place="406") == {"Ở xã", "Ở huyện"}, "a district with its communes"
    assert of(place="16543") == {"Ở xã"}
    assert of(agency="STC") == {"Toàn tỉnh"}
    assert of(days="30") == {"Ở huyện", "Toàn tỉnh"}
    assert of(field="F04", agency="SYT", days="90") == {"Ở xã"}
    assert of(field="F05") == set()
    assert len(of(place="không có", days="7")) == 3, "what is no filter of ours narrows nothing"


def test_the_places_to_choose_from_are_districts_where_there_are_any() -> None:
    pack = thanh_hoa()
    assert len(places(pack)) == 27
    assert {"406", "16543"} <= below(pack, "406")
    assert below(pack, "") == below(pack, "x") == frozenset()
