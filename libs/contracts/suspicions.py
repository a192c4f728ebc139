"""Facts about a report that may be false (Đồng Nai 2, 5); the person is untouched until there is a result."""

from typing import Literal

from pydantic import Field

from libs.contracts.casefact import CaseFact
from libs.contracts.facts import Text


class CaseSuspectedFalse(CaseFact):
    """A suspicion seals the evidence and goes to the police unit; publication waits for the result."""

    police: str = Field(description="agency code of the police unit that verifies")
    ground: Text
    evidence: tuple[str, ...] = Field((), description="what was sealed: words, number, recording reference")
    seal: str = Field(description="SHA-256 over the evidence, in hex")


class CaseVerified(CaseFact):
    """The police unit's result: the report was true, a mistake, or made in bad faith."""

    result: Literal["true", "mistaken", "malicious"]
    note: Text = ""
