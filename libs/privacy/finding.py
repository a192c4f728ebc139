"""Puts the seekers together: everything personal in a text, the first first, none inside another."""

from collections.abc import Iterator, Sequence

from libs.contracts.casevalues import Person
from libs.privacy import addresses, names, numbers
from libs.privacy.spans import Found, apart


def find(
    text: str,
    persons: Sequence[Person] = (),
    public: frozenset[str] = frozenset(),
    *,
    erased: bool = False,
) -> list[Found]:
    """Personal data in the text; `persons` are those of the case, found also where nothing gives them away.

    `erased`: also the hamlet or the street alone where one of them lives.

    `public`: telephone numbers (digits only) and e-mail addresses (lower case) that anybody may know.
    """
    homes = [one for who in persons for one in addresses.home_of(text, who.address)] if erased else []
    theirs = (one for who in persons for one in _of(text, who, public))
    return apart([*_anybodys(text, public), *theirs, *homes])


def _anybodys(text: str, public: frozenset[str]) -> Iterator[Found]:
    yield from numbers.emails(text, public)
    yield from numbers.numbers(text, public)
    yield from names.titled(text)
    yield from addresses.anybodys(text)


def _of(text: str, person: Person, public: frozenset[str]) -> Iterator[Found]:
    for typed in {person.phone, person.phone_raw}:
        yield from numbers.of_person(text, typed, public)
    yield from names.of_person(text, person.name)
    yield from addresses.of_person(text, person.address)
    yield from addresses.exactly("email", text, person.email)
