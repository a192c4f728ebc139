"""What the files room counts, in whichever service it works."""

from prometheus_client import Counter

SCANS = Counter("hotline_files_scans", "Files shown to the virus scanner", ["outcome"])
CLEAN, INFECTED, AWAY = (SCANS.labels(outcome) for outcome in ("clean", "infected", "away"))
