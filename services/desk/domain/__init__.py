"""The rules of the desk, pure: state and fold, commands and their decisions, who may do what, privacy."""

from services.desk.domain import clocks, officers, operators, publication

__all__ = ["clocks", "officers", "operators", "publication"]
"""Imported here so that every decision is registered before `decisions.decide` is asked."""
