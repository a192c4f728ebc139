"""Reporting's measures: flow counted by every replica, state counted from SQL by one collector.

Labels are agencies almost everywhere, a field, channel or kind as the second; never ids, and never a
product of two in a histogram.
"""

from collections.abc import Iterable, Sequence

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

HOUR = 3600

RECEIVED = Counter("hotline_reporting_received", "Requests taken", ["channel"])
ROUTED = Counter("hotline_reporting_routed", "Slips delivered", ["agency", "field"])
ANSWERED = Counter("hotline_reporting_answered", "Answers: desk, phone or written", ["agency", "how"])
RETURNED = Counter("hotline_reporting_returned", "Slips sent back as another's matter", ["agency"])
PUBLISHED = Counter("hotline_reporting_published", "Results published", ["agency"])
WITHHELD = Counter("hotline_reporting_withheld", "Results not published, on a coded ground", ["agency"])
REJECTED = Counter("hotline_reporting_rejected", "Requests not taken", ["reason"])
JUDGED = Counter(
    "hotline_reporting_judged",
    "Clocks of the law judged: on_time, late_promised or late_silent; a late promise is a broken one",
    ["agency", "kind", "outcome"],
)
FIRST_RESPONSE = Histogram(
    "hotline_reporting_first_response_seconds",
    "Working time from the slip to the agency's answer; 8 h is the promise (Điều 10.3)",
    ["agency"],
    buckets=tuple(HOUR * hours for hours in (1, 2, 4, 6, 8, 12, 16, 24, 40)),
)
LAST_SUCCESS = Gauge(
    "hotline_reporting_collector_last_success_timestamp_seconds", "Real time of the last complete count"
)
COLLECT_SECONDS = Gauge("hotline_reporting_collector_seconds", "Time the last count took")
EXPORTS = Counter("hotline_reporting_exports", "Reports made", ["report"])


class Cache(Collector):
    """Shows the families of the last count; they change all at once, so no scrape sees half a count."""

    def __init__(self) -> None:
        self.families: Sequence[GaugeMetricFamily] = ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self.families


COUNTED = Cache()
REGISTRY.register(COUNTED)
