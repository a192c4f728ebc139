"""What was found in a text: places, and which of them is beyond doubt."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Found:
    """What was found: codes in the order of the text; those that the text does not tell apart are candidates.

    `units` holds the most specific units, `districts` those they lie in (empty where a set has no districts),
    `words` what was read as a place, `other_province` whether a place outside the province is named, `rest`
    the text without the names of units, which say nothing of its matter (empty where none was found).
    """

    districts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    words: str = ""
    other_province: bool = False
    rest: str = field(default="", compare=False)

    @property
    def around(self) -> tuple[str, ...]:
        """The places it may be about: the districts, or the units where a set has none."""
        return self.districts or self.units

    @property
    def place(self) -> str | None:
        """The place beyond doubt. One district is one place, however many communes of it are named."""
        if len(self.around) != 1:
            return None
        return self.units[0] if len(self.units) == 1 else self.around[0]
