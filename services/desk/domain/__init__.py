"""The rules of the desk, pure: state and fold, commands and their decisions, who may do what, privacy."""

from services.desk.domain import (
    citizens,
    clocks,
    erasing,
    handovers,
    joining,
    officers,
    operators,
    oversight,
    publication,
    succeeding,
    suspicions,
)

__all__ = [
    "citizens",
    "clocks",
    "erasing",
    "handovers",
    "joining",
    "officers",
    "operators",
    "oversight",
    "publication",
    "succeeding",
    "suspicions",
]
"""Imported here so that every decision is registered before `decisions.decide` is asked."""
