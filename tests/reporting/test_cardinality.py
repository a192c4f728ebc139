"""However large the province, a service shows fewer than 5,000 series, and no id is ever a label."""

from itertools import product
from math import prod

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily

from libs.contracts.events import CASE_FACTS
from libs.contracts.streams import CONSUMERS, STREAMS
from libs.packs.model import Pack
from libs.runtime import metrics as common
from libs.runtime.projection import Outcome
from services.reporting import metrics
from services.reporting.counts import Counts
from services.reporting.domain.cases import STATUSES
from services.reporting.domain.ratings import ASPECTS
from services.reporting.domain.sides import JUDGEMENTS
from services.reporting.gauges import families
from services.reporting.labels import CITIZEN, DESK, OTHER, Labels
from tests.support.provinces import thanh_hoa

LIMIT = 5_000
ALLOWED = {
    "agency", "field", "channel", "kind", "outcome", "how", "reason", "status", "district", "name", "way",
    "report", "service", "stream",
}  # fmt: skip
AGENCIES = 60


def province() -> Pack:
    """Thanh Hóa with its 27 districts, and as many agencies as a province has."""
    pack = thanh_hoa()
    first = pack.agencies[0]
    more = (first.model_copy(update={"code": f"X{n}"}) for n in range(AGENCIES - len(pack.agencies)))
    return pack.model_copy(update={"agencies": (*pack.agencies, *more)})


def fullest(labels: Labels) -> Counts:
    """Every combination that the figures know, at once."""
    counts = Counts()
    agencies = [DESK, OTHER, *labels.agencies]
    fields, channels = [OTHER, *labels.fields], [OTHER, *labels.channels]
    for agency in agencies:
        counts.backlog.update(product([agency], STATUSES))
        counts.oldest[agency] = 1
        counts.overdue.update(product([agency], labels.legal))
        counts.judged.update(product([agency], JUDGEMENTS))
    for field in fields:
        counts.judged_by_field.update(product([field], JUDGEMENTS))
    counts.by_field.update(fields)
    counts.by_channel.update(channels)
    counts.oldest_by_field = dict.fromkeys(fields, 1)
    counts.oldest_by_channel = dict.fromkeys(channels, 1)
    for channel in channels:
        counts.judged_by_channel.update(product([channel], JUDGEMENTS))
    for whom, way in product([CITIZEN, *agencies], ("email", "sms", "none")):
        counts.letters_failed[whom, way] = 1
    kinds = [OTHER, *labels.legal, *labels.policy]
    counts.broken_promises.update(agencies)
    counts.ratings.update(agencies)
    counts.rating_means = dict.fromkeys(product([DESK, *labels.agencies], ASPECTS), 4.5)
    counts.rating_means_by_field = dict.fromkeys(product(labels.fields, ASPECTS), 4.5)
    counts.policy.update(product([OTHER, *labels.policy], ("on_time", "late")))
    for by_kind in (counts.running, counts.overdue_policy, counts.escalated, counts.moved):
        by_kind.update(kinds)
    return counts


def flow(labels: Labels) -> int:
    """The series of a replica's counters and histograms after everything happened everywhere."""
    values: dict[str, int] = {
        "agency": len(labels.agencies) + 2,
        "field": len(labels.fields) + 1,
        "channel": len(labels.channels) + 1,
        "kind": 3,
        "outcome": max(len(JUDGEMENTS), len(Outcome)),
        "how": 3,
        "reason": len(labels.reasons) + 1,
        "report": 3,
        "service": 1,
        "stream": 3,
    }
    series = 0
    for measure in [*vars(metrics).values(), *vars(common).values()]:
        if isinstance(measure, Counter | Gauge | Histogram):
            each = len(measure._upper_bounds) + 2 if isinstance(measure, Histogram) else 1
            series += each * prod(values[name] for name in measure._labelnames)
    return series


def test_reporting_of_a_large_province_shows_fewer_than_five_thousand_series() -> None:
    pack = province()
    labels = Labels(pack)
    assert (len(labels.agencies), len(labels.districts)) == (AGENCIES, 27)
    gauges = sum(len(family.samples) for family in families(fullest(labels), labels, 100))
    machinery = 2 * len(STREAMS) + 3 * len(CONSUMERS)
    series = flow(labels) + gauges + machinery
    assert 1_500 < series < LIMIT


def test_labels_are_names_from_a_list_never_ids() -> None:
    labels = Labels(thanh_hoa())
    shown: list[GaugeMetricFamily] = list(families(Counts(), labels, 1))
    used = {name for family in shown for sample in family.samples for name in sample.labels}
    declared = {
        name
        for measure in vars(metrics).values()
        if isinstance(measure, Counter | Gauge | Histogram)
        for name in measure._labelnames
    }
    assert used | declared <= ALLOWED
    assert not (used | declared) & {"case_id", "code", "phone", *CASE_FACTS}


def test_a_histogram_has_one_label() -> None:
    found = [one for one in vars(metrics).values() if isinstance(one, Histogram)]
    assert found
    assert all(len(one._labelnames) <= 1 for one in found)


def test_a_code_that_the_pack_does_not_know_makes_no_series() -> None:
    labels = Labels(thanh_hoa())
    assert [labels.agency("hacker"), labels.field("f"), labels.channel("c"), labels.reason("r")] == [
        OTHER
    ] * 4
    assert [labels.district(place) for place in ("", "nowhere", "38")] == [OTHER] * 3
    assert labels.district("380") == "380"
    assert labels.agency("") == DESK
