"""The province pack: all that differs between provinces (agencies, places, routes, hours, clocks, letters,
questions and answers) as plain files that a civil servant can read. `folder.load` reads and checks them,
`Pack` is what the services use; the reading of that one folder is the only input or output here.
"""
