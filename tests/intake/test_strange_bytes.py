"""Whatever bytes come: a message is read or set aside, a batch is read or refused, words come out tidy."""

import contextlib
import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.errors import Refused
from services.intake.channels.shape import Delivery, Said, SetAside
from services.intake.channels.signed import Signed
from services.intake.domain.batch import rows_of
from services.intake.domain.said import LONGEST, Words, message_key, says_something, talk_name, tidy
from services.intake.domain.spam import evidence
from tests.support.builders import MONDAY_MORNING
from tests.support.provinces import thanh_hoa

ANY = st.text(st.characters(codec=None), max_size=200)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | ANY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY, inner, max_size=4),
)
MESSAGES = st.fixed_dictionaries(
    {"id": JSON, "text": JSON},
    optional=dict.fromkeys(("sender", "at", "lat", "long", "files", "reply_to", "code", "phone"), JSON),
)


def read(body: bytes) -> list[object]:
    why = ""
    try:
        return list(Signed("app", secret=b"x").parse(Delivery(body, MONDAY_MORNING)))
    except SetAside as aside:
        why = str(aside)
    assert 0 < len(why) < 300
    return []


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_set_aside(body: bytes) -> None:
    read(body)


@given(MESSAGES)
def test_any_json_is_a_message_or_set_aside(message: dict[str, object]) -> None:
    for one in read(json.dumps(message).encode()):
        assert isinstance(one, Said)
        word = tidy(one, arrived=MONDAY_MORNING)
        Words(word, message_key("app", word.account, word.key), "app", MONDAY_MORNING).person  # noqa: B018


@given(ANY, ANY, ANY)
def test_words_come_out_composed_short_and_without_tricks(text: str, person: str, phone: str) -> None:
    word = tidy(Said(key=text, person=person, text=text * 80, phone=phone), arrived=MONDAY_MORNING)
    assert len(word.text) <= LONGEST and unicodedata.is_normalized("NFC", word.text)
    for said in (word.text, word.person, word.phone):
        said.encode()
        assert (
            not set(said) & set("\x00\x1b\u202e\u2066")
            and tidy(word, arrived=MONDAY_MORNING).text == word.text
        )
    assert len(message_key("zalo", person, text)) == 32 and says_something(word) == bool(word.text)
    assert not word.person or talk_name("zalo", "", word.person).startswith("zalo.")
    assert isinstance(evidence(word.text), tuple)


@given(st.binary(max_size=300), st.sampled_from(["text/csv", "application/json", "application/x-ndjson", ""]))
def test_any_batch_is_rows_or_refused(body: bytes, kind: str) -> None:
    for prefix in (b"", "Nội dung;Điện thoại\n".encode(), b'[{"text": '):
        with contextlib.suppress(Refused):
            rows = rows_of(prefix + body, kind, "batch", "bulk", thanh_hoa())
            assert all((row.request is None) == (row.trouble is not None) for row in rows)
