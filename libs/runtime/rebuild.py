"""Rebuild a projection from the streams; run with the provisioner's key."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.client import JetStreamContext
from sqlalchemy import Connection, Engine, Table

from libs.contracts.errors import HotlineError
from libs.contracts.streams import CONSUMERS
from libs.runtime.database import writing
from libs.runtime.logs import log
from libs.runtime.projection import (
    Apply,
    CaseProjection,
    Delivery,
    Erase,
    Outcome,
    Verdict,
    forgetting,
)
from libs.runtime.provision import consumer_config
from libs.runtime.publishing import EXPECTED
from libs.runtime.sides import ApplySide, SideProjection

PAGE = 1_000


class NotReadWhole(HotlineError):
    """The connection to the server broke while a stream was read: nothing was changed, run it again."""


@dataclass(frozen=True)
class Projection:
    """What a service remembers of the streams, and how to make it again from nothing.

    `tables` are dropped and refilled (the link among them); `forget` deletes the rows that came from CASES
    for some cases; `sides_first` names side streams to load before CASES (a notifier must know first what
    was sent). `erase` drops all that is known of a case, also from elsewhere; by default `forget`.
    """

    engine: Engine
    link: Table
    tables: Sequence[Table]
    apply: Apply
    forget: Callable[[Connection, Sequence[str]], None]
    sides: Mapping[str, ApplySide] = field(default_factory=dict)
    sides_first: frozenset[str] = frozenset()
    erase: Erase | None = None

    @property
    def of_cases(self) -> CaseProjection:
        """The projection of CASES that a running service keeps."""
        return CaseProjection(self.link, self.apply, erase=self.dropping)

    @property
    def dropping(self) -> Erase:
        """`erase`, by default `forget`."""
        return self.erase or forgetting(self.forget)


async def rebuild(js: JetStreamContext, service: str, projection: Projection) -> dict[str, int]:
    """Drop and refill the tables in one transaction, then let the durables go on from there.

    Readers see the old rows until the new ones are complete. The service's own replicas must be stopped.
    Returns the number of facts read per stream. When all could be applied, the service's dead letters go.
    Raises NotReadWhole, with the old rows in place.
    """
    order = ["CASES", *projection.sides]
    order.sort(key=lambda stream: stream not in projection.sides_first)
    read: dict[str, _Read] = {}
    with writing(projection.engine) as connection:
        metadata = projection.link.metadata
        await asyncio.to_thread(metadata.drop_all, connection, list(projection.tables))
        await asyncio.to_thread(metadata.create_all, connection, list(projection.tables))
        for stream in order:
            read[stream] = await _refill(js, stream, projection, connection)
    for stream in order:
        await _continue_after(js, service, stream, read[stream].last)
    if not any(one.parked for one in read.values()):
        await js.purge_stream("DEAD", subject=f"dead.{service}.>")
    return {stream: one.count for stream, one in read.items()}


@dataclass
class _Read:
    """What came of one stream: how many facts, the sequence of the last, how many could not be applied."""

    count: int = 0
    last: int = 0
    parked: int = 0


async def _refill(js: JetStreamContext, stream: str, projection: Projection, connection: Connection) -> _Read:
    worker: CaseProjection | SideProjection = (
        _Whole(projection.link, projection.apply, erase=projection.dropping)
        if stream == "CASES"
        else _Unconditional(projection.link, projection.sides[stream])
    )
    read = _Read()
    async for page in pages(js, stream):
        verdicts = await asyncio.to_thread(worker.on, connection, page)
        for delivery, verdict in zip(page, verdicts, strict=True):
            if verdict.outcome is Outcome.PARKED:
                read.parked += 1
                log("fact_parked", subject=delivery.subject, seq=delivery.seq, reason=verdict.error)
        read.count += len(page)
        read.last = page[-1].seq
    return read


class _Whole(CaseProjection):
    """In a rebuild nothing comes later that could close a gap: the case is parked."""

    def on(self, connection: Connection, batch: Sequence[Delivery]) -> list[Verdict]:
        verdicts = super().on(connection, batch)
        return [
            self.set_aside(connection, delivery, f"gap before {delivery.seq}")
            if verdict.outcome is Outcome.GAP
            else verdict
            for delivery, verdict in zip(batch, verdicts, strict=True)
        ]


class _Unconditional(SideProjection):
    """In a rebuild a side stream is complete by itself: nothing waits for CASES."""

    def _reached(self, connection: Connection, ids: set[str]) -> dict[str, int]:
        del connection
        return dict.fromkeys(ids, 2**62)


async def pages(js: JetStreamContext, stream: str, *, size: int = PAGE) -> AsyncIterator[list[Delivery]]:
    """Everything the stream holds at this moment, in order, in pages. Raises NotReadWhole."""
    config = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=60)
    try:
        state = (await js.stream_info(stream)).state
        subscription = await js.pull_subscribe("", stream=stream, config=config)
    except (NatsError, TimeoutError) as error:
        raise NotReadWhole from error
    read, last = 0, None
    try:
        # the last sequence may belong to a message that was purged
        while state.messages and (not last or (last.sequence.stream < state.last_seq and last.num_pending)):
            messages = await subscription.fetch(size, timeout=5)
            read, last = read + len(messages), messages[-1].metadata
            if last.sequence.consumer != read:  # sent to a connection that was no more
                raise NotReadWhole
            yield [
                Delivery(
                    message.subject,
                    message.metadata.sequence.stream,
                    int((message.headers or {}).get(EXPECTED, 0)),
                    message.data,
                )
                for message in messages
            ]
    except (NatsError, TimeoutError) as error:
        raise NotReadWhole from error
    finally:
        with suppress(NatsError, TimeoutError):
            await subscription.unsubscribe()


async def _continue_after(js: JetStreamContext, service: str, stream: str, last: int) -> None:
    consumer = next((one for one in CONSUMERS if (one.service, one.stream) == (service, stream)), None)
    if consumer is None:
        return  # the notifier reads back its own LETTERS only here
    config = consumer_config(consumer)
    if last:
        config.deliver_policy, config.opt_start_seq = DeliverPolicy.BY_START_SEQUENCE, last + 1
    await js.delete_consumer(stream, service)
    await js.add_consumer(stream, config)
