"""Measures every service has; labels are patterns and names, never ids."""

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

# a second series for each counter, that nobody asks for
disable_created_metrics()  # type: ignore[no-untyped-call]

CONNECTED = Gauge("hotline_bus_connected", "1 while connected to NATS", ["service"])
BUS_ERRORS = Counter("hotline_bus_errors", "Errors the connection reported", ["service", "kind"])
FACTS_READ = Counter("hotline_facts_read", "Facts applied or skipped", ["service", "stream", "outcome"])
FACTS_PARKED = Counter("hotline_facts_parked", "Facts that could not be handled", ["service", "stream"])
FACTS_UNKNOWN = Counter("hotline_facts_unknown", "Facts of a newer version, passed over", ["service"])
BATCH_SECONDS = Histogram(
    "hotline_batch_seconds",
    "Time to apply one batch of facts",
    ["service", "stream"],
    buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2.0),
)
PENDING = Gauge("hotline_consumer_pending", "Facts not yet read by this consumer", ["service", "stream"])
PARKED_CASES = Gauge("hotline_parked_cases", "Cases parked in this service's projection", ["service"])
GAPS_HEALED = Counter(
    "hotline_runtime_gaps_healed", "Gaps closed with facts that the database had lost", ["service"]
)
