"""Questions that end, and the notices of agencies: optional, dated, of agencies that exist."""

from datetime import date
from pathlib import Path

from libs.packs.folder import load
from libs.packs.model import Pack
from libs.packs.questions import Notice
from libs.packs.revise import revise
from libs.packs.tables import NOTICES
from libs.packs.written import written
from tests.support.packs import edit, places_of, small_pack
from tests.support.provinces import thanh_hoa

NOTICE = Notice(
    id="TB1", agency="SYT", text="Nghỉ tiêm ngày mưa bão", valid_from=date(2026, 9, 1), document="CV 1"
)


def test_a_pack_without_notices_and_dates_of_questions_is_as_good_as_before(tmp_path: Path) -> None:
    folder = small_pack(tmp_path)
    (folder / "notices.csv").unlink()
    pack = load(folder)
    assert pack.notices == () and pack.recheck_days == 180
    assert pack.questions[0].in_force(date(1999, 1, 1))


def test_a_document_of_a_release_before_the_notices_is_read() -> None:
    old = thanh_hoa().model_dump(mode="json")
    del old["notices"], old["recheck_days"]
    for question in old["questions"]:
        del question["valid_from"], question["valid_to"]
    read = Pack.model_validate(old)
    assert read.notices == () and read.questions == thanh_hoa().questions


def test_the_limit_after_which_an_answer_is_read_over_again_is_the_packs(tmp_path: Path) -> None:
    folder = small_pack(tmp_path)
    edit(folder, "pack.toml", "margin = 0.2", "margin = 0.2\nrecheck_days = 90")
    assert load(folder).recheck_days == 90
    edit(folder, "pack.toml", "recheck_days = 90", "recheck_days = 0")
    assert [(file, field) for file, _, field in places_of(folder)] == [("pack.toml", "recheck_days")]


def test_a_notice_of_nobody_or_one_that_ends_before_it_begins_is_told_with_its_line(tmp_path: Path) -> None:
    head = "id,agency,text,text_en,document,valid_from,valid_to\n"
    rows = "A,YT,Một,,,2026-01-02,2026-01-01\nB,XX,Hai,,,,\nA,YT,Ba,,,,\n"
    folder = small_pack(tmp_path, notices__csv=head + rows)
    assert places_of(folder) == [
        ("notices.csv", 2, "valid_to"),
        ("notices.csv", 3, "agency"),
        ("notices.csv", 4, "id"),
    ]


def test_a_question_that_ends_before_it_begins_is_told_with_its_line(tmp_path: Path) -> None:
    head = "id,field,question,answer,agency,source,checked,status,valid_from,valid_to\n"
    folder = small_pack(tmp_path, faq__csv=head + "Q1,F01,Hỏi?,Đáp.,YT,,,mẫu,2026-01-02,2026-01-01\n")
    assert places_of(folder) == [("faq.csv", 2, "valid_to")]


def test_notices_are_revised_like_any_table_and_come_back_from_their_file() -> None:
    pack = revise(thanh_hoa(), notices=[NOTICE])
    assert pack.notices == (NOTICE,) and pack.version != thanh_hoa().version
    assert [row.entry for row in NOTICES.read(written(NOTICES, pack.notices))[0]] == [NOTICE]
