"""Single facts delivered to a reaction, one by one: when to try again, when to give up, when to acknowledge.

FastStream serves the subscription and the handler; its work-arounds live here and nowhere else. Each has a
test in tests/runtime/test_delivery.py that fails when the library no longer needs it.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from faststream import AckPolicy
from faststream.nats import JStream, NatsMessage, PullSub
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext
from pydantic import ValidationError

from libs.contracts.errors import HotlineError, Refused
from libs.contracts.events import CaseFact
from libs.contracts.permissions import inbox
from libs.contracts.sidefacts import Dead
from libs.contracts.subjects import CaseRef, UnknownFact, case_ref, decode
from libs.runtime.errors import OutcomeUnknown
from libs.runtime.logs import log
from libs.runtime.metrics import FACTS_PARKED, FACTS_READ, FACTS_UNKNOWN, PENDING
from libs.runtime.publishing import EXPECTED
from libs.runtime.pull import Pull
from libs.runtime.service import Runtime

STREAM = "CASES"
WORKERS = 16
"""Reactions at work at once; order between facts of one case is kept by the expected sequence, not here."""

TRIES = 6
"""Failures of the reaction itself after which the fact is put aside; outages of the server never count."""

LONGEST_PAUSE = 30.0
"""Seconds between two tries at most."""

_OUTAGE = (OutcomeUnknown, NatsError, TimeoutError, OSError)
_HOPELESS = (ValueError, Refused)


@dataclass(frozen=True)
class Received:
    """A fact as it was delivered, with its case and its place in CASES."""

    ref: CaseRef
    seq: int
    predecessor: int
    fact: CaseFact


React = Callable[[Received], Awaitable[None]]
"""Makes what follows from a fact durable, then returns. Called again after a failure or a crash."""


async def deliver(rt: Runtime, react: React, *, tries: int = TRIES) -> None:
    """Hand every fact of the service's durable on CASES to `react`, for as long as the service lives.

    The fact is acknowledged only after `react` returned. A ValueError, a Refused or `tries` failures
    leave a dead letter; the others go on meanwhile.
    """
    subscriber = rt.broker.subscriber(
        "case.>",
        stream=JStream(STREAM, declare=False),  # the default rewrites the stream's configuration
        durable=rt.service,
        pull_sub=PullSub(batch_size=WORKERS),
        max_workers=WORKERS,
        ack_policy=AckPolicy.MANUAL,  # the default terminates what fails
        no_reply=True,
        decoder=_undecoded,  # the default never calls a handler for broken JSON, nor acknowledges it
        inbox_prefix=f"{inbox(rt.service)}.".encode(),  # the broker's own prefix is not passed on
    )
    subscriber(_Reactions(rt, react, tries).on_message)
    await rt.broker.start()
    subscriber.subscription = cast("JetStreamContext.PullSubscription", SteadyPull(rt.nc, rt.service))
    rt.readiness.consumers.add(STREAM)


class SteadyPull:
    """Stands where FastStream keeps nats-py's subscription: neither holds messages back nor spins.

    FastStream asks again at once whatever happened, and an error it does not expect restarts its loop.
    """

    def __init__(self, nc: Client, service: str) -> None:
        self._pull = Pull(nc, STREAM, service, batch=WORKERS)

    async def fetch(self, batch: int = WORKERS, timeout: float | None = None) -> list[Msg]:  # noqa: ARG002
        """What is there now; after an error half a second of silence."""
        try:
            return await self._pull.fetch()
        except (NatsError, TimeoutError, OSError) as error:
            log("stream_awaited", stream=STREAM, kind=type(error).__name__)
            await asyncio.sleep(0.5)
            return []

    async def unsubscribe(self) -> None:
        """All that was not answered goes back, also what FastStream holds and has not begun: it drops it."""
        await self._pull.release()


@dataclass
class _Reactions:
    """Counts failures by sequence; a success or a dead letter forgets them."""

    rt: Runtime
    react: React
    tries: int
    failures: dict[int, int] = field(default_factory=dict)

    async def on_message(self, message: NatsMessage) -> None:
        raw = message.raw_message
        PENDING.labels(self.rt.service, STREAM).set(raw.metadata.num_pending)
        try:
            outcome = await self._handle(raw)
        except Exception as error:
            # no answer was possible: the server delivers it again after ack_wait
            log("fact_left_open", subject=raw.subject, error=error)
            outcome = "left"
        FACTS_READ.labels(self.rt.service, STREAM, outcome).inc()

    async def _handle(self, raw: Msg) -> str:
        seq = raw.metadata.sequence.stream
        try:
            await self.react(_received(raw))
        except UnknownFact:
            FACTS_UNKNOWN.labels(self.rt.service).inc()
        except Exception as error:
            if not self._give_up(seq, error):
                pause = min(LONGEST_PAUSE, 0.1 * 2 ** min(raw.metadata.num_delivered - 1, 10))
                log("fact_given_back", subject=raw.subject, seq=seq, kind=type(error).__name__, pause=pause)
                await raw.nak(delay=pause)
                return "retried"
            await self._bury(raw, error)
            await raw.ack()
            return "parked"
        self.failures.pop(seq, None)
        await raw.ack()
        return "done"

    def _give_up(self, seq: int, error: Exception) -> bool:
        if isinstance(error, _OUTAGE):
            return False
        self.failures[seq] = self.failures.get(seq, 0) + 1
        return isinstance(error, _HOPELESS) or self.failures[seq] >= self.tries

    async def _bury(self, raw: Msg, error: Exception) -> None:
        seq = raw.metadata.sequence.stream
        reason = reason_of(error)
        await self.rt.side.bury(
            Dead(
                service=self.rt.service,
                stream=STREAM,
                seq=seq,
                subject=raw.subject,
                error=reason,
                at=self.rt.clock.now(),
            )
        )
        self.failures.pop(seq, None)
        FACTS_PARKED.labels(self.rt.service, STREAM).inc()
        log("fact_parked", subject=raw.subject, seq=seq, reason=reason, error=error)


def _received(raw: Msg) -> Received:
    fact = decode(raw.subject, raw.data)
    if not isinstance(fact, CaseFact):
        raise UnknownFact(raw.subject)
    predecessor = int((raw.headers or {}).get(EXPECTED, 0))
    return Received(case_ref(raw.subject), raw.metadata.sequence.stream, predecessor, fact)


def reason_of(error: Exception) -> str:
    """The kind of error with its fields or its place in the code: a message could repeat a person's words."""
    if isinstance(error, ValidationError):
        found = error.errors(include_input=False, include_url=False, include_context=False)
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
    elif isinstance(error, HotlineError):
        said = str(error)
    else:
        last = traceback.extract_tb(error.__traceback__)[-1]
        said = f"in {last.name}, {Path(last.filename).name}:{last.lineno}"
    return f"{type(error).__name__}: {said}"[:500]


async def _undecoded(message: NatsMessage) -> bytes:
    return message.body
