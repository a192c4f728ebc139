"""What each service may say to the server, derived from the streams table: nothing else passes."""

from libs.contracts.streams import BUCKETS, CONSUMERS, SERVICES, STREAMS, WRITERS

WRITES_CASES = frozenset(
    service for service, facts in WRITERS.items() if any("case:" in one for one in facts)
)

READS_CASES = WRITES_CASES | {"sla"}
"""Who may look up any fact of CASES: who appends to a case, and sla, which audits its clocks by the facts."""

PROJECTS_CASES = frozenset(one.service for one in CONSUMERS if "case.>" in one.filters)
"""Services that are told every fact of CASES anyway: they may fetch one by its sequence, to close a gap."""

_DEPTH = {kind: f"{kind}.*.*" for kind in ("case", "clock", "letter", "call", "delivery")}
_ASKS = {
    "intake": ["raw.*.*", "$KV.MESSAGES.>", "$KV.CONVERSATIONS.>", "$O.FILES.>"],
    "desk": [
        *("$KV.DIRECTORY.current", "$O.PACKS.>"),  # the administrators' pages put a new pack in force
        "$KV.DIRECTORY.surge",
        "_INBOX.desk.news",  # one replica tells the others' browsers what it applied
    ],
    "sla": ["$JS.API.STREAM.INFO.CASES"],  # the ticker asks how far the stream is
    "notifier": [
        "$JS.API.DIRECT.GET.CLOCKS.>",  # before a reminder goes: is it still owed?
        "$KV.TOKENS.>",  # the providers' tokens are nobody else's
    ],
}
_LOOKS_INTO = {
    "intake": ("RAW", "CALLS", "DELIVERIES", "KV_MESSAGES", "KV_CONVERSATIONS"),
    "desk": ("CALLS",),
    "sla": ("CLOCKS",),
    "notifier": ("LETTERS", "KV_TOKENS"),
}
"""Streams and buckets of which a service may look up single messages."""

_OPENS_FILES = frozenset({"intake", "desk"})


def inbox(user: str) -> str:
    """The prefix of this user's own reply subjects; nobody else may listen there."""
    return f"_INBOX.{user}"


def _facts(service: str) -> list[str]:
    pairs = (fact.split(":") for fact in WRITERS[service])
    return [f"{_DEPTH[kind]}.{token}" for kind, token in pairs]


def _consuming(service: str) -> list[str]:
    return [
        subject
        for consumer in CONSUMERS
        if consumer.service == service
        for subject in (
            f"$JS.API.CONSUMER.INFO.{consumer.stream}.{service}",
            f"$JS.API.CONSUMER.MSG.NEXT.{consumer.stream}.{service}",
            f"$JS.ACK.{consumer.stream}.{service}.>",
        )
    ]


def _reading(stream: str) -> list[str]:
    """Look at single messages and at the stream's state."""
    return [
        f"$JS.API.DIRECT.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}.>",
        f"$JS.API.STREAM.MSG.GET.{stream}",
        f"$JS.API.STREAM.INFO.{stream}",
    ]


def _objects(bucket: str) -> list[str]:
    """Fetch objects, read only."""
    stream = f"OBJ_{bucket}"
    return [
        "$JS.API.STREAM.NAMES",  # nats-py asks which stream holds a chunk
        *_reading(stream),
        f"$JS.API.CONSUMER.CREATE.{stream}",
        f"$JS.API.CONSUMER.CREATE.{stream}.>",
        f"$JS.API.CONSUMER.DELETE.{stream}.>",
        f"$JS.FC.{stream}.>",
    ]


def _directory() -> list[str]:
    """Look which pack is in force and fetch it."""
    return [*_reading("KV_DIRECTORY"), *_objects("PACKS")]


def publish_allowed(service: str) -> list[str]:
    """Every subject this service may publish to, sorted."""
    allowed = {*_facts(service), *_consuming(service), *_directory(), f"dead.{service}.*.*"}
    if service in READS_CASES:
        allowed.update(_reading("CASES"))
    if service in PROJECTS_CASES:
        allowed.add("$JS.API.DIRECT.GET.CASES")
    allowed.update(_ASKS.get(service, ()))
    for stream in _LOOKS_INTO.get(service, ()):
        allowed.update(_reading(stream))
    if service in _OPENS_FILES:
        allowed.update(_objects("FILES"))
    if service == "reporting":
        allowed.update(f"$JS.API.STREAM.INFO.{stream.name}" for stream in STREAMS)
        allowed.update(f"$JS.API.CONSUMER.INFO.{c.stream}.{c.service}" for c in CONSUMERS)
    return sorted(allowed)


def _erasing() -> set[str]:
    """Delete what is left of an erased case elsewhere, and the facts before its erasure."""
    scanned = ("KV_MESSAGES", "KV_CONVERSATIONS")
    emptied = ("CASES", "RAW", "CALLS", "OBJ_FILES", *scanned)
    return {
        *("case.*.*.erased", "erasure.*.*", "$JS.API.STREAM.NAMES", "$JS.API.CONSUMER.INFO.CASES.*"),
        *(subject for stream in (*emptied, "DEAD", "ERASURES") for subject in _reading(stream)),
        *(*_objects("FILES"), "$JS.API.CONSUMER.INFO.OBJ_FILES.>"),  # names tell which call a recording is of
        *(f"$JS.API.STREAM.{what}.{stream}" for what in ("PURGE", "MSG.DELETE") for stream in emptied),
        *(f"$JS.API.CONSUMER.CREATE.{stream}" for stream in scanned),
        *(
            f"$JS.API.CONSUMER.{what}.{stream}.>"
            for what in ("CREATE", "MSG.NEXT", "DELETE", "INFO")
            for stream in scanned
        ),
    }


def users() -> dict[str, dict[str, list[str]]]:
    """User → {publish, subscribe, deny}: the services, the provisioner, privacy, and who watches."""
    table = {
        service: {"publish": publish_allowed(service), "subscribe": [f"{inbox(service)}.>"]}
        for service in SERVICES
    }
    table["provisioner"] = {
        "publish": [
            "$JS.API.>", "$JS.ACK.>", "$JS.FC.>", "$JS.SNAPSHOT.>", "$KV.DIRECTORY.>", "$O.PACKS.>", "dead.>",
        ],
        "subscribe": [f"{inbox('provisioner')}.>"],
    }  # fmt: skip
    table["provisioner"]["deny"] = [f"$JS.API.STREAM.{what}.CASES" for what in ("PURGE", "MSG.DELETE")]
    table["privacy"] = {"publish": sorted(_erasing()), "subscribe": [f"{inbox('privacy')}.>"]}
    table["operations"] = {
        "publish": [
            "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST",
            "$JS.API.CONSUMER.INFO.>", "$JS.API.CONSUMER.LIST.*",
        ],
        "subscribe": [f"{inbox('operations')}.>", "$JS.EVENT.ADVISORY.>"],
    }  # fmt: skip
    return table


def bucket_streams() -> list[str]:
    """The streams behind the buckets, as the server names them."""
    return [bucket.stream for bucket in BUCKETS]
