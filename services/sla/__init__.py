"""The clocks of every case: the one service that acts because time passed.

Reads every fact on `case.>` and the pack in force; writes `clock.>`: armed, warned, missed, met, ended,
cancelled, each once. Keeps, per case, its slip and its clocks, each clock with the coordinate at which it
is to be heard next, and the clock facts that are still to be published. Any number of replicas on
PostgreSQL share the work.
"""
