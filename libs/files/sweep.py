"""Forgets what was uploaded and never named by a request; with the provisioner's key."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.client import JetStreamContext

from libs.contracts.contacts import CaseAdded, CaseOpened
from libs.contracts.errors import HotlineError
from libs.files.files import ABOUT, LOOSE, THUMB
from libs.files.store import Store

KEPT = timedelta(days=2, hours=1)
"""An upload may be named for two days; the hour is for a request that names it at the last moment."""

CLOCKS_DIFFER = timedelta(hours=1)
"""How far the store's clock and the server's may lie apart."""

PAGE = 500


class NotReadWhole(HotlineError):
    """Not all cases could be read, so nothing was forgotten: run it again."""


@dataclass(frozen=True)
class Swept:
    """Ids of uploads that requests named meanwhile, and of those that nobody did."""

    named: tuple[str, ...]
    forgotten: tuple[str, ...]


async def sweep(js: JetStreamContext, store: Store, *, now: datetime, remove: bool) -> Swept:
    """Look at every upload older than two days; with `remove`, forget those that no fact names.

    Interrupted, it is run again. Raises NotReadWhole and OutcomeUnknown.
    """
    loose = {
        name.removesuffix(LOOSE): at
        async for name, at in store.names()
        if name.endswith(LOOSE) and at < now - KEPT
    }
    named = await _named(js, min(loose.values()) - CLOCKS_DIFFER) if loose else set()
    found = Swept(
        tuple(one for one in loose if one in named), tuple(one for one in loose if one not in named)
    )
    if remove:
        for file_id in found.forgotten:
            for what in (ABOUT, THUMB, ""):
                await store.remove(f"{file_id}{what}")
        for file_id in loose:
            await store.remove(f"{file_id}{LOOSE}")
    return found


async def _named(js: JetStreamContext, since: datetime) -> set[str]:
    """Every file that a case was opened with, or got, from that instant on."""
    facts = {f"case.*.*.{fact.stem()}": fact for fact in (CaseOpened, CaseAdded)}
    config = ConsumerConfig(
        ack_policy=AckPolicy.NONE,
        deliver_policy=DeliverPolicy.BY_START_TIME,
        opt_start_time=since,
        filter_subjects=list(facts),
        inactive_threshold=60,
    )
    named, read = set[str](), 0
    try:
        reader = await js.pull_subscribe("", stream="CASES", config=config)
        whole = (await reader.consumer_info()).num_pending or 0
        while read < whole:
            for message in await reader.fetch(PAGE, timeout=5):
                read += 1
                if message.metadata.sequence.consumer != read:  # one was sent to a connection that is no more
                    raise NotReadWhole
                token = message.subject.rsplit(".", 1)[1]
                fact = facts[f"case.*.*.{token}"].model_validate_json(message.data)
                named.update(file.id for file in fact.files)
        await reader.unsubscribe()
    except (NatsError, TimeoutError) as error:
        raise NotReadWhole from error
    return named
