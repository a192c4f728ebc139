"""Router's decisions in one line each: a reading, what happened, and what is decided."""

from datetime import datetime
from typing import Any

from libs.contracts.events import CaseFact, CaseRouted, CaseTriaged
from libs.contracts.facts import Actor
from libs.packs.knowledge import Reading
from libs.packs.model import Pack
from libs.places.found import Found
from services.router.case import Case, fold
from services.router.domain import decide
from tests.support.builders import MONDAY_MORNING, a_case
from tests.support.provinces import thanh_hoa

REF = a_case()
QUANG_LUU = Found(("406",), ("16543",), "Quảng Lưu, Quảng Xương")
OPERATOR = Actor(service="intake", person="op-1")


def words(*ranked: tuple[str, float], **read: Any) -> Reading:
    defaults: dict[str, Any] = {"ranked": ranked, "places": Found(), "home": QUANG_LUU}
    return Reading(**{**defaults, **read})


def decided(
    reading: Reading, *history: CaseFact, pack: Pack | None = None, now: datetime = MONDAY_MORNING
) -> CaseRouted | CaseTriaged | None:
    case = Case()
    for fact in history:
        case = fold(case, fact)
    return decide(case, cause=history[-1], reading=reading, pack=pack or thanh_hoa(), now=now)


def a_slip(*args: Any, **kwargs: Any) -> CaseRouted:
    fact = decided(*args, **kwargs)
    assert isinstance(fact, CaseRouted)
    return fact


def a_wait(*args: Any, **kwargs: Any) -> CaseTriaged:
    fact = decided(*args, **kwargs)
    assert isinstance(fact, CaseTriaged)
    return fact


HEALTH = words(("F04", 0.7), ("F05", 0.2), ("F02", 0.1))
DOUBTFUL = words(("F04", 0.4), ("F05", 0.35), ("F02", 0.25))
LOCAL = words(("F03", 0.7), ("F04", 0.2), ("F06", 0.1), places=QUANG_LUU)
