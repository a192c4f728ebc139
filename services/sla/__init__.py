"""The clocks of every case: the one service that acts because time passed.

Reads every fact on `case.>`, the packs and their history; writes `clock.>`: armed, warned, missed, escalated,
met, ended, cancelled, stretched, paused, resumed, moved, each once. What makes a clock run and stop is data
of the pack; `domain` is pure. Keeps, per case, its slip and its clocks, each clock with the coordinate at
which it is to be heard next; per group of clocks the calendar they count in now; and the clock facts that
are still to be published. Any number of replicas on PostgreSQL share the work.
"""
