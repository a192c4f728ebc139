"""PromQL that several panels share: state with `max` (two collectors may overlap), flow with `sum`."""

HOUR, DAY = 3600, 86_400
AGE_LIMITS = ((DAY, "orange"), (3 * DAY, "red"))
NONE_ALLOWED = ((1, "red"),)
AGENCY = 'agency=~"$agency"'
"""The agencies chosen at the top of the board."""

NAMED = "* on (agency) group_left (name) max by (agency, name) (hotline_reporting_agency_info)"
"""Appended to a figure by agency: adds the agency's name."""


def per_hour(counter: str, by: str, labels: str = "") -> str:
    """How much a counter grew in an hour, summed over replicas."""
    grown = f"increase({counter}{{{labels}}}[1h])" if labels else f"increase({counter}[1h])"
    return f"sum by ({by}) ({grown})" if by else f"sum({grown})"


def reporting(what: str, by: str = "", labels: str = "") -> str:
    """A flow that reporting counts, per hour."""
    return per_hour(f"hotline_reporting_{what}_total", by, labels)


def quantile(
    share: float, histogram: str, *, by: str = "le", window: str = "$__rate_interval", labels: str = ""
) -> str:
    """A quantile of a histogram."""
    chosen = f"{{{labels}}}" if labels else ""
    return f"histogram_quantile({share}, sum by ({by}) (increase({histogram}_bucket{chosen}[{window}])))"


def latest(gauge: str, *by: str, labels: str = "") -> str:
    """A figure of reporting's collector."""
    named = f"hotline_reporting_{gauge}" + (f"{{{labels}}}" if labels else "")
    return f"max by ({', '.join(by)}) ({named})" if by else f"max({named})"
