"""A laptop-sized hotline: embedded nats-server, PostgreSQL and mail sink; never part of an image.

Starts and stops real programs for `make run`, for the demo and for every test.
"""
