"""A log line holds ids and where something failed, never what a citizen said."""

import json
import logging

import pytest
from pydantic import ValidationError

from libs.contracts.events import Person
from libs.runtime.logs import JsonLines


def test_a_refused_value_is_not_quoted_in_the_log() -> None:
    with pytest.raises(ValidationError) as refused:
        Person.model_validate({"phone": ["0912 345 678"]})
    assert "0912 345 678" in str(refused.value), "pydantic quotes it"
    error = refused.value
    about = (type(error), error, error.__traceback__)
    record = logging.LogRecord("hotline", logging.INFO, __file__, 1, "follower_postponed", None, about)
    record.ids = {"case_id": "f" * 32}
    text = JsonLines("desk").format(record)
    line = json.loads(text)
    assert (line["error"], line["case_id"]) == ("ValidationError", "f" * 32)
    assert line["where"] and "0912 345 678" not in text


def test_an_error_that_was_never_raised_has_a_line_too() -> None:
    error = ValueError("Nguyễn Văn Mẫu")
    record = logging.LogRecord(
        "hotline", logging.INFO, __file__, 1, "failed", None, (ValueError, error, error.__traceback__)
    )
    assert "Mẫu" not in JsonLines("desk").format(record)
