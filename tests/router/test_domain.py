"""Where a case goes, decided on the Thanh Hóa pack and on what was read."""

import pytest

from libs.contracts.events import (
    CaseAmended,
    CaseReleased,
    CaseUrgencySet,
    Person,
)
from tests.support.builders import CITIZEN, make, opened
from tests.support.provinces import thanh_hoa
from tests.support.routing import (
    DOUBTFUL,
    HEALTH,
    OPERATOR,
    QUANG_LUU,
    REF,
    a_slip,
    a_wait,
    decided,
    words,
)


def test_a_sure_case_with_all_details_goes_to_the_agency_of_the_routing_table() -> None:
    fact = a_slip(HEALTH, opened(REF))
    assert (fact.slip.number, fact.slip.lead, fact.slip.field) == (1, "SYT", "F04")
    assert (fact.slip.rule, fact.slip.place, fact.slip.coordinating) == ("R04-DISTRICT", "16543", ())
    assert fact.by.service == "router" and fact.pack_version == thanh_hoa().version


def test_a_canary_goes_to_the_desk_whatever_its_words_are_like() -> None:
    fact = a_slip(HEALTH, opened(REF, channel="canary", person=Person()))
    assert (fact.slip.number, fact.slip.lead, fact.slip.rule) == (1, thanh_hoa().desk, "canary")
    assert (fact.slip.field, fact.slip.co_leads, fact.urgent) == ("", (), False)


def test_a_slip_remembers_what_it_was_based_on() -> None:
    inputs = a_slip(HEALTH, opened(REF)).slip.inputs
    assert inputs["scores"] == "F04=0.70 F05=0.20 F02=0.10"
    assert inputs["margin"] == "0.50" and inputs["field-from"] == "words"
    assert inputs["place-from"] == "address" and inputs["place-words"] == "Quảng Lưu, Quảng Xương"
    assert inputs["offered"] == "UBND_406"


def test_the_same_cause_always_makes_the_same_fact() -> None:
    cause = opened(REF)
    first, again = a_slip(HEALTH, cause), a_slip(HEALTH, cause)
    assert first.event_id == again.event_id and first.cause == cause.event_id


def test_a_matter_of_two_agencies_has_a_lead_and_a_co_lead() -> None:
    fact = a_slip(words(("F08", 0.8), ("F07", 0.1)), opened(REF))
    assert (fact.slip.lead, fact.slip.co_leads) == ("SCT", ("UBND_406",))


def test_below_the_margin_the_operator_gets_three_suggestions() -> None:
    fact = a_wait(DOUBTFUL, opened(REF))
    assert fact.to == "operator" and fact.reasons == ("margin",)
    assert [(s.field, s.lead) for s in fact.suggestions] == [
        ("F04", ("SYT",)),
        ("F05", ("SLDTBXH",)),
        ("F02", ("SYT",)),
    ]
    assert fact.suggestions[0].rule == "R04-DISTRICT" and fact.suggestions[0].offered == ("UBND_406",)
    assert fact.suggestions[0].score == 0.4 and fact.margin == 0.05 and fact.places == ("16543",)


def test_exactly_the_margin_is_enough() -> None:
    assert a_slip(words(("F04", 0.5), ("F05", 0.3)), opened(REF)).slip.field == "F04"


def test_a_field_the_citizen_chose_is_sure_when_the_words_are_like_it() -> None:
    fact = a_slip(DOUBTFUL, opened(REF, field="F05"))
    assert (fact.slip.field, fact.slip.inputs["field-from"]) == ("F05", "citizen")


def test_a_field_the_citizen_chose_against_the_words_is_not_sure() -> None:
    assert a_wait(DOUBTFUL, opened(REF, field="F09")).reasons == ("margin",)


def test_a_field_the_operator_chose_holds_whatever_the_words_are_like() -> None:
    typed = opened(REF, field="F09", held=True, by=OPERATOR)
    fact = a_slip(DOUBTFUL, typed, make(CaseReleased, REF))
    assert (fact.slip.field, fact.slip.inputs["field-from"]) == ("F09", "operator")


def test_a_chosen_field_that_the_pack_in_force_no_longer_has_counts_as_none() -> None:
    assert a_slip(HEALTH, opened(REF, field="F77")).slip.field == "F04"


@pytest.mark.parametrize("missing", ["name", "phone", "address"])
def test_without_name_phone_and_address_no_slip_goes_out(missing: str) -> None:
    person = CITIZEN.model_copy(update={missing: ""})
    reading = words(*HEALTH.ranked, places=QUANG_LUU)
    assert a_wait(reading, opened(REF, person=person)).reasons == ("contact",)


def test_an_urgent_case_goes_even_without_contact_data() -> None:
    nobody = Person()
    assert a_slip(HEALTH, opened(REF, person=nobody, urgent=True)).slip.inputs["urgent"] == "set"
    fact = a_slip(words(*HEALTH.ranked, urgent=True), opened(REF, person=nobody))
    assert fact.slip.inputs["urgent"] == "words"


def test_a_slip_says_that_the_words_are_urgent_so_that_everybody_after_the_router_knows() -> None:
    assert a_slip(words(*HEALTH.ranked, urgent=True), opened(REF)).urgent
    assert not a_slip(HEALTH, opened(REF)).urgent


def test_words_that_sound_urgent_do_not_overrule_the_operator_who_said_they_are_not() -> None:
    nobody = opened(REF, person=Person(), urgent=True, held=True)
    sounds_urgent = words(*HEALTH.ranked, urgent=True)
    fact = a_wait(sounds_urgent, nobody, make(CaseUrgencySet, REF, urgent=False), make(CaseReleased, REF))
    assert fact.reasons == ("contact",) and not fact.urgent


def test_urgency_taken_back_by_the_operator_no_longer_counts() -> None:
    history = (
        opened(REF, person=Person(), urgent=True, held=True),
        make(CaseUrgencySet, REF, urgent=False),
        make(CaseReleased, REF),
    )
    assert a_wait(HEALTH, *history).reasons == ("contact",)


def test_an_urgent_case_that_is_not_sure_waits_and_says_that_it_is_urgent() -> None:
    fact = a_wait(DOUBTFUL, opened(REF, urgent=True))
    assert fact.reasons == ("margin", "urgent") and fact.urgent


def test_what_looks_out_of_scope_is_never_sent_nor_rejected() -> None:
    fact = a_wait(words(("OOS", 0.9), ("F05", 0.05), ("F04", 0.05)), opened(REF, field="F05"))
    assert fact.reasons == ("out-of-scope",)
    assert [s.field for s in fact.suggestions] == ["F05", "F04"]


def test_what_is_too_vague_waits_for_the_operator() -> None:
    assert a_wait(words(("UNCLEAR", 0.9), ("F05", 0.1)), opened(REF)).reasons == ("unclear",)
    assert a_wait(words(), opened(REF)).reasons == ("unclear",)


def test_words_that_were_never_seen_suggest_nothing() -> None:
    fact = a_wait(words(("F01", 0.1), ("F02", 0.1), ("F03", 0.1)), opened(REF))
    assert fact.reasons == ("unclear",) and fact.suggestions == ()


def test_what_looks_like_junk_waits_for_the_operator_and_goes_on_when_released() -> None:
    junk = opened(REF, held=True, spam=("links", "offer"))
    assert a_wait(HEALTH, junk).reasons == ("spam",)
    assert a_slip(HEALTH, junk, make(CaseReleased, REF)).slip.lead == "SYT"


def test_completing_the_details_of_junk_sends_no_slip() -> None:
    junk = opened(REF, held=True, spam=("bulk",))
    wait = a_wait(HEALTH, junk)
    assert decided(HEALTH, junk, wait, make(CaseAmended, REF, person=CITIZEN)) is None
