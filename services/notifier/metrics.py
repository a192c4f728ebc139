"""What the notifier measures; labels are templates, ways, outcomes and agencies, never ids or addresses."""

from prometheus_client import Counter, Gauge

LETTERS = Counter(
    "hotline_notifier_letters", "Letters by what became of an attempt", ["template", "way", "outcome"]
)
UNREACHABLE = Counter(
    "hotline_notifier_unreachable_agencies", "Letters to an agency without any contact", ["agency"]
)
SMS_PARTS = Counter("hotline_notifier_sms_parts", "Parts of the text messages handed over")
WAITING = Gauge("hotline_notifier_waiting", "Letters waiting to go out")
HELD = Gauge("hotline_notifier_held", "Reminders that wait for the working hours of who gets them")
OLDEST = Gauge("hotline_notifier_oldest_waiting_seconds", "Age of the oldest letter waiting to go out")
UNCONFIRMED = Gauge("hotline_notifier_unconfirmed", "Letters that may or may not have gone: look at them")
GATEWAY_UP = Gauge("hotline_notifier_gateway_up", "1 while the gateway lets us in", ["way"])
STRANGE_REPORTS = Counter(
    "hotline_notifier_strange_reports", "Reports about letters that we never handed over", ["way"]
)
REPORTED = Counter(
    "hotline_notifier_reports", "Letters by what a gateway reported of them", ["way", "report"]
)
TOKEN_ENDS = Gauge(
    "hotline_notifier_token_ends_timestamp_seconds", "When a provider's access token ends", ["provider"]
)
TOKEN_REFUSED = Gauge(
    "hotline_notifier_token_refused", "1 while a provider refuses our token or to renew it", ["provider"]
)
