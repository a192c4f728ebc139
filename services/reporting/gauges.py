"""Counts as gauges; what can be zero is shown as zero, so no panel looks broken when all is well."""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.core import GaugeMetricFamily

from services.reporting.counts import Counts
from services.reporting.domain.sides import JUDGEMENTS
from services.reporting.labels import CITIZEN, DESK, OTHER, Labels


def families(counts: Counts, labels: Labels, now: int) -> Iterator[GaugeMetricFamily]:
    """All gauges of one count."""
    holders = (DESK, *labels.agencies)
    yield from _backlog(counts, labels, holders)
    yield from _ages(counts, holders, now)
    overdue = {(agency, kind): 0 for agency in labels.agencies for kind in labels.legal} | counts.overdue
    yield _gauge("overdue_clocks", "Clocks of the law whose time has ended without what is owed",
                 ("agency", "kind"), overdue)  # fmt: skip
    yield _gauge("open_clocks", "Clocks that wait for what is owed", ("kind",),
                 dict.fromkeys((*labels.legal, *labels.policy), 0) | counts.running)  # fmt: skip
    yield from _judged(counts, labels)
    yield from _beside_the_law(counts, labels)
    yield from _ratings(counts, labels)
    failed = {(CITIZEN, "none"): 0} | counts.letters_failed
    yield _gauge("letters_failed_1d", "Letters given up in the last day; way none: nobody to write to",
                 ("agency", "way"), failed)  # fmt: skip
    names = dict.fromkeys(labels.agencies.items(), 1)
    yield _gauge("agency_info", "The agency's name, for joining", ("agency", "name"), names)


def _backlog(counts: Counts, labels: Labels, holders: tuple[str, ...]) -> Iterator[GaugeMetricFamily]:
    held = dict.fromkeys(holders, 0)
    for (holder, _), cases in counts.backlog.items():
        held[holder] = held.get(holder, 0) + cases
    yield _gauge("open_cases", "Open cases in somebody's hands", ("agency",), held)
    yield _gauge("open_cases_by_status", "Open cases", ("agency", "status"), counts.backlog)
    yield _gauge("open_cases_by_field", "Open cases", ("field",),
                 dict.fromkeys(labels.fields, 0) | counts.by_field)  # fmt: skip
    yield _gauge("open_cases_by_channel", "Open cases", ("channel",),
                 dict.fromkeys(labels.channels, 0) | counts.by_channel)  # fmt: skip
    districts = labels.districts | {OTHER: OTHER}
    yield _gauge("open_cases_by_district", "Open cases", ("district", "name"),
                 {(code, name): counts.by_district[code] for code, name in districts.items()})  # fmt: skip
    yield _single("triage_cases", "Cases waiting for an operator", counts.triage)
    yield _single("urgent_cases", "Urgent cases without an answer", counts.urgent)
    yield _single("unowned_cases", "Cases without a slip for too long", counts.unowned)


def _ages(counts: Counts, holders: tuple[str, ...], now: int) -> Iterator[GaugeMetricFamily]:
    help_ = "Age of the oldest case without an answer, from the citizen's first word; 0: none"
    ages = dict.fromkeys(holders, 0) | {key: max(0, now - at) for key, at in counts.oldest.items()}
    yield _gauge("oldest_unanswered_seconds", help_, ("agency",), ages)
    for dimension, oldest in (("field", counts.oldest_by_field), ("channel", counts.oldest_by_channel)):
        ages = {key: max(0, now - at) for key, at in oldest.items()}
        yield _gauge(f"oldest_unanswered_by_{dimension}_seconds", help_, (dimension,), ages)
    waiting = max(0, now - counts.triage_oldest) if counts.triage_oldest is not None else 0
    yield _single("triage_oldest_seconds", "Age of the oldest case waiting for an operator", waiting)


def _judged(counts: Counts, labels: Labels) -> Iterator[GaugeMetricFamily]:
    help_ = "Clocks of the law judged in the last 30 days: on_time, late_promised, late_silent"
    zeros: dict[tuple[str, str], int] = {
        (agency, outcome): 0 for agency in labels.agencies for outcome in JUDGEMENTS
    }
    yield _gauge("judged_30d", help_, ("agency", "outcome"), zeros | counts.judged)
    yield _gauge("judged_30d_by_field", help_, ("field", "outcome"), counts.judged_by_field)
    yield _gauge("judged_30d_by_channel", help_, ("channel", "outcome"), counts.judged_by_channel)
    ratio = GaugeMetricFamily(
        "hotline_reporting_on_time_ratio_30d",
        "Share of the clocks of the law kept in the last 30 days; absent when none was judged",
        labels=["agency"],
    )
    for agency in sorted({agency for agency, _ in counts.judged}):
        judged = sum(counts.judged[agency, outcome] for outcome in JUDGEMENTS)
        ratio.add_metric([agency], counts.judged[agency, "on_time"] / judged)
    yield ratio


def _beside_the_law(counts: Counts, labels: Labels) -> Iterator[GaugeMetricFamily]:
    """What the ratio never counts."""
    broken = dict.fromkeys(labels.agencies, 0) | counts.broken_promises
    yield _gauge("broken_promises_30d", "Promised instants of the last 30 days that passed unanswered",
                 ("agency",), broken)  # fmt: skip
    zeros = dict.fromkeys(labels.policy, 0)
    yield _gauge("policy_overdue_clocks", "Clocks the province set itself, overdue", ("kind",),
                 zeros | counts.overdue_policy)  # fmt: skip
    outcomes = {(kind, outcome): 0 for kind in labels.policy for outcome in ("on_time", "late")}
    yield _gauge("policy_judged_30d", "Clocks the province set itself, judged in the last 30 days",
                 ("kind", "outcome"), outcomes | counts.policy)  # fmt: skip
    zeros |= dict.fromkeys(labels.legal, 0)
    yield _gauge("escalated_30d", "Clocks of the last 30 days of which somebody above was told", ("kind",),
                 zeros | counts.escalated)  # fmt: skip
    yield _gauge("moved_30d", "Limits that a changed calendar moved in the last 30 days", ("kind",),
                 zeros | counts.moved)  # fmt: skip
    yield _single("reopened_30d", "Cases that went on in a new cycle in the last 30 days", counts.reopened)
    yield _single("handled_30d", "Cases answered or rejected in the last 30 days", counts.handled)


def _ratings(counts: Counts, labels: Labels) -> Iterator[GaugeMetricFamily]:
    """Means are absent where nobody rated."""
    rated = dict.fromkeys((DESK, *labels.agencies), 0) | counts.ratings
    yield _gauge("ratings_30d", "Citizens who rated an answer in the last 30 days", ("agency",), rated)
    help_ = "Mean rating of the last 30 days, 1 to 5: answer, attitude, timeliness"
    yield _gauge("rating_mean_30d", help_, ("agency", "kind"), counts.rating_means)
    yield _gauge("rating_mean_30d_by_field", help_, ("field", "kind"), counts.rating_means_by_field)


def _gauge(what: str, help_: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"hotline_reporting_{what}", help_, labels=labels)
    for key, value in values.items():
        family.add_metric([key] if isinstance(key, str) else list(key), value)
    return family


def _single(what: str, help_: str, value: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"hotline_reporting_{what}", help_, value=value)
