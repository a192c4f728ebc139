"""Measures of the clocks; labels are kinds and agencies, never ids."""

from prometheus_client import Counter, Gauge

OPEN = Gauge("hotline_sla_clocks_open", "Clocks that are running or missed and not yet ended", ["kind"])
PENDING = Gauge("hotline_sla_clocks_pending", "Clocks that are running and not yet due", ["kind"])
OLDEST = Gauge("hotline_sla_oldest_running_seconds", "Age of the oldest clock that still runs", ["kind"])
LAST_TICK = Gauge("hotline_sla_last_tick_timestamp_seconds", "Real time at which a tick was completed")
LATENESS = Gauge(
    "hotline_sla_timer_lateness_seconds", "Largest delay between a limit and its being heard, last tick"
)
MISSED = Counter("hotline_sla_missed", "Clocks that ran out", ["kind", "agency"])
WARNED = Counter("hotline_sla_warned", "Warnings before the end", ["kind"])
ESCALATED = Counter("hotline_sla_escalated", "Steps of the ladder after the end", ["kind"])
MOVED = Counter("hotline_sla_moved", "Limits that a changed calendar moved", ["kind"])
IGNORED = Counter("hotline_sla_ignored_pauses", "Pauses and resumptions that should have been refused")
BROKEN = Gauge("hotline_sla_broken_rows", "Clocks that could not be computed and never fire")
UNUSABLE = Gauge("hotline_sla_unusable_hours", "Working hours in use whose pack or calendar gives no answer")
UNKNOWN_AGENCIES = Counter("hotline_sla_unknown_agencies", "Clocks of an agency the pack does not know")
UNPUBLISHED = Gauge("hotline_sla_unpublished_effects", "Clock facts written down and not yet published")
MISMATCHES = Counter("hotline_sla_replay_mismatch", "Clocks whose facts give another clock than is stored")
AUDITED = Gauge("hotline_sla_audit_cases", "Open cases that the last audit compared with their facts")
AUDIT_SUCCESS = Gauge(
    "hotline_sla_audit_last_success_timestamp_seconds", "Real time at which the last audit had compared all"
)
