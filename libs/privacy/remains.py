"""What is left of an erased case, and who was named in it."""

from collections.abc import Iterable, Iterator, Sequence

from libs.contracts.casevalues import Person
from libs.contracts.erasures import Remnant
from libs.contracts.events import CaseFact, CasePublished
from libs.contracts.remnants import remnants
from libs.privacy.covering import cover


def what_is_left(facts: Sequence[tuple[int, CaseFact]]) -> tuple[Remnant, ...]:
    """These facts, (sequence, fact) each, without persons and words; public texts are covered again."""
    persons = tuple(persons_in(fact for _, fact in facts))
    return remnants((seq, _covered(fact, persons)) for seq, fact in facts)


def persons_in(facts: Iterable[CaseFact]) -> Iterator[Person]:
    """Everybody who is named in the facts as a sender."""
    for fact in facts:
        person = getattr(fact, "person", None)
        if isinstance(person, Person) and person != Person():
            yield person


def _covered(fact: CaseFact, persons: tuple[Person, ...]) -> CaseFact:
    if not isinstance(fact, CasePublished):
        return fact
    texts = {name: cover(getattr(fact, name), persons, erased=True) for name in ("question", "answer")}
    return fact.model_copy(update=texts)
