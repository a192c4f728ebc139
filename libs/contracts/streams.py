"""Streams, consumers, buckets and who may write what: the one table behind provisioning and permissions."""

from dataclasses import dataclass
from typing import Literal

DAY = 86_400

SERVICES = ("intake", "router", "desk", "sla", "notifier", "reporting", "portal")


@dataclass(frozen=True)
class Stream:
    """A JetStream stream. `keep` in seconds; None keeps for ever."""

    name: str
    subjects: tuple[str, ...]
    keep: int | None = None
    description: str = ""


@dataclass(frozen=True)
class Consumer:
    """A durable pull consumer named after its service, shared by all replicas."""

    service: str
    stream: str
    filters: tuple[str, ...]
    ack_wait: int = 30
    max_ack_pending: int = 1000


@dataclass(frozen=True)
class Bucket:
    """A key-value bucket or an object store. `keep` in seconds."""

    name: str
    kind: Literal["kv", "objects"]
    keep: int | None = None

    @property
    def stream(self) -> str:
        """The stream behind it, as the server names it."""
        return f"{'KV' if self.kind == 'kv' else 'OBJ'}_{self.name}"


STREAMS = (
    Stream("CASES", ("case.*.*.*",), description="what happened to every case: the only truth"),
    Stream("CLOCKS", ("clock.*.*.*",), description="working-time clocks, written by sla"),
    Stream("LETTERS", ("letter.*.*.*",), description="letters and their fate, written by notifier"),
    Stream("CALLS", ("call.*.*.*",), keep=90 * DAY, description="telephone calls, leg by leg"),
    Stream("DELIVERIES", ("delivery.*.*.*",), keep=90 * DAY, description="what gateways report of letters"),
    Stream("RAW", ("raw.*.*",), keep=90 * DAY, description="what channels brought, byte for byte"),
    Stream("DEAD", ("dead.*.*.*",), keep=90 * DAY, description="pointers to facts that could not be handled"),
    Stream("ERASURES", ("erasure.*.*",), description="which cases were erased, and how far: ids alone"),
    Stream(
        "ADVISORY",
        ("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>", "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>"),
        keep=30 * DAY,
        description="the server's own complaints: an alarm source",
    ),
)

BUCKETS = (
    Bucket("PACKS", "objects"),
    Bucket("DIRECTORY", "kv"),
    Bucket("MESSAGES", "kv", keep=366 * DAY),
    Bucket("CONVERSATIONS", "kv", keep=366 * DAY),
    Bucket("FILES", "objects"),
    Bucket("TOKENS", "kv"),
)

CONSUMERS = (
    Consumer(
        "router",
        "CASES",
        tuple(f"case.*.*.{fact}" for fact in ("opened", "released", "amended", "returned")),
    ),
    *(Consumer(name, "CASES", ("case.>",)) for name in ("desk", "sla", "notifier", "reporting", "portal")),
    *(Consumer(name, "CLOCKS", ("clock.>",)) for name in ("desk", "notifier", "reporting", "portal")),
    *(Consumer(name, "LETTERS", ("letter.>",)) for name in ("desk", "reporting")),
    Consumer("intake", "RAW", ("raw.>",)),
    Consumer("intake", "CALLS", ("call.*.*.recording-ready",)),
    Consumer("desk", "CALLS", ("call.>",)),
    Consumer("notifier", "DELIVERIES", ("delivery.>",)),
)

WRITERS: dict[str, tuple[str, ...]] = {
    "intake": (
        "case:opened", "case:added", "call:ringing", "call:answered", "call:transferred",
        "call:transfer-ended", "call:ended", "call:missed", "call:recording-ready", "call:recording-stored",
        "delivery:*",
    ),
    "router": ("case:routed", "case:triaged"),
    "desk": (
        "case:released", "case:amended", "case:urgency-set", "case:rejected", "case:answered-at-desk",
        "case:directed", "case:call-transferred", "case:referred", "case:determined", "case:received",
        "case:returned", "case:answered-by-phone", "case:verifying", "case:progress-promised",
        "case:information-asked", "case:answered", "case:published", "case:withheld",
        "case:clock-paused", "case:clock-resumed", "case:reopened", "case:delegated", "case:contacted",
        "case:reported", "case:confirmed", "case:recalled", "case:contributed", "case:succeeded",
        "case:joined", "case:follower-added", "case:suspected-false", "case:verified",
        "case:reminded", "case:instructed", "case:reviewed", "case:rated",
        "case:hold-placed", "case:hold-lifted", "case:erased", "call:called-back",
    ),
    "sla": ("clock:*",),
    "notifier": ("letter:*",),
    "reporting": (),
    "portal": (),
}  # fmt: skip
"""The one writer of each fact: `<kind>:<token>`, `*` for every fact of the kind."""
