"""Tells browsers what changed: `/live`, server-sent events with topics only (`case:<id>`, `inbox`)."""

CASE = "case:{}"
INBOX = "inbox"


class Live:
    """In-process fan-out. A page listens with `new EventSource("/live")`; each event's data is one topic."""
