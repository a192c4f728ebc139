"""How the sender of a case may be recognised: by what they gave, by where they wrote from, by their words."""

import re
from collections.abc import Iterable

from libs.contracts.casevalues import Origin, Person
from services.desk.domain.phones import normal_phone
from services.desk.domain.state import CaseState

Contact = tuple[str, str]
"""Kind and value: `phone` in E.164, `email` in lower case, `person` (channel, account, id), `call`."""

LONGEST = 400
MOST = 12
"""Contacts of one case: a list of numbers in the words is no sender's."""

_IN_WORDS = re.compile(r"(?<![\d+])(?:\+?84|0)[ .\-]?(?:[35789](?:[ .\-]?\d){8}|2(?:[ .\-]?\d){9})(?!\d)")
"""A mobile or a fixed number of this country, however it is grouped."""


def of_person(person: Person) -> frozenset[Contact]:
    """What a person gave."""
    return frozenset(_known((("phone", person.phone), ("email", person.email.strip().lower()))))


def of_words(text: str) -> frozenset[Contact]:
    """Telephone numbers in the words, the first three."""
    numbers = [normal_phone(match[0]) for match in _IN_WORDS.finditer(text)]
    return frozenset(_known(("phone", one) for one in numbers[:3]))


def of_origin(channel: str, origin: Origin) -> frozenset[Contact]:
    """Who wrote, as the channel knows them; an address of e-mail is one wherever it stands."""
    if "@" in origin.person:
        return frozenset(_known([("email", origin.person.strip().lower())]))
    whole = f"{channel}\n{origin.account}\n{origin.person}"
    return frozenset(_known([("person", whole if origin.person else "")]))


def contacts_of(state: CaseState) -> frozenset[Contact]:
    """Everything known of who a case comes from, and the call it was typed in."""
    calls = frozenset(_known(("call", call) for call in state.calls))
    return of_person(state.person) | frozenset(state.contacts) | calls


def with_more(known: Iterable[Contact], more: Iterable[Contact]) -> tuple[Contact, ...]:
    """Those known and the new ones behind them, each once."""
    return tuple(dict.fromkeys((*known, *sorted(more))))[:MOST]


def _known(found: Iterable[Contact]) -> Iterable[Contact]:
    return ((kind, value) for kind, value in found if value and len(value) <= LONGEST)
