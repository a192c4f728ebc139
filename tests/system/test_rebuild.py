"""Drop every projection, read the streams again: the same rows, and no letter twice."""

from pathlib import Path

import pytest

from libs.cli.journey import steps
from libs.cli.visitors import until
from tests.support.stacks import command, rows_of, settled, whole_hotline

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]

PROJECTING = ("desk", "sla", "notifier", "reporting", "portal")


def test_every_projection_comes_back_the_same_and_no_letter_goes_twice(tmp_path: Path) -> None:
    with whole_hotline(tmp_path) as stack:
        list(steps(stack.running()))
        texts = tmp_path / "sms.log"
        until("the letters", lambda: len(texts.read_text().splitlines()) >= 6 and stack.mail.letters())
        settled(stack)
        for service in PROJECTING:
            stack.end(service)
        before = {service: rows_of(stack, service) for service in PROJECTING}
        sent = texts.read_text(), len(stack.mail.letters())
        for service in PROJECTING:
            command(stack, service, "rebuild")
        assert {service: rows_of(stack, service) for service in PROJECTING} == before
        for service in PROJECTING:
            stack.launch(service)
            stack.await_ready(service)
        again = list(steps(stack.running()))
        assert again[-1] == "neighbour: finds the published answer"
        until("the second case's letters", lambda: len(texts.read_text().splitlines()) >= 12)
        assert texts.read_text().startswith(sent[0])
        assert len(stack.mail.letters()) == sent[1] + 1
