"""Measures of the desk; labels are names of commands and outcomes, never ids."""

from prometheus_client import Counter, Gauge, Histogram

COMMANDS = Counter("hotline_desk_commands", "Commands of people", ["command", "outcome"])
SECONDS = Histogram(
    "hotline_desk_command_seconds",
    "From the command to the page that shows it",
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0),
)
UNSEEN = Counter("hotline_desk_unseen", "Commands whose effect was not projected within two seconds")
SIGN_INS = Counter("hotline_desk_sign_ins", "Tries to sign in", ["outcome"])
VOICES = Counter(
    "hotline_desk_voices", "Ratings and reopenings that citizens sent by the portal", ["kind", "outcome"]
)
SUCCEEDED = Counter("hotline_desk_successions", "Slips that went on with another agency", ["agency"])
UNDECIDED = Gauge(
    "hotline_desk_undecided_successions", "Slips of an ended agency that nobody goes on with", ["agency"]
)
OWED_CALLS = Gauge("hotline_desk_owed_calls", "People who called in vain and wait for a call back")
OWED_SECONDS = Gauge("hotline_desk_owed_call_seconds", "How long the first of them has waited")
STRANGE_TRANSFERS = Counter(
    "hotline_desk_strange_transfers", "Transfers to a number that is no agency's hotline"
)
SURGE_ON = Gauge("hotline_desk_surge", "1 while surge mode is on")
LISTENERS = Gauge("hotline_desk_listeners", "Browsers that follow what changes")
CANARY_SUCCESS = Gauge(
    "hotline_canary_last_success_timestamp_seconds", "When the last canary had gone the whole way"
)
CANARY_SECONDS = Gauge("hotline_canary_seconds", "Time the last canary took from intake to its end")
CANARY_FAILURES = Counter(
    "hotline_canary_failures", "Canaries that did not arrive, by the service that was silent", ["stage"]
)
NIGHTLY = Gauge(
    "hotline_desk_nightly_last_success_timestamp_seconds", "When the night's work was last done; 0: never"
)
PROPOSED = Counter("hotline_desk_proposals", "Changes of questions and answers", ["state"])
SOUGHT = Counter("hotline_desk_vain_searches", "Searches that found no answer", ["by"])
SOUGHT_OPEN = Gauge("hotline_desk_vain_words", "Different words looked for in vain that nobody answered yet")
ON_DUTY = Gauge("hotline_desk_on_duty", "People on duty by the roster; no number where none is kept")
ROSTER_GAP = Gauge(
    "hotline_desk_roster_gap_seconds", "Time until fewer than two are on duty by the roster, a week at most"
)
