"""Takes a citizen's words, whatever channel they came by, and makes them a fact exactly once.

Reads the province pack in force and what it wrote itself; writes `opened` and `added`, and in the bucket
MESSAGES the year of every request key and the holder of every look-up code; keeps nothing else. A request
is acknowledged only when its fact is on the disk, and a repetition finds its own case however late it comes.
"""
