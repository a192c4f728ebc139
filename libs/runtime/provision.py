"""The one provisioner: streams, consumers and buckets from the table in `libs.contracts.streams`."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    KeyValueConfig,
    ObjectStoreConfig,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.client import JetStreamContext
from nats.js.errors import KeyNotFoundError, NotFoundError

from libs.contracts.errors import HotlineError
from libs.contracts.streams import BUCKETS, CONSUMERS, STREAMS, Bucket, Consumer, Stream
from libs.runtime.clock import ClockSetting

DEDUP_WINDOW = 600.0
"""Seconds in which the server itself recognises a repeated message id."""

OLDEST_SERVER = (2, 12)
"""Older servers ignore the filter of the expected sequence (measured on 2.10)."""


class ServerTooOld(HotlineError):
    """The nats-server is older than 2.12 and would lose updates."""


class ClockDiffers(HotlineError):
    """The server already has cases under another clock: simulated and real time never mix."""


def check_version(major: int, minor: int) -> None:
    """Raises ServerTooOld for a server that ignores expected sequences on a filter."""
    if (major, minor) < OLDEST_SERVER:
        raise ServerTooOld


def stream_config(stream: Stream, replicas: int) -> StreamConfig:
    """Keeps everything it accepted: refuses new messages when full rather than dropping old ones."""
    return StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        description=stream.description,
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=stream.keep or 0,
        duplicate_window=DEDUP_WINDOW,
        num_replicas=replicas,
        allow_direct=True,
        max_consumers=-1,
        max_msgs=-1,
        max_bytes=-1,
    )


def consumer_config(consumer: Consumer) -> ConsumerConfig:
    """Explicit acknowledgement and unlimited deliveries: giving up is our decision, never the server's."""
    return ConsumerConfig(
        durable_name=consumer.service,
        ack_policy=AckPolicy.EXPLICIT,
        filter_subjects=list(consumer.filters) if len(consumer.filters) > 1 else None,
        filter_subject=consumer.filters[0] if len(consumer.filters) == 1 else None,
        ack_wait=consumer.ack_wait,
        max_deliver=-1,
        max_ack_pending=consumer.max_ack_pending,
    )


async def provision(
    js: JetStreamContext, *, replicas: int | None = None, clock: ClockSetting | None = None
) -> list[str]:
    """Make what is missing, update what differs; says what it did, a line each. Safe to repeat.

    Without `replicas`, what stands keeps its copies, and what is new gets one.
    """
    done = [await _stream(js, stream, replicas) for stream in STREAMS]
    done += [await _consumer(js, consumer) for consumer in CONSUMERS]
    done += [line async for line in _buckets(js, replicas)]
    done.append(await _clock(js, clock or ClockSetting()))
    return done


async def _stream(js: JetStreamContext, stream: Stream, replicas: int | None) -> str:
    try:
        standing = (await js.stream_info(stream.name)).config
    except NotFoundError:
        await js.add_stream(stream_config(stream, replicas or 1))
        return f"stream {stream.name}: created"
    await js.update_stream(stream_config(stream, replicas or standing.num_replicas or 1))
    return f"stream {stream.name}: in place"


async def _consumer(js: JetStreamContext, consumer: Consumer) -> str:
    config = consumer_config(consumer)
    with suppress(NotFoundError):
        # where a rebuilt projection starts reading is its own affair and stays as it is
        standing = (await js.consumer_info(consumer.stream, consumer.service)).config
        config.deliver_policy, config.opt_start_seq = standing.deliver_policy, standing.opt_start_seq
    await js.add_consumer(consumer.stream, config)
    return f"consumer {consumer.service} on {consumer.stream}: in place"


async def _buckets(js: JetStreamContext, replicas: int | None) -> AsyncIterator[str]:
    for bucket in BUCKETS:
        try:
            standing = (await js.stream_info(bucket.stream)).config
        except NotFoundError:
            await _create_bucket(js, bucket, replicas or 1)
        else:  # made by an older version: left as it is, but for its copies
            if replicas and standing.num_replicas != replicas:
                standing.num_replicas = replicas
                await js.update_stream(standing)
        yield f"bucket {bucket.name}: in place"


async def _create_bucket(js: JetStreamContext, bucket: Bucket, replicas: int) -> None:
    if bucket.kind == "kv":
        await js.create_key_value(
            KeyValueConfig(bucket=bucket.name, history=5, ttl=bucket.keep, replicas=replicas, direct=True)
        )
    else:
        await js.create_object_store(bucket.name, ObjectStoreConfig(bucket=bucket.name, replicas=replicas))


async def _clock(js: JetStreamContext, wanted: ClockSetting) -> str:
    directory = await js.key_value("DIRECTORY")
    try:
        entry = await directory.get("clock")
        current = ClockSetting.model_validate(json.loads(entry.value or b"{}"))
    except KeyNotFoundError:
        current = None
    cases = await js.stream_info("CASES")
    if current and current.mode != wanted.mode and cases.state.messages:
        raise ClockDiffers
    moved = wanted.mode == "simulated" and wanted != current  # a real clock has nothing to set
    if current is None or current.mode != wanted.mode or moved:
        await directory.put("clock", wanted.model_dump_json().encode())
    return f"clock: {wanted.mode}"
