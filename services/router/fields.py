"""The field of a case: what a person chose, weighed against what the words are like."""

from dataclasses import dataclass

from libs.packs.knowledge import Reading
from libs.packs.model import UNROUTED_LABELS, NotInPack, Pack
from services.router.case import Case
from services.router.places import Place


@dataclass(frozen=True)
class Choice:
    """`field` is empty when none fits (`label`: OOS or UNCLEAR); `sure` when a person said so."""

    field: str
    label: str
    sure: bool
    source: str
    ranked: tuple[tuple[str, float], ...]
    margin: float


def choose(case: Case, reading: Reading, place: Place, pack: Pack) -> Choice:
    """The field with its margin before the next one.

    What an operator chose holds. What a citizen chose is sure when the words make it one of the likeliest
    three and do not look out of scope; otherwise the words decide, with their margin.
    """
    ranked = _ranked(reading, place, pack)
    label = ranked[0][0] if ranked else "UNCLEAR"
    margin = ranked[0][1] - (ranked[1][1] if len(ranked) > 1 else 0.0) if ranked else 0.0
    own = _known(pack, case.field)
    if own and case.chosen_by == "operator":
        return Choice(own, label, sure=True, source="operator", ranked=ranked, margin=margin)
    if own and place.named:
        own = local_twin(pack, own) or own
    if own in dict(ranked) and label not in UNROUTED_LABELS:
        return Choice(own, label, sure=True, source="citizen", ranked=ranked, margin=margin)
    field = "" if label in UNROUTED_LABELS else label
    return Choice(field, label, sure=False, source="words", ranked=ranked, margin=margin)


def local_twin(pack: Pack, code: str) -> str | None:
    """The field for one place that shares a clause of Điều 5 with this province-wide field, if any."""
    field = pack.field(code)
    if field.place != "no":
        return None
    twins = (f for f in pack.fields if f.place == "required" and set(f.clauses) & set(field.clauses))
    return next((twin.code for twin in twins), None)


def _ranked(reading: Reading, place: Place, pack: Pack) -> tuple[tuple[str, float], ...]:
    """The likeliest labels; where one place is named, a province-wide field's share goes to its twin.

    Nothing when all are equally likely: then no word was known.
    """
    shares: dict[str, float] = {}
    for label, share in reading.ranked:
        twin = local_twin(pack, label) if place.named and label not in UNROUTED_LABELS else None
        shares[twin or label] = shares.get(twin or label, 0.0) + share
    equal = len({share for _, share in reading.ranked}) == 1 < len(reading.ranked)
    return () if equal else tuple(sorted(shares.items(), key=lambda pair: -pair[1]))


def _known(pack: Pack, code: str | None) -> str:
    """The code, or "" when nothing was chosen or the pack in force has no such field any more."""
    try:
        return pack.field(code).code if code else ""
    except NotInPack:
        return ""
