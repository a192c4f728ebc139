"""What the portal counts."""

from prometheus_client import Counter

SUBMITTED = Counter("hotline_portal_requests_total", "Requests handed in by the form", ["outcome"])
TRACKED = Counter("hotline_portal_trackings_total", "Tries to find one's case", ["way", "outcome"])
SEARCHED = Counter("hotline_portal_searches_total", "Searches in questions and answers", ["outcome"])
VOICES = Counter("hotline_portal_voices_total", "Ratings and reopenings", ["what", "outcome"])
HELPED = Counter(
    "hotline_portal_helpful_total", "Readers who said whether a text helped", ["kind", "outcome"]
)
OPEN311 = Counter("hotline_portal_open311_total", "Calls of the Open311 interface", ["method", "outcome"])
