"""The pure part: what a case is to the notifier, and which letters a fact calls for, to whom."""
