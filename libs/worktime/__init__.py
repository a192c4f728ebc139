"""The working-time calendar: weekly hours, seasons and special days as prefix sums of working seconds.

Pure: no clock, no network, no file. Instants go in and come out; the zone serves only to compile and explain.
"""
