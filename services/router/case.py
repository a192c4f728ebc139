"""A case as far as router must know it, folded from its facts."""

from uuid import UUID

from libs.contracts.canary import CANARY
from libs.contracts.events import (
    CaseAmended,
    CaseAnsweredAtDesk,
    CaseDirected,
    CaseFact,
    CaseJoined,
    CaseOpened,
    CaseReferred,
    CaseRejected,
    CaseReleased,
    CaseReopened,
    CaseReturned,
    CaseRouted,
    CaseTriaged,
    CaseUrgencySet,
    Person,
)
from libs.contracts.facts import Value

SERVICE = "router"
_TAKEN = (CaseRejected, CaseAnsweredAtDesk, CaseJoined, CaseReferred)


class Case(Value):
    """What decides whether and where a slip goes.

    `taken`: a slip went out, or a person decided otherwise; from then on router only speaks when a slip comes
    back. `chosen_by` says who named the field: the citizen, an operator, or nobody. `weighed`: a person has
    decided whether it is urgent, whatever the words are like.
    `where`: where it happened, in the citizen's words; `spam`: it looks like junk and is not released.
    `returned`: the id of the return that nobody has acted on yet; `refused` and `proposed` are the agencies
    that sent a slip back and those they named instead, in this cycle, the newest first.
    """

    text: str = ""
    person: Person = Person()
    field: str | None = None
    chosen_by: str = ""
    place: str | None = None
    opened: bool = False
    canary: bool = False
    held: bool = False
    spam: bool = False
    where: str = ""
    urgent: bool = False
    weighed: bool = False
    taken: bool = False
    waiting: tuple[str, ...] = ()
    reacted: frozenset[UUID] = frozenset()
    lead: str = ""
    returned: UUID | None = None
    refused: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()


def fold(case: Case, fact: CaseFact) -> Case:
    """The case after one more fact."""
    if fact.by.service == SERVICE and fact.cause is not None:
        case = case.model_copy(update={"reacted": case.reacted | {fact.cause}})
    return case.model_copy(update=_change(case, fact))


def _change(case: Case, fact: CaseFact) -> dict[str, object]:
    match fact:
        case CaseOpened():
            by = "" if fact.field is None else "operator" if fact.by.person else "citizen"
            return {
                "opened": True, "text": fact.text, "person": fact.person, "held": fact.held,
                "urgent": fact.urgent, "field": fact.field, "chosen_by": by,
                "spam": bool(fact.spam), "where": fact.place,
                "canary": fact.channel == CANARY,
            }  # fmt: skip
        case CaseAmended():
            chosen = {} if fact.field is None else {"field": fact.field, "chosen_by": "operator"}
            return {"person": fact.person, "place": fact.place or case.place, **chosen}
        case CaseUrgencySet():
            return {"urgent": fact.urgent, "weighed": True}
        case CaseReleased():
            return {"held": False, "spam": False}
        case CaseTriaged():
            return {"waiting": fact.reasons, "returned": None}
        case _:
            return _slip_change(case, fact)


def _slip_change(case: Case, fact: CaseFact) -> dict[str, object]:
    match fact:
        case CaseReturned():
            named = (fact.proposed_agency,) if fact.proposed_agency else ()
            refused = (fact.by.agency or case.lead, *case.refused)
            return {"returned": fact.event_id, "refused": refused, "proposed": (*named, *case.proposed)}
        case CaseReopened():
            return {"refused": (), "proposed": ()}
        case CaseRouted():
            return {"taken": True, "returned": None, "lead": fact.slip.lead}
        case CaseDirected(slip=slip):
            return {
                "taken": True, "returned": None, "lead": slip.lead, "field": slip.field or case.field,
                "chosen_by": "operator" if slip.field else case.chosen_by, "place": slip.place or case.place,
            }  # fmt: skip
        case _:
            return {"taken": True, "returned": None} if isinstance(fact, _TAKEN) else {}
