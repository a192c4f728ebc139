"""The state of the machinery: every stream's size, every consumer's lag, the disks."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from nats.js.client import JetStreamContext
from prometheus_client.core import GaugeMetricFamily

from libs.contracts.streams import CONSUMERS, STREAMS

_LABELS = ("consumer", "stream")


async def measure(js: JetStreamContext) -> list[GaugeMetricFamily]:
    """Asks the server, one small request a stream and a consumer."""
    size = _family("stream_bytes", "Bytes stored", ("stream",))
    held = _family("stream_messages", "Messages stored; in DEAD: facts that wait for a person", ("stream",))
    for stream in STREAMS:
        state = (await js.stream_info(stream.name)).state
        size.add_metric([stream.name], state.bytes)
        held.add_metric([stream.name], state.messages)
    pending = _family("consumer_pending", "Facts not yet delivered to a consumer", _LABELS)
    unanswered = _family("consumer_ack_pending", "Facts delivered and not yet acknowledged", _LABELS)
    repeated = _family("consumer_redelivered", "Facts being delivered again", _LABELS)
    for consumer in CONSUMERS:
        info = await js.consumer_info(consumer.stream, consumer.service)
        name = [consumer.service, consumer.stream]
        pending.add_metric(name, info.num_pending or 0)
        unanswered.add_metric(name, info.num_ack_pending or 0)
        repeated.add_metric(name, info.num_redelivered or 0)
    return [size, held, pending, unanswered, repeated]


def disks(folders: Mapping[str, Path]) -> Iterator[GaugeMetricFamily]:
    """Free space by name; a folder that cannot be asked counts as full, so that somebody looks."""
    family = _family("disk_free_ratio", "Free share of the disk", ("disk",))
    for name, folder in folders.items():
        try:
            usage = shutil.disk_usage(folder)
            free = usage.free / usage.total if usage.total else 0.0
        except OSError:
            free = 0.0
        family.add_metric([name], free)
    yield family


def _family(what: str, help_: str, labels: tuple[str, ...]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"hotline_reporting_{what}", help_, labels=labels)
