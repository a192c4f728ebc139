"""Sends a new case to the agency whose matter it is, or leaves it to a person with suggestions.

Reads `opened`, `released`, `amended` and `returned`, and the province pack in force; writes `routed` and
`triaged`; keeps nothing but the field model and the gazetteer, which it makes anew from every pack. What it
sends by itself it must be sure of; nothing is ever rejected by it.
"""
