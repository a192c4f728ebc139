"""What became of a unit or an agency, and of what it was made: codes are given out again, so all is dated."""

from collections.abc import Iterable
from datetime import date, timedelta

from libs.packs.entries import Agency, Unit, grouped

Row = Unit | Agency


class Succession:
    """The rows of a pack's units or agencies, followed along `merged_into` and `split_into`."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[str, list[Row]] = grouped(rows, lambda row: row.code)

    def at(self, code: str, day: date) -> Row | None:
        """What bore the code on that day."""
        return next((row for row in self._rows.get(code, ()) if row.in_force(day)), None)

    def after(self, code: str, then: date, day: date) -> tuple[str, ...]:
        """What bears on `day` what `code` bore `then`: its own code while it stands, several after a split.

        Empty when there was no such code, or it ended without a successor.
        """
        found: dict[str, None] = {}
        pending, seen = [(code, then)], {(code, then)}
        while pending:
            at = pending.pop(0)
            row = self.at(*at)
            last = (row.valid_to or date.max) if row else None
            if row and last and last >= day:
                found[row.code] = None
            elif row and last:
                heirs = filter(None, (row.merged_into, *row.split_into))
                new = [pair for heir in heirs if (pair := (heir, last + timedelta(days=1))) not in seen]
                seen.update(new)
                pending += new
        return tuple(found)

    def before(self, code: str, then: date, day: date) -> tuple[str, ...]:
        """What bore `then`, wholly or in part, what `code` bears on `day`: the way back of `after`."""
        codes = (row.code for rows in self._rows.values() for row in rows if row.in_force(then))
        return tuple(old for old in codes if code in self.after(old, then, day))
