"""What a person said on a channel: made tidy, matched with a case, and turned into a fact."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from libs.contracts.casevalues import Attached, Origin, Person
from libs.contracts.contacts import LATE_FILE, CaseAdded, CaseOpened
from libs.contracts.facts import Actor, derived_id
from libs.contracts.subjects import CaseRef
from libs.mail.charsets import clean, one_line
from services.intake.channels.shape import Said
from services.intake.domain.known import Known, identities
from services.intake.domain.requests import CLOCKS_DIFFER, EMAIL, SERVICE
from services.intake.phones import normalised

LONGEST = 10_000
"""Characters of one message that reach the case; RAW keeps the rest."""

LINE = 300


@dataclass(frozen=True)
class Talk:
    """What CONVERSATIONS holds for a person on a channel: their case, and when they last said something."""

    ref: CaseRef
    at: datetime


@dataclass(frozen=True)
class Choice:
    """The case that words go to; `same_as` when it is a new one that may be about an older one."""

    ref: CaseRef
    same_as: str | None = None


def message_key(channel: str, account: str, key: str) -> str:
    """128 bits of the channel's own id of a message; also the id of the case that the message opens."""
    return _digest(channel, account, key)


def talk_name(channel: str, account: str, person: str) -> str:
    """The key in CONVERSATIONS; empty for a person without an id, whose messages are each on their own."""
    if not person:
        return ""
    return f"{channel}.{_digest(account, person)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="backslashreplace")).hexdigest()[:32]


def tidy(said: Said, *, arrived: datetime) -> Said:
    """The one place where what a channel brings is made tidy; RAW keeps it as it was.

    NFC, no control characters, nothing that turns the direction of reading, no more than a case can hold.
    An e-mail address that is none goes, a phone that is none stays as it was typed. A time in the future, or
    none, is the time of arrival.
    """
    at = said.at if said.at and said.at <= arrived + CLOCKS_DIFFER else arrived
    email = one_line(said.email)
    lines: dict[str, Any] = {
        name: one_line(getattr(said, name))[:LINE]
        for name in ("person", "account", "thread", "name", "phone", "address", "place", "code")
    }
    return replace(
        said,
        text=clean(said.text).strip()[:LONGEST],
        at=at,
        email=email if EMAIL.fullmatch(email) else "",
        enclosed=tuple(replace(one, label=one_line(one.label)[:LINE]) for one in said.enclosed),
        **lines,
    )


def says_something(said: Said) -> bool:
    """Whether there is anything for a person to read or look at."""
    return bool(said.text or said.enclosed or said.spot or said.place)


def belongs(known: Known, channel: str, said: Said) -> bool:
    """Whether the speaker has spoken in this case, on this channel or with this phone or address."""
    speaker = identities(channel, said.account, said.person, phone=normalised(said.phone), email=said.email)
    return bool(known.people & speaker) and not said.doubted


def choose(
    talk: Talk | None, known: Known, at: datetime, *, gather: timedelta, new: CaseRef, stranger: str | None
) -> Choice:
    """Where words go that answer nothing. `known`: the case of the talk; `stranger`: another person's case
    whose thread they stand in.

    The running case takes them for `gather` after the last words, and for as long as the citizen is being
    asked; later an open case is perhaps meant, a settled one is not.
    """
    if talk is None:
        return Choice(new, stranger)
    if known.opened is None:  # whoever was about to open it has not come so far: these words do
        return Choice(talk.ref)
    if known.settled:
        return Choice(new, stranger)
    if known.asked or at - talk.at <= gather:
        return Choice(talk.ref)
    return Choice(new, stranger or talk.ref.case_id)


@dataclass(frozen=True)
class Words:
    """One message on its way to a case: `channel` the pack's, `key` as `message_key` made it."""

    said: Said
    key: str
    channel: str
    at: datetime
    raw: str = ""

    @property
    def event_id(self) -> UUID:
        """The same whether the words open a case or are added to one: they are in a case once."""
        return derived_id(UUID(hex=self.key), "said")

    def file_id(self, index: int) -> UUID:
        """Of the fact that brings one of its files later."""
        return derived_id(UUID(hex=self.key), f"file-{index}")

    @property
    def person(self) -> Person:
        """The speaker as the channel knows them (Điều 7.2)."""
        said = self.said
        return Person(
            name=said.name,
            phone=normalised(said.phone),
            phone_raw=said.phone,
            address=said.address,
            email=said.email,
        )

    @property
    def origin(self) -> Origin:
        """Where an answer would go."""
        said = self.said
        return Origin(account=said.account, person=said.person, thread=said.thread, public=said.public)


@dataclass(frozen=True)
class Stamp:
    """When and under which pack a fact is written."""

    now: datetime
    pack_version: str


def opened_by(
    words: Words,
    choice: Choice,
    *,
    code: str,
    token: str,
    files: tuple[Attached, ...],
    spam: Iterable[str],
    stamp: Stamp,
) -> CaseOpened:
    """The words as a new case (Điều 9.1), held where a person must judge: is it junk, is it an old one?"""
    evidence = tuple(spam)
    person = words.person
    return CaseOpened(
        event_id=words.event_id,
        case_id=choice.ref.case_id,
        at=stamp.now,
        by=Actor(service=SERVICE),
        pack_version=stamp.pack_version,
        code=code,
        track_token="" if person.phone else token,
        channel=words.channel,
        person=person,
        text=words.said.text,
        received_at=words.at,
        held=bool(evidence or choice.same_as),
        same_as=choice.same_as,
        language=words.said.language,
        place=words.said.place,
        spot=words.said.spot,
        files=files,
        origin=words.origin,
        spam=evidence,
        raw=words.raw,
    )


def added_by(words: Words, case_id: str, *, files: tuple[Attached, ...], stamp: Stamp) -> CaseAdded:
    """The words as one more fact of a case."""
    return CaseAdded(
        event_id=words.event_id,
        case_id=case_id,
        at=stamp.now,
        by=Actor(service=SERVICE),
        pack_version=stamp.pack_version,
        channel=words.channel,
        text=_with_place(words.said),
        person=words.person,
        received_at=words.at,
        files=files,
        origin=words.origin,
        automatic=words.said.automatic,
        raw=words.raw,
    )


def late(words: Words, case_id: str, index: int, file: Attached, *, stamp: Stamp) -> CaseAdded:
    """A file that could not be had when its words were written. Nobody spoke: it is a machine's fact."""
    return CaseAdded(
        event_id=words.file_id(index),
        case_id=case_id,
        at=stamp.now,
        by=Actor(service=SERVICE),
        pack_version=stamp.pack_version,
        channel=words.channel,
        text=LATE_FILE,
        received_at=words.at,
        files=(file,),
        origin=words.origin,
        automatic=True,
        raw=words.raw,
    )


def unless_held(fact: CaseAdded, known: Known) -> CaseAdded | None:
    """The fact, unless the case has it."""
    return None if known.holds(fact.event_id) else fact


def _with_place(said: Said) -> str:
    """A place that is sent later has no field of its own in the case: it is said."""
    spot = f"{said.spot.lat:.6f}, {said.spot.long:.6f}" if said.spot else ""
    where = " ".join(part for part in (said.place, f"({spot})" if spot else "") if part)
    return "\n".join(part for part in (said.text, f"Vị trí: {where}" if where else "") if part)
