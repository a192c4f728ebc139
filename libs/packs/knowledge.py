"""What the words of a case say: field, place, urgency; learnt from the questions and units of the pack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from libs.packs.model import UNROUTED_LABELS, Pack
from libs.packs.succession import Succession
from libs.places.fields import FieldModel
from libs.places.found import Found
from libs.places.gazetteer import Gazetteer, Unit
from libs.places.urgency import urgent

_NOWHERE = Found()

ENDED = "~"
"""Stands between the code and the last day of a unit that has ended: codes are given out again."""


@dataclass(frozen=True)
class Reading:
    """What was read in one case's words.

    `ranked`: labels with their shares, best first; `places`: what the words name, `home`: what the address
    names, `where`: what the citizen says of where it happened; `why`: label → the words that speak for it.
    """

    ranked: tuple[tuple[str, float], ...] = ()
    places: Found = _NOWHERE
    home: Found = _NOWHERE
    where: Found = _NOWHERE
    urgent: bool = False
    why: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def margin(self) -> float:
        """How far the first label is before the second; 0 when the words say nothing."""
        shares = [share for _, share in self.ranked[:2]]
        return shares[0] - sum(shares[1:]) if shares else 0.0


@dataclass(frozen=True)
class Knowledge:
    """A pack with the model (None without questions) and the gazetteer that were made from it."""

    pack: Pack
    fields: FieldModel | None
    gazetteer: Gazetteer

    @classmethod
    def of(cls, pack: Pack, day: date) -> Self:
        """Trains on the pack's questions and corrections (in milliseconds) and names the units of that day.

        The names of units that ended before lead to those of that day. Rows that name what the pack lacks are
        left out.
        """
        known = {field.code for field in pack.fields} | UNROUTED_LABELS
        units = _units(pack, day)
        codes = {unit.code.partition(ENDED)[0]: unit.code for unit in reversed(units)}
        gazetteer = Gazetteer(
            units,
            [
                (place.words, codes[place.unit_code])
                for place in (*pack.landmarks, *pack.old_names)
                if place.unit_code in codes
            ],
            pack.quiet_words,
            pack.other_provinces,
        )
        taught = [(q.question, q.field) for q in pack.questions] + [
            (c.text, c.field) for c in pack.corrections
        ]
        examples = [(gazetteer.find(text).rest or text, field) for text, field in taught if field in known]
        return cls(pack, FieldModel.train(examples) if examples else None, gazetteer)

    def urgent(self, text: str) -> bool:
        """Whether the words ask to be seen first."""
        return urgent(text, self.pack.urgent_words, self.pack.quiet_words)

    def read(self, text: str, address: str, where: str = "") -> Reading:
        """What a citizen's words, address and place say; where it is says nothing of the field."""
        places = self.gazetteer.find(text)
        own = places.rest or text
        ranked = self.fields.suggest(own).ranked if self.fields else ()
        return Reading(
            ranked,
            places,
            self.gazetteer.find(address),
            self.gazetteer.find(where),
            self.urgent(text),
            self.fields.why(own, (label for label, _ in ranked)) if self.fields else {},
        )


def _units(pack: Pack, day: date) -> list[Unit]:
    """The units of that day, then those that had ended and what became of them."""
    succession = Succession(pack.units)
    units = [Unit(u.code, u.name_vi, u.level, u.parent, u.aliases) for u in pack.units if u.in_force(day)]
    for unit in pack.units:
        last = unit.valid_to
        now = succession.after(unit.code, last, day) if last and last < day else ()
        if last and now:
            above = succession.at(unit.parent, last) if unit.parent else None
            parent = _key(above.code, above.valid_to, day) if above else None
            units.append(
                Unit(_key(unit.code, last, day), unit.name_vi, unit.level, parent, unit.aliases, now)
            )
    return units


def _key(code: str, last: date | None, day: date) -> str:
    return f"{code}{ENDED}{last}" if last and last < day else code
