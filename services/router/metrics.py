"""Router's own measures."""

from prometheus_client import Counter, Histogram

SLIPS = Counter("hotline_router_slips", "Slips sent by rule", ["agency", "field"])
WAITING = Counter("hotline_router_cases_left", "Cases left to the operator, once for each reason", ["reason"])
BROKEN = Counter(
    "hotline_router_broken_rules", "Cases whose rule names an agency that is not in force", ["rule"]
)
SECONDS = Histogram(
    "hotline_router_decision_seconds",
    "Time from a fact's arrival to the stored decision",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.2, 1.0, 5.0),
)
