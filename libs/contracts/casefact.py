"""What every fact about a case has in common."""

from typing import ClassVar

from libs.contracts.facts import Fact


class CaseFact(Fact):
    """A fact on `case.<year>.<id>.<fact>`."""

    prefix: ClassVar[str] = "Case"
