"""Questions and answers as agencies change them (Điều 14.4): what is proposed, and what the pack becomes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Literal

from libs.contracts.facts import Value
from libs.contracts.requests import Problem
from libs.packs import tables
from libs.packs.cells import Wrong
from libs.packs.entries import Agency, Entry
from libs.packs.model import Pack
from libs.packs.questions import Question
from libs.packs.table import Table
from libs.places.text import fold

CONTACTS = ("hotline", "email", "sms")
"""Of an agency's focal officer."""

LONGEST_SEARCH = 80
PLACES = 3
"""Different places from which the same words must come before anybody sees what citizens looked for."""

State = Literal["proposed", "accepted", "applied", "declined", "withdrawn"]
OPEN: tuple[State, ...] = ("proposed", "accepted")


class QuestionChange(Value):
    """An entry as it was when the change was proposed (None: a new one), and as it is to be."""

    before: Question | None
    after: Question


class ContactChange(Value):
    """How the focal officer of an agency is reached, before and after."""

    before: dict[str, str]
    after: dict[str, str]


class Proposal(Value):
    """What one document changes: questions with answers, or the focal officer's contacts.

    `ends`: the entries end on the eve of the effective day instead of being changed.
    """

    agency: str
    questions: tuple[QuestionChange, ...] = ()
    contacts: ContactChange | None = None
    ends: bool = False

    @property
    def entries(self) -> frozenset[str]:
        """Ids of the entries it is about; `contacts:<agency>` stands for the focal officer's."""
        ids = frozenset(one.before.id for one in self.questions if one.before)
        return ids | ({f"contacts:{self.agency}"} if self.contacts else frozenset())


def applied(pack: Pack, proposal: Proposal, day: date) -> dict[str, tuple[Entry, ...]]:
    """The tables of the pack with the proposal in force from `day` on: what `revise` takes.

    New entries come last and get their ids now, so that no other row of the file moves.
    """
    if proposal.contacts:
        return {"agencies": tuple(_reached(one, proposal, day) for one in pack.agencies)}
    rows = {row.id: row for row in pack.questions}
    free = _free_ids(pack, proposal.agency)
    for change in proposal.questions:
        number = change.before.id if change.before else next(free)
        row = change.after.model_copy(update={"id": number})
        rows[number] = _ended(row, day) if proposal.ends else row.model_copy(update={"valid_from": day})
    return {"questions": tuple(rows.values())}


def now_in(pack: Pack, proposal: Proposal, day: date) -> tuple[Any, ...]:
    """What the pack says today of everything the proposal is about, in its order; None where nothing."""
    if proposal.contacts:
        agency = pack.agency_on(proposal.agency, day)
        return (contacts_of(agency) if agency else None,)
    rows = {row.id: row for row in pack.questions}
    return tuple(rows.get(one.before.id) if one.before else None for one in proposal.questions)


def moved(pack: Pack, proposal: Proposal, day: date) -> bool:
    """Whether something of it was changed after it had been proposed."""
    was = [proposal.contacts.before] if proposal.contacts else [one.before for one in proposal.questions]
    return list(now_in(pack, proposal, day)) != was


def contacts_of(agency: Agency) -> dict[str, str]:
    return {name: getattr(agency, name) or "" for name in CONTACTS}


def read_cells(
    table: Table[Any], cells: Mapping[str, str], names: Iterable[str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Cells as the pack's own file would read them, and what is wrong with the others."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    columns = {column.name: column for column in table.columns}
    for name in names:
        try:
            values[name] = columns[name].value(cells.get(name, "").strip())
        except Wrong as wrong:
            problems.append(Problem(field=name, vi=f"{wrong.vi[:1].upper()}{wrong.vi[1:]}", en=wrong.en))
    return values, problems


TYPED = ("field", "question", "answer", "source", "checked", "valid_to")
"""What an agency says of an entry itself."""


def read_entry(pack: Pack, agency: str, cells: Mapping[str, str]) -> tuple[Question | None, list[Problem]]:
    """The entry that was typed, without an id; None with every mistake."""
    values, problems = read_cells(tables.QUESTIONS, cells, TYPED)
    if "field" in values and values["field"] not in {one.code for one in pack.fields}:
        problems.append(Problem(field="field", vi="Chọn một lĩnh vực", en="choose a field"))
    if problems:
        return None, problems
    return Question(id="", agency=agency, status="theo văn bản của cơ quan", **values), []


def old_since(pack: Pack, day: date) -> date:
    """Entries last checked before that day are to be read over again."""
    return day - timedelta(days=pack.recheck_days)


def covered(words: str) -> str:
    """What somebody looked for, fit to be kept: short, in lower case, without digits or addresses.

    Empty when too little is left to mean anything.
    """
    text = re.sub(r"\S*@\S*", " ", words.lower())
    text = " ".join(re.sub(r"\d", "#", text).split())
    cut = text if len(text) <= LONGEST_SEARCH else text[:LONGEST_SEARCH].rsplit(" ", 1)[0]
    return cut if sum(letter.isalpha() for letter in fold(cut)) > 2 else ""


def _reached(agency: Agency, proposal: Proposal, day: date) -> Agency:
    if proposal.contacts is None or agency.code != proposal.agency or not agency.in_force(day):
        return agency
    return agency.model_copy(update={name: text or None for name, text in proposal.contacts.after.items()})


def _ended(row: Question, day: date) -> Question:
    last = day - timedelta(days=1)
    first = min(row.valid_from, last) if row.valid_from else None
    return row.model_copy(update={"valid_from": first, "valid_to": last})


def _free_ids(pack: Pack, agency: str) -> Iterator[str]:
    taken = {row.id for row in pack.questions}
    number = 0
    while True:
        number += 1
        if (name := f"{agency}-{number:04d}") not in taken:
            yield name
