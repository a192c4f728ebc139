"""Tables of a pack as the text of their files: what `Table.read` reads back to the same rows."""

import csv
import io
from collections.abc import Iterable
from datetime import date, time

from libs.packs.cells import WEEKDAYS
from libs.packs.table import E, Table
from libs.worktime.calendar import END_OF_DAY


def written(table: Table[E], rows: Iterable[E]) -> str:
    """The file with its heading, one row a line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = [column.name for column in table.columns]
    writer.writerow(names)
    writer.writerows([_cell(name, getattr(row, name)) for name in names] for row in rows)
    return text.getvalue()


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "|".join(span(*one) if isinstance(one, tuple) else str(one) for one in value)
    if isinstance(value, time):
        return clock(value)
    if isinstance(value, date):
        return value.isoformat()
    return WEEKDAYS[value] if name == "weekday" and isinstance(value, int) else str(value)


def span(opens: time, closes: time) -> str:
    """`07:30-11:30`."""
    return f"{clock(opens)}-{clock(closes)}"


def clock(at: time) -> str:
    """`07:30`; the end of the day is 24:00."""
    return "24:00" if at == END_OF_DAY else f"{at:%H:%M}"
