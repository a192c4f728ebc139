"""Where a local matter goes, and what a rule does whose agency has ended."""

from datetime import UTC, date, datetime

from libs.contracts.events import (
    CaseAmended,
    CaseReleased,
)
from libs.packs.model import Route
from libs.places.found import Found
from tests.support.builders import CITIZEN, make, opened
from tests.support.provinces import changed_agency, thanh_hoa
from tests.support.routing import (
    HEALTH,
    LOCAL,
    QUANG_LUU,
    REF,
    a_slip,
    a_wait,
    words,
)


def test_a_local_matter_goes_to_the_district_where_it_happens() -> None:
    reading = words(*LOCAL.ranked, places=Found(("380",), ("380",), "Thành phố Thanh Hóa"))
    fact = a_slip(reading, opened(REF))
    assert (fact.slip.lead, fact.slip.place, fact.slip.inputs["place-from"]) == ("UBND_380", "380", "words")


def test_a_local_matter_without_any_place_waits() -> None:
    assert a_wait(words(*LOCAL.ranked, home=Found()), opened(REF)).reasons == ("place-missing",)


def test_a_local_matter_in_one_of_two_districts_waits_with_both() -> None:
    two = Found(("406", "382"), ("406", "382"), "Quảng Xương, Sầm Sơn")
    fact = a_wait(words(*LOCAL.ranked, places=two), opened(REF))
    assert fact.reasons == ("place-ambiguous",) and fact.places == ("406", "382")


def test_two_districts_do_not_hold_back_what_a_province_agency_leads() -> None:
    two = Found(("406", "382"), ("406", "382"), "Quảng Xương, Sầm Sơn")
    fact = a_slip(words(*HEALTH.ranked, places=two), opened(REF))
    assert (fact.slip.lead, fact.slip.place, fact.slip.rule) == ("SYT", None, "R04-ANY")


def test_two_districts_hold_back_what_a_district_leads_with_a_province_agency() -> None:
    two = Found(("406", "382"), ("406", "382"), "Quảng Xương, Sầm Sơn")
    assert a_wait(words(("F08", 0.9), places=two), opened(REF)).reasons == ("place-ambiguous",)


def test_a_province_wide_question_that_names_one_place_is_a_local_one() -> None:
    shared = (("F02", 0.4), ("F03", 0.35), ("F04", 0.25))
    fact = a_slip(words(*shared, places=QUANG_LUU), opened(REF, field="F02"))
    assert (fact.slip.field, fact.slip.lead, fact.slip.inputs["margin"]) == ("F03", "UBND_406", "0.50")
    assert a_wait(words(*shared), opened(REF)).reasons == ("margin",)  # only the address names a place


def test_a_place_that_the_operator_set_goes_before_the_words() -> None:
    history = (
        opened(REF, held=True),
        make(CaseAmended, REF, person=CITIZEN, place="382"),
        make(CaseReleased, REF),
    )
    assert a_slip(LOCAL, *history).slip.lead == "UBND_382"


def test_a_place_that_the_pack_does_not_know_counts_as_none() -> None:
    history = (
        opened(REF, held=True),
        make(CaseAmended, REF, person=CITIZEN, place="X"),
        make(CaseReleased, REF),
    )
    assert a_slip(LOCAL, *history).slip.place == "16543"


def test_a_field_without_one_agency_waits_for_the_operator() -> None:
    assert a_wait(words(("F01", 0.9)), opened(REF)).reasons == ("no-lead",)
    assert a_wait(words(("F99", 0.9)), opened(REF)).reasons == ("no-lead",)


def test_a_rule_that_names_an_agency_the_pack_does_not_have_is_broken_and_no_slip_goes_out() -> None:
    strange = thanh_hoa().model_copy(
        update={"routes": (Route(id="R", field="F04", place="*", lead=("NO",)),)}
    )
    fact = a_wait(HEALTH, opened(REF), pack=strange)
    assert (fact.reasons, fact.inputs["rule"], fact.inputs["broken"]) == (("rule-broken",), "R", "NO")
    assert fact.suggestions[0].lead == ()
    assert a_wait(LOCAL, opened(REF), pack=strange).reasons == ("no-lead",)  # a field without any rule


def test_a_rule_is_broken_from_the_day_its_agency_ended() -> None:
    merged = changed_agency("SYT", valid_to=date(2025, 2, 28))
    assert a_wait(HEALTH, opened(REF), pack=merged).reasons == ("rule-broken",)
    before = datetime(2025, 2, 28, 9, tzinfo=UTC)
    assert a_slip(HEALTH, opened(REF), pack=merged, now=before).slip.lead == "SYT"


def test_of_two_leads_one_that_ended_breaks_the_rule() -> None:
    ended = changed_agency("SCT", valid_to=date(2025, 2, 28))
    fact = a_wait(words(("F08", 0.9)), opened(REF), pack=ended)
    assert (fact.reasons, fact.inputs["broken"]) == (("rule-broken",), "SCT")


def test_a_district_without_its_committee_breaks_the_rule_there_and_nowhere_else() -> None:
    ended = changed_agency("UBND_406", valid_to=date(2025, 2, 28))
    fact = a_wait(LOCAL, opened(REF), pack=ended)
    assert (fact.reasons, fact.inputs["rule"], fact.inputs["broken"]) == (
        ("rule-broken",),
        "R03-DISTRICT",
        "@district",
    )
    elsewhere = words(*LOCAL.ranked, places=Found(("380",), ("380",), "Thành phố Thanh Hóa"))
    assert a_slip(elsewhere, opened(REF), pack=ended).slip.lead == "UBND_380"


def test_an_offered_agency_that_ended_holds_no_slip_back_but_is_told() -> None:
    ended = changed_agency("UBND_406", valid_to=date(2025, 2, 28))
    fact = a_slip(HEALTH, opened(REF), pack=ended)
    inputs = fact.slip.inputs
    assert (fact.slip.lead, inputs["offered"], inputs["broken"]) == ("SYT", "", "@district")


def test_where_it_happened_beats_the_words_and_the_address() -> None:
    reading = words(("F03", 0.8), ("F04", 0.1), places=Found(("380",), ("380",), "x"), where=QUANG_LUU)
    assert a_slip(reading, opened(REF, place="xã Quảng Lưu")).slip.inputs["place-from"] == "place"
