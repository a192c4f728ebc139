"""Files that are no tables, no UTF-8, too large, strange or damaged are refused by name."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.packs.folder import FILES as NAMES
from libs.packs.folder import MAX_BYTES, load
from libs.packs.model import PackErrors
from tests.support.packs import FILES, edit, places_of, problems_of, small_pack


def test_columns_must_be_those_of_the_file(tmp_path: Path) -> None:
    folder = small_pack(tmp_path)
    edit(folder, "agencies.csv", "hotline,email", "hotline,mail,mail")
    assert places_of(folder)[:2] == [("agencies.csv", 1, "mail"), ("agencies.csv", 1, "mail")]
    edit(folder, "channels.csv", "code,name_vi", "code,name")
    assert ("channels.csv", 1, "name_vi") in places_of(folder)


def test_semicolons_for_commas_are_recognised(tmp_path: Path) -> None:
    folder = small_pack(tmp_path, channels__csv="code;name_vi;name_en;address;clause\n")
    assert [p.message_en for p in problems_of(folder) if p.file == "channels.csv"] == [
        "columns are separated by commas"
    ]


def test_a_row_too_short_and_a_quote_left_open_are_named(tmp_path: Path) -> None:
    folder = small_pack(tmp_path, channels__csv=FILES["channels.csv"] + "portal,Cổng\n")
    assert places_of(folder) == [("channels.csv", 3, "")]
    small_pack(tmp_path, faq__csv=FILES["faq.csv"] + 'Q2,F01,"Hỏi\nmãi,x,YT,,,\n')
    assert places_of(folder) == [("faq.csv", 3, "")]


def test_lines_are_counted_through_answers_that_run_over_several_lines(tmp_path: Path) -> None:
    rows = 'Q2,F01,Hỏi?,"Một\nhai\nba",YT,,,mẫu\nQ3,F09,Hỏi?,Đáp,YT,,,mẫu\n'
    assert places_of(small_pack(tmp_path, faq__csv=FILES["faq.csv"] + rows)) == [("faq.csv", 6, "field")]


def test_an_old_code_page_is_told_from_utf8(tmp_path: Path) -> None:
    folder = small_pack(tmp_path)
    (folder / "channels.csv").write_bytes(
        b"code,name_vi,name_en,address,clause\nphone,\xd0i\xea\xf2n tho\xa1i,T,,\n"
    )
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line) == ("channels.csv", 2)
    assert "windows-1258" in problem.message_en


def test_a_null_byte_a_huge_file_and_too_many_rows_are_refused(tmp_path: Path) -> None:
    folder = small_pack(tmp_path, quiet_words__csv="words,note\na\x00b,\n")
    (folder / "faq.csv").write_bytes(b"x" * (MAX_BYTES + 1))
    (folder / "urgent_words.csv").write_text("words,note\n" + "a,\n" * 50_001)
    assert places_of(folder) == [
        ("faq.csv", 0, ""),
        ("quiet_words.csv", 2, ""),
        ("urgent_words.csv", 50_002, ""),
    ]


def test_a_strange_file_a_missing_one_and_a_folder_that_is_not_there(tmp_path: Path) -> None:
    folder = small_pack(tmp_path / "a")
    (folder / "holidays.csv").write_text("x")
    (folder / "days.csv").rename(folder / ".days.csv.swp")
    (folder / "old").mkdir()
    (folder / "faq.csv").unlink()
    (folder / "faq.csv").mkdir()
    assert places_of(folder) == [(name, 0, "") for name in ("days.csv", "faq.csv", "holidays.csv", "old")]
    assert ("nowhere", 0, "") in places_of(tmp_path / "nowhere")


def test_a_file_that_is_missing_comes_from_the_base_and_makes_the_version(tmp_path: Path) -> None:
    alone = small_pack(tmp_path / "one")
    whole = load(alone)
    (tmp_path / "common" / "letters").mkdir(parents=True)
    for name in ("days.csv", "letters/slip.vi.txt"):
        (alone / name).rename(tmp_path / "common" / name)
    assert {file for file, _, _ in places_of(alone)} == {"days.csv", "letters/slip.vi.txt"}
    edit(alone, "pack.toml", 'id = "nho"', 'id = "nho"\nbase = "common"')
    pack = load(alone)
    assert (pack.days, pack.letters) == (whole.days, whole.letters)
    edit(tmp_path / "common", "letters/slip.vi.txt", "Nội dung", "Về việc")
    assert load(alone).version != pack.version
    edit(tmp_path / "common", "days.csv", "holiday", "fair")
    assert places_of(alone) == [("../common/days.csv", 2, "kind")]


def test_a_base_that_is_not_there_or_no_name_or_the_pack_itself_takes_nothing(tmp_path: Path) -> None:
    for base in ("nowhere", "../one", "one"):
        folder = small_pack(tmp_path / "one")
        edit(folder, "pack.toml", 'id = "nho"', f'id = "nho"\nbase = "{base}"')
        (folder / "days.csv").unlink()
        assert ("days.csv", 0, "") in places_of(folder)
        assert (("pack.toml", 2, "base") in places_of(folder)) is (base != "one")


def test_corrections_may_be_missing(tmp_path: Path) -> None:
    folder = small_pack(tmp_path)
    assert load(folder).corrections[0].field == "F01"
    (folder / "corrections.csv").unlink()
    assert load(folder).corrections == ()


def test_hostile_toml_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    folder = small_pack(tmp_path)
    for text in (
        "x = " + "[" * 100_000,
        "x = " + "9" * 10_000,
        "[answer]\nx = 1\n[answer]\n",
        "answer = 3\n",
    ):
        (folder / "clocks.toml").write_text(text)
        assert {file for file, _, _ in places_of(folder)} == {"clocks.toml"}


def test_a_calendar_without_a_working_hour_is_refused(tmp_path: Path) -> None:
    hours = "profile,weekday,opens,closes,valid_from,valid_to\nprovince,mon,07:30,11:30,2030-01-01,\n"
    assert places_of(small_pack(tmp_path, hours__csv=hours)) == [("hours.csv", 2, "valid_from")]


JUNK = st.one_of(
    st.binary(max_size=20), st.sampled_from([b'"', b",", b"\n", b"|", b"{", b"}", b"[", b"@", b"=1", b""])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(name=st.sampled_from(sorted(NAMES)), share=st.floats(0, 1), cut=st.integers(0, 30), junk=JUNK)
def test_a_damaged_file_is_told_by_its_problems_and_never_by_a_crash(
    tmp_path: Path, name: str, share: float, cut: int, junk: bytes
) -> None:
    path = (tmp_path if (tmp_path / name).exists() else small_pack(tmp_path)) / name
    raw = path.read_bytes()
    at = int(share * len(raw))
    path.write_bytes(raw[:at] + junk + raw[at + cut :])
    try:
        load(tmp_path)
    except PackErrors as refused:
        assert refused.problems  # noqa: PT017  (harmless damage may also load)
    finally:
        path.write_bytes(raw)
