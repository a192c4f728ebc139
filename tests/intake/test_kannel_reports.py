"""Kannel's reports as they reach the hook: read by type, genuine only with the secret."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.contracts.deliveries import DeliveryFact
from services.intake.channels.kannel import Kannel, KannelRow, channel
from services.intake.channels.shape import Delivery, SetAside, Unverified
from tests.support.builders import MONDAY_MORNING
from tests.support.chats import secret_file


def kannel_channel(folder: Path) -> Kannel:
    row = KannelRow(code="kannel", kind="kannel", secret_file=secret_file(folder, "s", "khong-ai-doan-ra"))
    return channel(row)


@pytest.mark.parametrize(
    ("query", "fact"),
    [("type=1", "arrived"), ("type=2", "failed"), ("type=16", "failed"), ("type=8", "delayed")],
)
def test_a_report_is_read_by_its_type(tmp_path: Path, query: str, fact: str) -> None:
    told = Delivery(b"", MONDAY_MORNING, "GET", "khong-ai-doan-ra", f"letter={'a' * 32}&{query}")
    first, again = (list(kannel_channel(tmp_path).parse(told)) for _ in range(2))
    assert first == again and isinstance(first[0], DeliveryFact)
    assert (first[0].stem(), first[0].letter, first[0].way) == (fact, "a" * 32, "sms")


@given(st.text(), st.text(), st.binary())
@settings(deadline=None)
def test_whatever_comes_to_the_hook_is_read_or_set_aside(path: str, query: str, body: bytes) -> None:
    """Without the secret it is not genuine; with it, it is a report or it is set aside."""
    kannel = Kannel("sms", secret="khong-ai-doan-ra")
    told = Delivery(body, MONDAY_MORNING, "GET", path, query)
    if path != "khong-ai-doan-ra":
        with pytest.raises(Unverified):
            kannel.verify(told)
    with contextlib.suppress(SetAside):
        assert list(kannel.parse(told))
