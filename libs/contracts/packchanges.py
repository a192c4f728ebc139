"""Who put which version of the province pack in force, when, and on what decision."""

from pydantic import Field, TypeAdapter

from libs.contracts.facts import Instant, Value


class PackChange(Value):
    """One entry of the directory's history, which is never rewritten; the last one is in force.

    `recompute` names the hours profiles whose running clocks count in this version's calendar from `at` on;
    what was judged before `at` stays as it was judged. Clocks of other profiles keep the calendar they have.
    """

    number: int = Field(ge=1)
    version: str
    at: Instant
    by: str = Field(description="the person's name or account, or the command that did it")
    document: str = Field("", description="number and date of the decision it rests on")
    note: str = ""
    recompute: tuple[str, ...] = ()
    revises: str = Field("", description="version that an administrator's page changed; none: from a folder")


HISTORY = TypeAdapter(tuple[PackChange, ...])
"""How the history stands under the directory's key `current`."""
