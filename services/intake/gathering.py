"""Words find their case: one person's concurrent messages make one, and a message is in a case once."""

import asyncio
import functools
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from weakref import WeakValueDictionary

from libs.contracts.codes import parse_code
from libs.contracts.contacts import CaseAdded, CaseOpened
from libs.contracts.subjects import CaseRef
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from services.intake.channels.rows import Row
from services.intake.channels.shape import Said, SetAside
from services.intake.conversations import Conversations
from services.intake.domain import said as rules
from services.intake.domain import spam
from services.intake.domain.known import AWAY, Known, fold
from services.intake.domain.requests import code_candidates, year_of
from services.intake.domain.said import Choice, Stamp, Talk, Words
from services.intake.files import LONGER, Enclosures, missing_id
from services.intake.limits import Limits
from services.intake.messages import Messages

Outcome = Literal["opened", "added", "repeated", "empty", "automatic"]

REMEMBERED = 2_000
"""Cases whose facts are not read again."""

FRESH = timedelta(minutes=1)
"""Words so close to the last ones do not move the conversation's time."""


class OverLimit(SetAside):
    """limit"""


class StillAway(SetAside):
    """a file could not be fetched; `outcome`: the words themselves are in their case"""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome: Outcome = outcome


@dataclass(frozen=True)
class _Found:
    """A case as it was read: what is known of it, and the sequence of its last fact."""

    known: Known = field(default_factory=Known)
    last: int = 0


@dataclass(frozen=True)
class Gathering:
    """`gather` may be called for the same message at any time, on any replica, any number of times."""

    cases: CaseLog
    messages: Messages
    conversations: Conversations
    directory: Directory
    clock: Clock
    files: Enclosures
    limits: Limits = field(default_factory=Limits)
    _cases: OrderedDict[str, _Found] = field(default_factory=OrderedDict)
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @property
    def _stamp(self) -> Stamp:
        return Stamp(self.clock.now(), self.directory.current)

    async def gather(
        self, row: Row, said: Said, *, arrived: datetime, raw: str = "", limited: bool = True
    ) -> Outcome:
        """Make the words a fact, once. Raises OverLimit, OutcomeUnknown; StillAway for a file."""
        said = rules.tidy(said, arrived=arrived)
        if not rules.says_something(said):
            return "empty"
        channel = row.pack_code
        key = rules.message_key(channel, said.account, said.key)
        words = Words(said, key, channel, said.at or arrived, raw)
        async with self._turn(rules.talk_name(channel, said.account, said.person) or key):
            bound = await self.messages.case_of(key)
            if bound is None:
                if limited:
                    self._within_limits(row, words)
                choice = await self._choice(row, words)
                if choice is None:
                    return "automatic"
                bound = await self.messages.bind(key, choice)
            for alias in said.aliases:
                await self.messages.bind(rules.message_key(channel, said.account, alias), bound)
            return await self._write(row, words, bound)

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[None]:
        """One person's messages one after the other, in this replica: others are met by compare-and-set."""
        lock = self._turns.setdefault(name, asyncio.Lock())
        async with lock:
            yield

    def _within_limits(self, row: Row, words: Words) -> None:
        said, now = words.said, time.monotonic()
        who = said.person or said.phone or said.email
        speaker = f"{row.code} {said.account} {said.doubted} {who}"  # whoever uses a name uses up none of its
        for source, most in ((speaker if who else "", row.person_hourly), (row.code, row.source_hourly)):
            if source and self.limits.wait(source, words.key, most, now=now):
                raise OverLimit

    async def _choice(self, row: Row, words: Words) -> Choice | None:
        """The case that the words go to; None for a machine's words that answer nothing."""
        said = words.said
        name, stranger = rules.talk_name(words.channel, said.account, said.person), None
        for ref in await self._referred(words):
            found = await self._read(ref)
            if found.known.opened and rules.belongs(found.known, words.channel, said):
                if name and not found.known.settled and not said.automatic:
                    await self._remember(name, Talk(ref, words.at))
                return Choice(ref)
            stranger = stranger or (ref.case_id if found.known.opened else None)
        if said.automatic:
            return None
        new = CaseRef(await self._year(words), words.key)
        if said.doubted:
            return Choice(new, stranger or await self._running(name))
        return await self._talked_about(row, words, name, new, stranger)

    async def _running(self, name: str) -> str | None:
        """The case that whoever the words seem to come from talks about."""
        talk, _ = await self.conversations.get(name)
        return talk.ref.case_id if talk and (await self._read(talk.ref)).known.opened else None

    async def _referred(self, words: Words) -> list[CaseRef]:
        """The cases that the words say they answer, the surest first."""
        said, found = words.said, list(words.said.cases)
        for answered in said.answers:
            key = rules.message_key(words.channel, said.account, answered)
            if choice := await self.messages.case_of(key):
                found.append(choice.ref)
        if (code := parse_code(said.code)) and (choice := await self.messages.holder(code)):
            found.append(choice.ref)
        return list(dict.fromkeys(found))

    async def _talked_about(
        self, row: Row, words: Words, name: str, new: CaseRef, stranger: str | None
    ) -> Choice:
        """The person's running case, or a new one, which is from now on the one they talk about."""
        if not name:
            return Choice(new, stranger)
        gather = timedelta(hours=row.gather_hours)
        while True:
            talk, revision = await self.conversations.get(name)
            known = (await self._read(talk.ref)).known if talk else Known()
            choice = rules.choose(talk, known, words.at, gather=gather, new=new, stranger=stranger)
            if talk and talk.ref == choice.ref and words.at - talk.at < FRESH:
                return choice
            if await self.conversations.put(name, Talk(choice.ref, words.at), revision):
                return choice

    async def _remember(self, name: str, talk: Talk) -> None:
        """The person talks about this case now; who is later has the last word."""
        while True:
            before, revision = await self.conversations.get(name)
            if before and before.at > talk.at:
                return
            if await self.conversations.put(name, talk, revision):
                return

    async def _year(self, words: Words) -> int:
        """The year of a case that these words would open: the one proposed first, whoever asks again."""
        proposed = year_of(words.at, self.directory.pack.zone)
        return (await self.messages.reserve(words.key, proposed, code_candidates(words.key)))[0]

    async def _write(self, row: Row, words: Words, choice: Choice) -> Outcome:
        ref, found = choice.ref, await self._read(choice.ref)
        if found.known.holds(words.event_id):
            await self._bring_late(row, words, ref, found)
            return "repeated"
        stamp = self._stamp
        files = await self.files.enclose(words.said.enclosed, words.key, row)
        opening = None
        if found.known.opened is None:
            _, code = await self.messages.reserve(ref.case_id, ref.year, code_candidates(ref.case_id))
            opening = rules.opened_by(
                words,
                choice,
                code=code,
                token=secrets.token_urlsafe(24),
                files=files,
                spam=self._junk(words),
                stamp=stamp,
            )
        adding = rules.added_by(words, ref.case_id, files=files, stamp=stamp)

        def decide(known: Known) -> CaseOpened | CaseAdded | None:
            if known.holds(words.event_id):
                return None
            return adding if known.opened else opening

        done = await self.cases.append(ref, found.known, found.last, decide=decide, fold=fold)
        outcome: Outcome = "opened" if done and isinstance(done.fact, CaseOpened) else "added"
        if done is None or done.repeated:
            outcome = "repeated"
        if any(one.lost == AWAY for one in files):
            raise StillAway(outcome)
        return outcome

    async def _bring_late(self, row: Row, words: Words, ref: CaseRef, found: _Found) -> None:
        """Files that could not be had when the words were written. Raises StillAway."""
        still_away = False
        for index, one in enumerate(words.said.enclosed):
            missing = one.url and missing_id(words.key, index, one) in found.known.away
            if not missing or found.known.holds(words.file_id(index)):
                continue
            file = await self.files.one(index, one, words.key, row, within=LONGER)
            still_away = still_away or file.lost == AWAY
            if not file.lost:
                fact = rules.late(words, ref.case_id, index, file, stamp=self._stamp)
                decide = functools.partial(rules.unless_held, fact)
                await self.cases.append(ref, found.known, found.last, decide=decide, fold=fold)
        if still_away:
            raise StillAway("repeated")

    def _junk(self, words: Words) -> tuple[str, ...]:
        said = words.said
        digest = hashlib.sha256(said.text.encode(errors="backslashreplace")).hexdigest()
        speaker = said.person or said.phone or said.email or words.key
        others = self.limits.others(digest, speaker, now=time.monotonic()) if said.text else 0
        return spam.evidence(said.text, others=others, given=said.spam)

    async def _read(self, ref: CaseRef) -> _Found:
        """The case as it stands; of one that was read of late only what is new."""
        before = self._cases.get(ref.case_id, _Found())
        stored = await self.cases.since(ref, before.last)
        known = functools.reduce(fold, (one.fact for one in stored if one.fact), before.known)
        found = _Found(known, stored[-1].seq if stored else before.last)
        self._cases[ref.case_id] = found
        self._cases.move_to_end(ref.case_id)
        if len(self._cases) > REMEMBERED:
            self._cases.popitem(last=False)
        return found
