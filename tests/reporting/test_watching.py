"""Reminders and reviews are counted for the agency they are about."""

from libs.contracts import events
from services.reporting.domain.watching import watched_row
from tests.support.builders import MONDAY_MORNING, a_case, make


def test_a_reminder_counts_for_whom_it_names_and_a_review_for_whoever_answered() -> None:
    ref = a_case()
    reminded = watched_row(3, make(events.CaseReminded, ref, agency="SCT", number=1, text="Nhắc"), "SYT")
    assert reminded == {
        "case_id": ref.case_id,
        "seq": 3,
        "what": "reminded",
        "agency": "SCT",
        "at": int(MONDAY_MORNING.timestamp()),
    }
    for agreed, what in ((True, "agreed"), (False, "criticised")):
        row = watched_row(4, make(events.CaseReviewed, ref, agreed=agreed), "SYT")
        assert row and (row["what"], row["agency"]) == (what, "SYT")


def test_other_facts_are_neither() -> None:
    assert watched_row(5, make(events.CaseReceived, a_case()), "SYT") is None
