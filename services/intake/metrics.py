"""Intake's own measures."""

from prometheus_client import Counter, Histogram

ACCEPTED = Counter("hotline_intake_requests_accepted", "Requests that became cases", ["channel"])
REPEATED = Counter("hotline_intake_requests_repeated", "Requests that were known already", ["channel"])
ADDED = Counter("hotline_intake_messages_added", "Words added to cases", ["channel"])
REFUSED = Counter("hotline_intake_requests_refused", "Requests that were not taken", ["reason"])
SECONDS = Histogram(
    "hotline_intake_accept_seconds",
    "Time from the request's last byte to its answer, accepted requests only",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0),
)
