"""Intake's own measures."""

from prometheus_client import Counter, Gauge, Histogram

ACCEPTED = Counter("hotline_intake_requests_accepted", "Requests that became cases", ["channel"])
REPEATED = Counter("hotline_intake_requests_repeated", "Requests that were known already", ["channel"])
ADDED = Counter("hotline_intake_messages_added", "Words added to cases", ["channel"])
REFUSED = Counter("hotline_intake_requests_refused", "Requests that were not taken", ["reason"])
SECONDS = Histogram(
    "hotline_intake_accept_seconds",
    "Time from the request's last byte to its answer, accepted requests only",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0),
)
DELIVERED = Counter("hotline_intake_deliveries", "What channels brought", ["channel", "outcome"])
EVENTS = Counter("hotline_intake_events", "What deliveries held", ["channel", "outcome"])
HOOK_SECONDS = Histogram(
    "hotline_intake_hook_seconds",
    "Time from a webhook's first byte to its answer, taken ones only",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0),
)
TRANSPORT_UP = Gauge("hotline_intake_transport_up", "1 while a channel's own connection runs", ["channel"])
UPLOADED = Counter("hotline_intake_files_uploaded", "Files that clients handed in", ["outcome"])
CALL_EVENTS_LOST = Counter(
    "hotline_intake_call_events_lost", "Events of a telephone system that nothing had room for", ["channel"]
)
RECORDINGS = Counter("hotline_intake_recordings", "Recordings of calls, by what became of them", ["outcome"])
LAST_DELIVERY = Gauge(
    "hotline_intake_last_delivery_timestamp_seconds", "When a channel last brought something", ["channel"]
)
SILENT = Gauge("hotline_intake_silent_working_hours", "Working hours since then", ["channel"])
SILENT_LIMIT = Gauge(
    "hotline_intake_silent_limit_hours", "Working hours a channel may be silent; 0: for ever", ["channel"]
)
