"""What the words of a case say: field, place, urgency; learnt from the questions and units of the pack."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from libs.packs.model import UNROUTED_LABELS, Pack
from libs.places.fields import FieldModel, urgent
from libs.places.gazetteer import Found, Gazetteer, Unit

_NOWHERE = Found()


@dataclass(frozen=True)
class Reading:
    """What was read in one case's words.

    `ranked`: labels with their shares, best first; `places`: what the words name, `home`: what the address
    names.
    """

    ranked: tuple[tuple[str, float], ...] = ()
    places: Found = _NOWHERE
    home: Found = _NOWHERE
    urgent: bool = False


@dataclass(frozen=True)
class Knowledge:
    """A pack with the model (None without questions) and the gazetteer that were made from it."""

    pack: Pack
    fields: FieldModel | None
    gazetteer: Gazetteer

    @classmethod
    def of(cls, pack: Pack, day: date) -> Self:
        """Trains on the pack's questions (tens of milliseconds) and names the units of that day.

        Rows that name what the pack lacks are left out.
        """
        known = {field.code for field in pack.fields} | UNROUTED_LABELS
        units = [unit for unit in pack.units if unit.in_force(day)]
        codes = {unit.code for unit in units}
        named = (*pack.landmarks, *pack.old_names)
        examples = [(q.question, q.field) for q in pack.questions if q.field in known]
        return cls(
            pack,
            FieldModel.train(examples) if examples else None,
            Gazetteer(
                [Unit(u.code, u.name_vi, u.level, u.parent, u.aliases) for u in units],
                [(place.words, place.unit_code) for place in named if place.unit_code in codes],
                pack.quiet_words,
                pack.other_provinces,
            ),
        )

    def read(self, text: str, address: str) -> Reading:
        """What a citizen's words and address say."""
        return Reading(
            self.fields.suggest(text).ranked if self.fields else (),
            self.gazetteer.find(text),
            self.gazetteer.find(address),
            urgent(text, self.pack.urgent_words),
        )
