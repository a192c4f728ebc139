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
LISTENERS = Gauge("hotline_desk_listeners", "Browsers that follow what changes")
