"""A case as far as intake must know it, folded from its facts: who is in it, and whether it is over."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from libs.contracts.events import (
    CaseAdded,
    CaseAmended,
    CaseAnsweredAtDesk,
    CaseErased,
    CaseFact,
    CaseInformationAsked,
    CaseOpened,
    CasePublished,
    CaseRejected,
    CaseReopened,
    CaseWithheld,
    Origin,
    Person,
)
from libs.contracts.remnants import revived

AWAY = "unreachable"
"""Why a file is missing that may be there later."""

_SETTLED = (CasePublished, CaseWithheld, CaseRejected, CaseAnsweredAtDesk)


@dataclass(frozen=True)
class Known:
    """What intake remembers of a case.

    `added` holds the words that were added, by the id of their fact; `people` everybody who has spoken in it
    (see `identities`); `asked`: an officer waits for what the citizen has to say; `away`: files that could
    not be fetched when their words were written.
    """

    opened: CaseOpened | None = None
    rejected: bool = False
    settled: bool = False
    asked: bool = False
    added: Mapping[UUID, str] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    erased: bool = False

    def holds(self, event_id: UUID) -> bool:
        """Whether the words with this id are in the case."""
        return event_id in self.added or (self.opened is not None and self.opened.event_id == event_id)


def fold(known: Known, fact: CaseFact) -> Known:
    """The case after one more fact."""
    match fact:
        case CaseOpened():
            known = replace(
                known,
                opened=fact,
                people=_with(known, fact.channel, fact.person, fact.origin),
                away=known.away | _away(fact),
            )
        case CaseAdded():
            known = replace(
                known,
                added={**known.added, fact.event_id: fact.text},
                asked=known.asked and fact.automatic,
                people=_with(known, fact.channel, fact.person, fact.origin),
                away=known.away | _away(fact),
            )
        case CaseAmended():
            known = replace(known, people=_with(known, "", fact.person, Origin()))
        case CaseInformationAsked():
            known = replace(known, asked=True)
        case CaseReopened():
            known = replace(known, settled=False)
        case CaseErased():
            left = filter(None, map(revived, fact.history))
            known = replace(functools.reduce(fold, left, Known()), settled=True, erased=True)
        case _ if isinstance(fact, _SETTLED):
            known = replace(known, settled=True, rejected=isinstance(fact, CaseRejected))
    return known


def identities(channel: str, account: str, person: str, *, phone: str, email: str) -> frozenset[str]:
    """By what a person is known again: their id on that account, their phone (E.164), their address."""
    found = {
        f"id:{channel}:{account}:{person}" if channel and person else "",
        f"tel:{phone}" if phone else "",
        f"mail:{email.lower()}" if email else "",
    }
    return frozenset(found - {""})


def _away(fact: CaseOpened | CaseAdded) -> frozenset[str]:
    return frozenset(one.id for one in fact.files if one.lost == AWAY)


def _with(known: Known, channel: str, person: Person, origin: Origin) -> frozenset[str]:
    return known.people | identities(
        channel, origin.account, origin.person, phone=person.phone, email=person.email
    )
