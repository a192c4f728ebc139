"""Kill -9 anything at any moment: no acknowledged case is lost, none is doubled, no letter goes twice."""

import asyncio
import contextlib
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Self

import httpx
import pytest

from libs.cli.journey import staff
from libs.cli.visitors import until
from libs.contracts.sidefacts import LetterFact
from libs.contracts.streams import SERVICES
from libs.contracts.subjects import decode
from libs.devstack.stack import Stack
from libs.runtime.rebuild import pages
from tests.support.bus import connected
from tests.support.stacks import whole_hotline
from tests.support.waiting import eventually

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]

IN_HAND = 16
"""Letters a notifier may have in hand at one moment: two ways, eight each."""

ENDS = {"sent", "failed", "unconfirmed"}


class Callers:
    """Programs that hand in requests, each retried with its own key until it is accepted."""

    def __init__(self, stack: Stack, every: float) -> None:
        self.codes: dict[str, str] = {}
        self._stack = stack
        self._every = every
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(number,)) for number in range(3)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _call(self, caller: int) -> None:
        key = (self._stack.layout.secrets / "trial.key").read_text().strip()
        with httpx.Client(base_url=self._stack.layout.url("intake"), timeout=15) as client:
            number = 0
            while not self._stop.is_set():
                number += 1
                self._hand_in(client, key, f"caller-{caller}-{number:05d}")
                time.sleep(self._every)

    def _hand_in(self, client: httpx.Client, key: str, message: str) -> None:
        body = {
            "text": "Quán karaoke ở phường Quảng Tâm vẫn hoạt động, tụ tập đông người ban đêm",
            "name": "Phạm Văn Mẫu",
            "phone": "0912345678",
            "address": "Phường Quảng Tâm, thành phố Thanh Hóa",
            "channel": "app",
        }
        headers = {"authorization": f"Bearer {key}", "idempotency-key": message}
        for _ in range(100):
            try:
                answer = client.post("/api/v1/requests", json=body, headers=headers)
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if answer.status_code in {200, 201}:
                self.codes[message] = answer.json()["code"]
                return
            assert answer.status_code in {500, 502, 503}, answer.text
            time.sleep(0.1)


def test_all_services_are_killed_at_once_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with whole_hotline(tmp_path) as stack:
        running = stack.running()
        with Callers(stack, every=0.5) as callers:
            for _ in range(2):
                time.sleep(1.5)
                for victim in SERVICES:
                    stack.kill(victim)
                for victim in SERVICES:
                    stack.launch(victim)
                for victim in SERVICES:
                    stack.await_ready(victim)
            time.sleep(1)
        _nothing_lost(stack, running, callers)


def test_the_server_is_killed_again_and_again_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    with whole_hotline(tmp_path) as stack:
        running = stack.running()
        with Callers(stack, every=0.5) as callers:
            for _ in range(3):
                time.sleep(1)
                stack.nats.kill()
                time.sleep(0.3)
                stack.nats.start()
            time.sleep(2)
        _nothing_lost(stack, running, callers)


def _nothing_lost(stack: Stack, running: dict[str, object], callers: Callers) -> None:
    codes = list(callers.codes.values())
    assert len(codes) > 10
    assert len(set(codes)) == len(codes), "two requests share a code"
    with staff(running, "operator") as operator:
        for code in codes:
            until(f"case {code} at the desk", partial(operator.find, code), within=40)
    letters = asyncio.run(_receipts(stack, len(codes)))
    assert len(letters) == len(codes), "one receipt a case"
    handed_over = Counter(
        line.split()[0] for line in (stack.layout.folder / "sms.log").read_text().splitlines()
    )
    assert max(handed_over.values()) == 1, "a letter went twice"
    assert {letter for letter, fate in letters.items() if "sent" in fate} <= set(handed_over)
    unsure = [letter for letter, fate in letters.items() if "unconfirmed" in fate]
    assert len(unsure) <= 2 * IN_HAND, "only what a sender had in hand when it was killed may be unsure"
    assert all(fate & {"sent", "unconfirmed"} for fate in letters.values())


async def _receipts(stack: Stack, expected: int) -> dict[str, set[str]]:
    """Letter → the tokens of its facts, for the receipts; waits until all have come to an end."""
    facts: dict[str, set[str]] = {}

    async def ended() -> bool:
        facts.clear()
        async for page in pages(js, "LETTERS"):
            for fact in (decode(delivery.subject, delivery.data) for delivery in page):
                if isinstance(fact, LetterFact) and fact.template == "receipt":
                    facts.setdefault(fact.letter, set()).add(fact.token)
        return len(facts) >= expected and all(fate & ENDS for fate in facts.values())

    async with connected(stack.nats, "provisioner") as js:
        with contextlib.suppress(AssertionError):  # what is missing is said by the caller
            await eventually(ended, within=60)
    return facts
