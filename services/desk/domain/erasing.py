"""When a case may be erased and what is left of it then; and the holds that stand in the way."""

from collections.abc import Iterable, Sequence

from libs.contracts import events
from libs.contracts.casevalues import Person
from libs.contracts.erasures import Remnant
from libs.contracts.errors import Refused
from libs.contracts.events import CaseFact
from libs.contracts.remnants import remnants
from libs.privacy import cover
from services.desk.domain.effects import Changes, on
from services.desk.domain.obstacles import under_suspicion
from services.desk.domain.state import FINAL, CaseState


def require_erasable(state: CaseState) -> None:
    """Raises Refused, stale: the case is not settled, is held as evidence, or was erased."""
    why = None
    if state.erased_at:
        why = ("Dữ liệu của hồ sơ này đã được xóa", "this case was erased already")
    elif state.status not in FINAL:
        why = ("Hồ sơ chưa xong: chưa xóa được", "the case is not settled yet")
    elif state.hold:
        why = (f"Hồ sơ đang được giữ làm chứng cứ theo {state.hold}", f"the case is held for {state.hold}")
    else:
        why = under_suspicion(state)
    if why:
        raise Refused(*why, stale=True)


def what_is_left(facts: Sequence[tuple[int, CaseFact]]) -> tuple[Remnant, ...]:
    """These facts, (sequence, fact) each, without persons and words; public texts are covered again."""
    persons = tuple(persons_in(fact for _, fact in facts))
    return remnants((seq, _covered(fact, persons)) for seq, fact in facts)


def persons_in(facts: Iterable[CaseFact]) -> Iterable[Person]:
    """Everybody who is named in the facts as the sender."""
    for fact in facts:
        person = getattr(fact, "person", None)
        if isinstance(person, Person) and person != Person():
            yield person


def _covered(fact: CaseFact, persons: tuple[Person, ...]) -> CaseFact:
    if not isinstance(fact, events.CasePublished):
        return fact
    texts = {name: cover(getattr(fact, name), persons) for name in ("question", "answer")}
    return fact.model_copy(update=texts)


@on(events.CaseHoldPlaced)
def _hold_placed(_: CaseState, fact: events.CaseHoldPlaced) -> Changes:
    return {"hold": fact.reference}


@on(events.CaseHoldLifted)
def _hold_lifted(_: CaseState, __: events.CaseHoldLifted) -> Changes:
    return {"hold": ""}


@on(events.CaseErased)
def _erased(_: CaseState, fact: events.CaseErased) -> Changes:
    """The facts before it are what is left of the case."""
    return {"erased_at": fact.at}
