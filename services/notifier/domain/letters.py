"""Who must be told what: from a fact to the letters it calls for, one to a recipient and way."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from libs.contracts.canary import CANARY
from libs.contracts.events import CaseFact, CaseRouted
from libs.contracts.sidefacts import (
    Audience,
    ClockEscalated,
    ClockFact,
    ClockMissed,
    ClockMoved,
    ClockStretched,
    ClockWarned,
)
from libs.packs.model import Pack
from services.notifier.domain.about import About, Draft, Way, Wish, to_citizen
from services.notifier.domain.case import Case
from services.notifier.domain.contacts import contacts, of_citizen, told
from services.notifier.domain.handed import wishes
from services.notifier.domain.partners import partner_letters
from services.notifier.domain.talks import Address, Reach

_OF_CLOCKS: Mapping[type[ClockFact], tuple[str, tuple[Audience, ...]]] = {
    ClockWarned: ("clock-warned", ("officer",)),
    ClockMissed: ("clock-missed", ("officer",)),
    ClockEscalated: ("clock-escalated", ("officer",)),
    ClockStretched: ("promise-stretched", ("supervisor",)),
    ClockMoved: ("clock-moved", ("officer",)),
}
"""The letter about a clock, and who gets it when the fact names nobody."""

_POSITIONS: tuple[Audience, ...] = get_args(Audience)[1:-1]
"""Everybody but the citizen and partners, from the focal officer upwards."""

_NOT_FOR_FOLLOWERS = frozenset({"call-failed"})
"""What only the person on the telephone lived through."""

_ONE_WAY = frozenset({"clock-moved"})
"""A changed calendar moves many clocks at once: no text message to whoever reads e-mail."""


@dataclass(frozen=True)
class Readers:
    """Who else reads, and where: `following` are the cases of those who follow this one.

    `shut` names the ways that did not carry an earlier letter: of this case under "", of a follower's under
    their case.
    """

    reach: Reach = field(default_factory=Reach)
    following: Mapping[str, Case] = field(default_factory=dict)
    shut: Mapping[str, Collection[str]] = field(default_factory=dict)


def letters(case: Case, fact: CaseFact, pack: Pack, readers: Readers | None = None) -> Iterator[Draft]:
    """The letters that this fact calls for; `case` is the case after it.

    A position is written to on every way it has, and on the way "none" if it has none, for the alarm; a
    citizen on the best way there is, else not at all (way "none"), for the count.
    """
    if case.canary:
        yield from _of_the_canary(case, fact)
        return
    readers = readers or Readers()
    for wish in wishes(fact, case):
        if wish.agency or not case.silent:
            yield from _drafts(wish, case, pack, readers)
    yield from partner_letters(case, fact, readers.reach, readers.following)


def _of_the_canary(case: Case, fact: CaseFact) -> Iterator[Draft]:
    """It shows that slips become letters, and nobody is written to."""
    if isinstance(fact, CaseRouted):
        yield Draft(CANARY, "officer", "none", fact.slip.lead, "", "vi", About(code=case.code))


def clock_letters(case: Case, fact: ClockFact, pack: Pack, readers: Readers | None = None) -> Iterator[Draft]:
    """A step of the ladder is told to everybody it names; a moved limit also to who was told the old one."""
    if case.canary:
        return
    template, usual = _OF_CLOCKS.get(type(fact), ("", ()))
    if template and fact.agency:
        known = tuple(audience for audience in _POSITIONS if audience in fact.tell)
        wish = Wish(template, _of_clock(case, fact), fact.agency, known or usual)
        yield from _drafts(wish, case, pack, readers or Readers())
    if isinstance(fact, ClockMoved) and fact.kind == "answer" and _waiting(case):
        wish = to_citizen("new-time", case, (fact.agency,), times={"due": fact.due})
        yield from _drafts(wish, case, pack, readers or Readers())


def _waiting(case: Case) -> bool:
    """Whether the citizen was told until when to wait, and still does."""
    return case.slip is not None and case.slip.open and case.slip.until is not None


def _of_clock(case: Case, fact: ClockFact) -> About:
    more: dict[str, Any] = {}
    times = {"due": fact.due, "at": fact.at}
    if isinstance(fact, ClockStretched):
        more, times = {"excess": fact.excess}, {"promised": fact.due}
    if isinstance(fact, ClockMoved):
        more, times = {"words": {"document": fact.document}}, {"due": fact.due, "was": fact.was}
    return About(
        code=case.code,
        urgent=fact.urgent or case.urgent,
        agencies=(fact.agency,),
        field=fact.field or (case.slip.field if case.slip else ""),
        place=case.slip.place if case.slip else None,
        clock=fact.kind,
        reminds=fact.clock,
        hours=fact.hours,
        times=times,
        **more,
    )


def _drafts(wish: Wish, case: Case, pack: Pack, readers: Readers) -> Iterator[Draft]:
    """Nobody twice: of two recipients with one address, the first one gets the letter."""
    reached: set[tuple[Way, str]] = set()
    found = _to_positions(wish, pack) if wish.agency else _to_citizens(wish, case, readers)
    for address, draft in found:
        if address and (draft.way, address) in reached:
            continue
        reached.add((draft.way, address))
        yield draft


def _to_positions(wish: Wish, pack: Pack) -> Iterator[tuple[str, Draft]]:
    for audience in wish.tell:
        agency = told(pack, wish.agency, audience)
        ways = list(contacts(pack, agency, audience).items())
        for way, address in ways[:1] if wish.template in _ONE_WAY else ways:
            yield address, Draft(wish.template, audience, way, agency, "", "vi", wish.about)


def _to_citizens(wish: Wish, case: Case, readers: Readers) -> Iterator[tuple[str, Draft]]:
    """The citizen, and those who follow the case: each with their own code, link and language."""
    followers = {} if wish.template in _NOT_FOR_FOLLOWERS else readers.following
    for follower, reader in {"": case, **followers}.items():
        ways = of_citizen(reader, wish.template, readers.reach, readers.shut.get(follower, ()))
        first, *others = [*ways] or [Address("none", "")]
        own = {name: getattr(reader, name) for name in ("code", "year", "thread", "track_token")}
        yield (
            first.address,
            Draft(
                template=wish.template,
                audience="citizen",
                way=first.way,
                agency="",
                recipient=first.address,
                language=reader.language,
                about=wish.about.model_copy(update=own),
                follower=follower,
                talk=first.talk,
                others=tuple(others),
            ),
        )
