"""Where people decide: operators, officers, the arbiter and administrators, with their pages and their API.

Reads every fact of CASES, CLOCKS and LETTERS; writes every human decision (libs/contracts/streams.py lists
them); sends typed telephone calls to intake. Keeps a projection of the cases with their timelines, clocks and
letters (rebuilt from the streams), and, under migrations, its own accounts, sessions and the record of who
looked at whose personal data.
"""
