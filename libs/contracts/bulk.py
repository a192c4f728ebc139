"""Many requests handed in at once: what became of each row."""

from typing import Literal

from pydantic import BaseModel, Field

from libs.contracts.requests import NewRequest, Problem

MOST_ROWS = 5_000
"""Rows of one batch."""

MOST_BYTES = 5 * 1024 * 1024


class BulkRow(NewRequest):
    """A request with the client's own key of it; without one its content and the batch's key make one."""

    key: str = Field("", max_length=200)


class RowResult(BaseModel):
    """Accepted: a new case; repeated: it was one already; refused: correct it; unconfirmed: send it again."""

    row: int = Field(description="counted from 1, the line of column names left out")
    key: str
    status: Literal["accepted", "repeated", "refused", "unconfirmed"]
    case_id: str = ""
    year: int | None = None
    code: str = ""
    problems: list[Problem] = []


class BulkResults(BaseModel):
    """In the order of the rows."""

    results: list[RowResult]
