"""`hotline faq search|import`: what the desk would find, and an agency's workbook as rows of faq.csv."""

import argparse
import sys
from pathlib import Path

from libs.cli.packs import load_or_explain
from libs.cli.tables import read, write
from libs.contracts.errors import HotlineError
from libs.places.answers import AnswerIndex, Entry
from libs.sheets.questions import Row, Workbook, read_questions
from libs.sheets.workbook import NotAWorkbook

COLUMNS = ("id", "field", "question", "answer", "agency", "source", "checked", "status")
"""Those of faq.csv."""

STATUS = "mới nhập, chờ duyệt"


class Unreadable(HotlineError):
    """The workbook cannot be read."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    faq = commands.add_parser("faq", help="questions and answers").add_subparsers(
        metavar="ACTION", required=True
    )
    search = faq.add_parser(
        "search", help="columns id,question,answer → id,rank of the right answer (0: none)"
    )
    search.add_argument("file", type=Path)
    search.set_defaults(run=run_search)
    bring = faq.add_parser(
        "import",
        help="an agency's .xls or .xlsx → rows of faq.csv, all or none",
        description="Columns are found by their names, wherever they stand. What is wrong or was restored is "
        "named on the error output by sheet and row; when anything is wrong nothing is printed; exit 1.",
    )
    bring.add_argument("file", type=Path)
    bring.add_argument("--pack", type=Path, required=True, help="the pack whose fields and agencies count")
    bring.add_argument("--agency", required=True, help="code of the agency that sent it")
    bring.add_argument("--field", default="", help="field of rows that name none")
    bring.add_argument("--tcvn3", action="store_true", help="the text is in the old TCVN3 fonts: convert it")
    bring.set_defaults(run=run_import)


def run_search(arguments: argparse.Namespace) -> int:
    """Indexes the answers only and searches by each question; then says how often the right one was found."""
    rows = [row for _, row in read(arguments.file, ("id", "question", "answer"))]
    index = AnswerIndex(Entry(id=row["id"], field="", question="", answer=row["answer"]) for row in rows)
    ranks = [_rank(index, row) for row in rows]
    write(("id", "rank"), ({"id": row["id"], "rank": rank} for row, rank in zip(rows, ranks, strict=True)))
    return 0


def _rank(index: AnswerIndex, row: dict[str, str]) -> int:
    hits = [hit.entry.id for hit in index.search(row["question"], limit=100)]
    return hits.index(row["id"]) + 1 if row["id"] in hits else 0


def run_import(arguments: argparse.Namespace) -> int:
    pack = load_or_explain(arguments.pack)
    if pack is None:
        return 1
    fields = {field.code: field.name_vi for field in pack.fields}
    if arguments.agency not in {agency.code for agency in pack.agencies}:
        raise Unreadable(f"--agency: the pack has no agency {arguments.agency!r}")
    if arguments.field and arguments.field not in fields:
        raise Unreadable(f"--field: the pack has no field {arguments.field!r}")
    try:
        book = read_questions(arguments.file.read_bytes(), fields, tcvn3=arguments.tcvn3)
    except NotAWorkbook as error:
        raise Unreadable(f"{arguments.file.name}: {error}") from error
    open_rows = [row for row in book.rows if not (row.field or arguments.field)]
    _tell(arguments.file.name, book, open_rows)
    if not book.sound or open_rows:
        return 1
    rows = enumerate(book.rows, 1)
    write(COLUMNS, (_as_entry(number, row, arguments.agency, arguments.field) for number, row in rows))
    return 0


def _tell(file: str, book: Workbook, open_rows: list[Row]) -> None:
    for remark in book.remarks:
        where = f"{remark.sheet}:{remark.line}" if remark.line else remark.sheet or file
        kind = "error" if remark.stops else "note"
        print(f"{where}: {kind}: {remark.vi} / {remark.en}", file=sys.stderr)
    for row in open_rows:
        said = (
            "không rõ lĩnh vực: ghi vào cột “Lĩnh vực” hoặc dùng --field / no field: write it or give --field"
        )
        print(f"{row.sheet}:{row.line}: error: {said}", file=sys.stderr)
    print(f"{file}: {len(book.rows)} câu hỏi / questions", file=sys.stderr)


def _as_entry(number: int, row: Row, agency: str, field: str) -> dict[str, object]:
    return {
        "id": f"{agency}-{number:04d}",
        "field": row.field or field,
        "question": row.question,
        "answer": row.answer,
        "agency": agency,
        "source": row.source,
        "checked": row.checked or "",
        "status": STATUS,
    }
