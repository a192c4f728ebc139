"""Takes a citizen's words, whatever channel they came by, and makes them a fact exactly once.

Reads the province pack in force, channels.toml and what it wrote itself; writes `opened` and `added`, what
channels brought to RAW, calls to CALLS, reports of letters to DELIVERIES, in the bucket MESSAGES the case of
every message and the holder of every look-up code, in CONVERSATIONS the case a person is talking about; keeps
nothing else. What is acknowledged is on the disk, and a repetition finds its own case however late it comes.
"""
