"""What intake knows of an erased case: that it was, which words it held, and nobody in it."""

import pytest

from libs.contracts import events
from libs.contracts.errors import Refused
from libs.contracts.remnants import remnants
from libs.contracts.requests import MoreWords
from services.intake.domain.known import Known, fold
from services.intake.domain.requests import Sender, decide_added
from tests.support.builders import MONDAY_MORNING, a_case, make, opened


def test_a_repeated_message_is_still_known_and_nobody_may_add_to_the_case() -> None:
    ref = a_case()
    first = opened(ref)
    erased = make(events.CaseErased, ref, ground="asked", reference="1", history=remnants([(1, first)]))
    known = fold(Known(), erased)
    assert known.holds(first.event_id) and known.settled and known.erased
    assert known.people == frozenset()
    with pytest.raises(Refused, match="no such case"):
        decide_added(
            known,
            MoreWords(text="Thêm"),
            event_id=erased.event_id,
            sender=Sender("portal", ("portal",)),
            now=MONDAY_MORNING,
            pack_version="",
        )
