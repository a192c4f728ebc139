"""Counts: what is open, how old it is, what was on time, and the tables the law asks for (Điều 11).

Reads every fact on `case.>`, `clock.>` and `letter.>`, and the state of the streams; writes nothing. Keeps
flat rows of cases, slips, clocks and letters. One replica collects gauges from SQL on a timer, any number
read and answer for reports.
"""
