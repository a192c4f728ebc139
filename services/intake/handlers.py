"""What intake does with words: find their case, store the fact, and only then say that they are accepted."""

import functools
from dataclasses import dataclass

from libs.contracts.canary import CANARY
from libs.contracts.events import CaseOpened
from libs.contracts.requests import Accepted, MoreWords, NewRequest
from libs.contracts.subjects import CaseRef
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from services.intake.domain import requests as domain
from services.intake.domain.known import Known, fold
from services.intake.domain.requests import Sender
from services.intake.files import Enclosures
from services.intake.messages import Messages
from services.intake.metrics import ACCEPTED, ADDED, REPEATED


@dataclass(frozen=True)
class Desk:
    """Both methods raise Refused for what is wrong, OutcomeUnknown when nothing is certain."""

    cases: CaseLog
    messages: Messages
    directory: Directory
    clock: Clock
    files: Enclosures

    async def open(self, request: NewRequest, key: str, sender: Sender) -> Accepted:
        """One case for one key, however often, however concurrently and however late it is asked for."""
        pack, now, request = self.directory.pack, self.clock.now(), domain.tidied(request)
        channel = domain.channel_of(request, sender, pack)
        domain.check(request, sender, pack, now)
        person = domain.person_of(request, sender)
        files = await self.files.named(request.files, sender.name)
        case_id = domain.case_id_for(channel, key)
        received_at = request.received_at or now
        year, code = await self.messages.reserve(
            case_id, domain.year_of(received_at, pack.zone), domain.code_candidates(case_id)
        )
        fact = domain.open_case(
            request,
            case_id=case_id,
            code=code,
            channel=channel,
            person=person,
            received_at=received_at,
            now=now,
            pack_version=pack.version,
            client=sender.name,
            files=files,
        )
        done = await self.cases.append(
            CaseRef(year, case_id),
            Known(),
            0,
            decide=lambda known: None if known.opened else fact,
            fold=fold,
        )
        stored = done.fact if done and isinstance(done.fact, CaseOpened) else fact
        repeated = done is None or done.repeated
        if repeated:
            domain.require_same(request, stored)
        if channel != CANARY:
            (REPEATED if repeated else ACCEPTED).labels(channel).inc()
        return _accepted(stored, year, repeated=repeated)

    async def add(self, ref: CaseRef, words: MoreWords, key: str, sender: Sender) -> Accepted:
        """The words as one more fact of the case, once for each key."""
        stored = await self.cases.since(ref, 0)
        known = functools.reduce(fold, (one.fact for one in stored if one.fact), Known())
        done = await self.cases.append(
            ref,
            known,
            stored[-1].seq if stored else 0,
            decide=functools.partial(
                domain.decide_added,
                words=words,
                event_id=domain.added_id(ref.case_id, sender, key),
                sender=sender,
                now=self.clock.now(),
                pack_version=self.directory.current,
                files=await self.files.named(words.files, sender.name),
            ),
            fold=fold,
        )
        repeated = done is None or done.repeated
        if not repeated:
            ADDED.labels(sender.channels[0]).inc()
        assert known.opened  # decide_added refuses what was never opened
        return _accepted(known.opened, ref.year, repeated=repeated, show_token=False)


def _accepted(opened: CaseOpened, year: int, *, repeated: bool, show_token: bool = True) -> Accepted:
    return Accepted(
        case_id=opened.case_id,
        year=year,
        code=opened.code,
        track_token=opened.track_token if show_token else "",
        repeated=repeated,
    )
