"""Rebuild a projection from the streams, and take parked cases up again; run with the provisioner's key."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.client import JetStreamContext
from sqlalchemy import Connection, Engine, Table, select

from libs.contracts.streams import CONSUMERS
from libs.contracts.subjects import CaseRef
from libs.runtime.caselog import CaseLog
from libs.runtime.database import writing
from libs.runtime.logs import log
from libs.runtime.projection import Apply, ApplySide, CaseProjection, Delivery, Outcome, SideProjection
from libs.runtime.provision import consumer_config
from libs.runtime.publishing import EXPECTED

PAGE = 1_000


@dataclass(frozen=True)
class Projection:
    """What a service remembers of the streams, and how to make it again from nothing.

    `tables` are dropped and refilled (the link among them); `forget` deletes the rows that came from CASES
    for some cases; `sides_first` names side streams to load before CASES (a notifier must know first what
    was sent).
    """

    engine: Engine
    link: Table
    tables: Sequence[Table]
    apply: Apply
    forget: Callable[[Connection, Sequence[str]], None]
    sides: Mapping[str, ApplySide] = field(default_factory=dict)
    sides_first: frozenset[str] = frozenset()


async def rebuild(js: JetStreamContext, service: str, projection: Projection) -> dict[str, int]:
    """Drop and refill the tables in one transaction, then let the durables go on from there.

    Readers see the old rows until the new ones are complete. The service's own replicas must be stopped.
    Returns the number of facts applied per stream.
    """
    order = ["CASES", *projection.sides]
    order.sort(key=lambda stream: stream not in projection.sides_first)
    counted: dict[str, int] = {}
    reached: dict[str, int] = {}
    with writing(projection.engine) as connection:
        metadata = projection.link.metadata
        await asyncio.to_thread(metadata.drop_all, connection, list(projection.tables))
        await asyncio.to_thread(metadata.create_all, connection, list(projection.tables))
        for stream in order:
            counted[stream], reached[stream] = await _refill(js, stream, projection, connection)
    for stream in order:
        await _continue_after(js, service, stream, reached[stream])
    return counted


async def _refill(
    js: JetStreamContext, stream: str, projection: Projection, connection: Connection
) -> tuple[int, int]:
    worker: CaseProjection | SideProjection = (
        CaseProjection(projection.link, projection.apply)
        if stream == "CASES"
        else _Unconditional(projection.link, projection.sides[stream])
    )
    count = last = 0
    async for page in pages(js, stream):
        verdicts = await asyncio.to_thread(worker.on, connection, page)
        for delivery, verdict in zip(page, verdicts, strict=True):
            if verdict.outcome in {Outcome.PARKED, Outcome.GAP}:
                log("fact_parked", subject=delivery.subject, seq=delivery.seq, reason=verdict.error or "gap")
        count += len(page)
        last = page[-1].seq
    return count, last


class _Unconditional(SideProjection):
    """In a rebuild a side stream is complete by itself: nothing waits for CASES."""

    def _reached(self, connection: Connection, ids: set[str]) -> dict[str, int]:
        del connection
        return dict.fromkeys(ids, 2**62)


async def pages(js: JetStreamContext, stream: str) -> AsyncIterator[list[Delivery]]:
    """Everything the stream holds at this moment, in order, in pages."""
    end = (await js.stream_info(stream)).state.last_seq
    if not (await js.stream_info(stream)).state.messages:
        return
    config = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=60)
    subscription = await js.pull_subscribe("", stream=stream, config=config)
    last = 0
    try:
        while last < end:
            messages = await subscription.fetch(PAGE, timeout=5)
            page = [
                Delivery(
                    message.subject,
                    message.metadata.sequence.stream,
                    int((message.headers or {}).get(EXPECTED, 0)),
                    message.data,
                )
                for message in messages
            ]
            last = page[-1].seq
            yield page
    finally:
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


async def replay(js: JetStreamContext, service: str, projection: Projection) -> int:
    """Refold every parked case along its links; returns how many are well again."""
    cases = CaseLog(js)
    columns = projection.link.c
    with writing(projection.engine) as connection:
        parked = connection.execute(
            select(columns.case_id, columns.year).where(columns.parked != "").order_by(columns.case_id)
        ).all()
    healed = 0
    for row in parked:
        healed += await _refold(cases, projection, CaseRef(row.year, row.case_id))
    if healed == len(parked):
        await js.purge_stream("DEAD", subject=f"dead.{service}.>")
    return healed


async def _refold(cases: CaseLog, projection: Projection, ref: CaseRef) -> bool:
    stored = await cases.since(ref, 0)
    history = [Delivery(one.subject, one.seq, one.predecessor, one.data) for one in stored]
    return await asyncio.to_thread(_fold_again, projection, ref, history)


def _fold_again(projection: Projection, ref: CaseRef, history: Sequence[Delivery]) -> bool:
    link = projection.link
    worker = CaseProjection(link, projection.apply)
    with writing(projection.engine) as connection:
        mine = link.c.case_id == ref.case_id
        connection.execute(select(link.c.last_seq).where(mine).with_for_update())
        projection.forget(connection, [ref.case_id])
        connection.execute(link.update().where(mine).values(last_seq=0, parked=""))
        verdicts = worker.on(connection, history)
    return all(verdict.outcome is Outcome.DONE for verdict in verdicts)
