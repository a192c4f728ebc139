"""Where people decide: operators, officers, the arbiter and administrators, with their pages and their API.

Reads every fact of CASES, CLOCKS, LETTERS and CALLS, and FILES; writes every human decision
(libs/contracts/streams.py lists them), how a transferred call ended, and surge mode in DIRECTORY; sends typed
telephone calls to intake. Keeps a projection of the cases with their timelines, senders, clocks and letters,
and of the calls (rebuilt from the streams), and, under migrations, its own accounts, sessions and the record
of who looked at whose personal data.
"""
