"""The steps after `erased`: wait for every reader, then delete files, deliveries, calls, keys and facts.

Each step may be done again: a run that was broken off is run again. Every message is overwritten on the disk
before it is gone (the server does so for a deletion by sequence, not for a purge).
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from nats.js.api import RawStreamMsg
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError, ObjectNotFoundError

from libs.cli.erasures import Erasure, anew, entry, merged
from libs.contracts.errors import HotlineError
from libs.contracts.events import CaseErased, CaseFact
from libs.contracts.streams import CONSUMERS
from libs.contracts.subjects import case_ref
from libs.files.expiry import recordings
from libs.files.files import ABOUT, LOOSE, THUMB
from libs.files.jetstream import BUCKET, STREAM, JetStreamStore
from libs.files.store import Store
from libs.runtime.caselog import CaseLog
from libs.runtime.publishing import publish
from libs.runtime.rebuild import pages

KEYS = ("KV_MESSAGES", "KV_CONVERSATIONS")
CODES = "$KV.MESSAGES.code."
"""Look-up codes stay taken: another case with the same one would be mistaken for it."""


class Waiting(HotlineError):
    """A reader has not come as far as this erasure."""


@dataclass
class Eraser:
    """`step` is told the name of each step before it is taken."""

    js: JetStreamContext
    store: Store
    step: Callable[[str], None] = lambda _: None
    _keys: dict[str, list[str]] | None = field(default=None, init=False)
    _sounds: Mapping[str, list[str]] | None = field(default=None, init=False)

    async def known(self) -> dict[str, Erasure]:
        """The list: case → its newest entry."""
        subjects = (await self.js.stream_info("ERASURES", subjects_filter="erasure.>")).state.subjects or {}
        found = [await self.js.get_last_msg("ERASURES", subject) for subject in sorted(subjects)]
        entries = [Erasure.model_validate_json(one.data or b"{}") for one in found]
        return {one.case_id: one for one in entries}

    async def again(self, before: Iterable[Erasure]) -> list[Erasure]:
        """Erase anew what a restored backup brought back, even a case that stands open: its end was lost."""
        done: list[Erasure] = []
        cases = CaseLog(self.js)
        for old in before:
            stored = await cases.since(old.ref, 0)
            facts = [(one.seq, one.fact) for one in stored if one.fact]
            if not facts or any(isinstance(fact, CaseErased) for _, fact in facts):
                continue
            self.step("again")
            fact = anew(old, facts)
            await cases.append(old.ref, fact, stored[-1].seq, decide=_itself, fold=_folded)
            done.append(old)
        return done

    async def found(self) -> list[Erasure]:
        """What was erased and is not done yet, the oldest first."""
        known = await self.known()
        info = await self.js.stream_info("CASES", subjects_filter="case.*.*.erased")
        todo: list[Erasure] = []
        for subject in info.state.subjects or {}:
            stored = await self.js.get_last_msg("CASES", subject)
            ref, seq = case_ref(subject), stored.seq or 0
            before = known.get(ref.case_id)
            if before and before.done and before.seq == seq:
                continue
            fact = CaseErased.model_validate_json(stored.data or b"{}")
            fresh = entry(ref, seq, fact)
            todo.append(merged(before, fresh))
        return sorted(todo, key=lambda one: one.seq)

    async def finish(self, one: Erasure) -> None:
        """Delete what is left of this case. Raises Waiting."""
        self.step("listed")
        await self._note(one)
        await self._all_have_read(one.seq)
        self.step("files")
        for file_id in one.files:
            for what in (THUMB, LOOSE, "", ABOUT):
                await self._remove(f"{file_id}{what}")
        self.step("deliveries")
        for subject in one.raw:
            await self._delivery(subject)
        self.step("calls")
        for (
            call
        ) in one.calls:  # a recording outlives the call's facts, so nobody could name it in the erasure
            for name in (await self._recorded()).get(call, ()):
                await self._remove(name)
            await self._wipe("CALLS", f"call.{call}.>")
        self.step("keys")
        for subject in (await self._keys_of()).get(one.case_id, []):
            # a bucket allows no deletion by sequence; it holds ids and digests alone
            await self.js.purge_stream(f"KV_{subject.split('.')[1]}", subject=subject)
        self.step("facts")
        await self._wipe("CASES", one.ref.filter, before=one.seq)
        self.step("done")
        await self._note(one.model_copy(update={"done": True}))

    async def _note(self, one: Erasure) -> None:
        subject = f"erasure.{one.year}.{one.case_id}"
        try:
            last = (await self.js.get_last_msg("ERASURES", subject)).seq or 0
        except NotFoundError:
            last = 0
        name = f"{one.event_id}-{one.seq}-{last}"
        await publish(self.js, subject, one.model_dump_json().encode(), message_id=name, expected=last)

    async def _all_have_read(self, seq: int) -> None:
        for consumer in CONSUMERS:
            if consumer.stream != "CASES":
                continue
            info = await self.js.consumer_info("CASES", consumer.service)
            floor = info.ack_floor.stream_seq if info.ack_floor else 0
            idle = not info.num_pending and not info.num_ack_pending
            if floor < seq and not (idle and "case.>" not in consumer.filters):
                raise Waiting(f"{consumer.service} has read to {floor}, the erasure is {seq}: run it again")
        dead = await self.js.stream_info("DEAD", subjects_filter=f"dead.*.CASES.{seq}")
        if dead.state.subjects:
            services = sorted(subject.split(".")[1] for subject in dead.state.subjects)
            raise Waiting(
                f"{', '.join(services)} could not apply the erasure {seq}: replay, then run it again"
            )

    async def _remove(self, name: str) -> None:
        if isinstance(self.store, JetStreamStore):
            bucket = await self.js.object_store(BUCKET)
            try:
                info = await bucket.get_info(name)
            except (NotFoundError, ObjectNotFoundError):
                return
            await self._wipe(STREAM, f"$O.{BUCKET}.C.{info.nuid}")
        await self.store.remove(name)

    async def _delivery(self, subject: str) -> None:
        try:
            kept = await self.js.get_last_msg("RAW", subject)
        except NotFoundError:
            return
        body = json.loads((kept.headers or {}).get("Hotline-Delivery", "{}")).get("body")
        if body:
            await self._remove(body)
        await self._wipe("RAW", subject)

    async def _recorded(self) -> Mapping[str, list[str]]:
        """Call → names in FILES; read once."""
        if self._sounds is None:
            self._sounds = await recordings(self.store)
        return self._sounds

    async def _keys_of(self) -> dict[str, list[str]]:
        """Case → keys that name it; both buckets are read once."""
        if self._keys is None:
            keys: dict[str, list[str]] = defaultdict(list)
            for stream in KEYS:
                async for page in pages(self.js, stream):
                    for one in page:
                        if (case_id := _case_in(one.data)) and not one.subject.startswith(CODES):
                            keys[case_id].append(one.subject)
            self._keys = keys
        return self._keys

    async def _wipe(self, stream: str, subjects: str, before: int | None = None) -> None:
        """Overwrite and delete every message there, those below the sequence `before` if it is given."""
        async for stored in self._messages(stream, subjects):
            if before is not None and (stored.seq or 0) >= before:
                return
            await self.js.delete_msg(stream, stored.seq or 0)

    async def _messages(self, stream: str, subjects: str) -> AsyncIterator[RawStreamMsg]:
        seq = 1
        while True:
            try:
                stored = await self.js.get_msg(stream, seq=seq, subject=subjects, next=True)
            except NotFoundError:
                return
            yield stored
            seq = (stored.seq or seq) + 1


def _case_in(value: bytes) -> str:
    """The case that a key names; empty for a mark that the key is gone."""
    try:
        return str(json.loads(value)["case_id"])
    except (ValueError, KeyError, TypeError):
        return ""


def _itself(fact: CaseErased) -> CaseErased:
    return fact


def _folded(fact: CaseErased, _: CaseFact) -> CaseErased:
    raise HotlineError(f"somebody writes to case {fact.case_id}: stop the services first")


async def patiently(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Try until no reader is waited for, at most so long. Raises Waiting."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            await work()
        except Waiting:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.5)
        else:
            return
