"""Measures of the clocks; labels are kinds and agencies, never ids."""

from prometheus_client import Counter, Gauge

OPEN = Gauge("hotline_sla_clocks_open", "Clocks that are running or missed and not yet ended", ["kind"])
LAST_TICK = Gauge("hotline_sla_last_tick_timestamp_seconds", "Real time at which a tick was completed")
LATENESS = Gauge(
    "hotline_sla_timer_lateness_seconds", "Largest delay between a limit and its being heard, last tick"
)
MISSED = Counter("hotline_sla_missed", "Clocks that ran out", ["kind", "agency"])
WARNED = Counter("hotline_sla_warned", "Warnings before the end", ["kind"])
BROKEN = Gauge("hotline_sla_broken_rows", "Clocks that could not be computed and never fire")
UNUSABLE = Gauge("hotline_sla_unusable_hours", "Working hours in use whose pack or calendar gives no answer")
UNKNOWN_AGENCIES = Counter("hotline_sla_unknown_agencies", "Clocks of an agency the pack does not know")
UNPUBLISHED = Gauge("hotline_sla_unpublished_effects", "Clock facts written down and not yet published")
