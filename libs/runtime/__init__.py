"""What every service needs around its own code.

Reads its settings from the environment; gives a connection with least privilege, the one way to write
facts (`append`), the readers of facts, the pack in force, the clock, the database, logs and metrics.
"""
