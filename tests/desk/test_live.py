"""Live topics: everybody hears what they want once, nobody waits longer than they must."""

import asyncio
import threading
import time

from sqlalchemy import Connection

from libs.contracts.subjects import CaseRef
from libs.runtime.projection import Applied
from services.desk.live import CALLS, EVERYTHING, INBOX, KEPT, LOOK_AGAIN, Live, Touched, case_topic
from tests.support.builders import a_case, opened


def touch(live: Live, *case_ids: str) -> None:
    """As the projection does it: in a thread, then announced on the loop."""
    touched = Touched(live)
    in_thread(touched, *case_ids)
    touched.announce()


def in_thread(touched: Touched, *case_ids: str) -> None:
    applied = touched.facts(lambda _connection, _facts: None)
    refs = [CaseRef(2026, case_id) for case_id in case_ids]
    named = [Applied(ref, 1, opened(a_case())) for ref in refs]
    thread = threading.Thread(target=applied, args=(Connection.__new__(Connection), named))
    thread.start()
    thread.join()


async def test_one_hears_of_what_one_asked_for_and_of_a_burst_once() -> None:
    live = Live()
    with live.listening(INBOX, case_topic("a")) as mine, live.listening(case_topic("c")) as other:
        for _ in range(1_000):
            touch(live, "a", "b")
        assert await mine.news(1) == {INBOX, "case:a"}
        assert await mine.news(0.01) == frozenset()
        assert await other.news(0.01) == frozenset()


async def test_a_command_waits_for_its_case_and_not_longer() -> None:
    waited = [await _woken() for _ in range(5)]
    assert min(waited) < LOOK_AGAIN / 2, "woken by the projection, not by its own clock"


async def _woken() -> float:
    """Seconds from the fact to the end of the wait for it, which began shortly before."""
    live, done, told = Live(), threading.Event(), list[float]()

    def soon() -> None:
        told.append(time.monotonic())
        done.set()
        touch(live, "a")

    asyncio.get_running_loop().call_later(0.05, soon)
    assert await live.until("a", done.is_set, 5)
    return time.monotonic() - told[0]


async def test_a_command_whose_fact_another_replica_applied_looks_for_itself() -> None:
    live, done = Live(), threading.Event()
    asyncio.get_running_loop().call_later(0.05, done.set)
    assert await live.until("a", done.is_set, 5)


async def test_a_command_gives_up_after_its_patience() -> None:
    started = time.monotonic()
    assert not await Live().until("a", lambda: False, 0.3)
    assert 0.25 < time.monotonic() - started < 2


async def test_nothing_is_told_before_its_transaction_is_over() -> None:
    """Another reader may say that its own is over in the middle of it."""
    live = Live()
    cases, clocks = Touched(live), Touched(live)
    with live.listening(case_topic("a"), case_topic("b")) as mine:
        in_thread(cases, "a")
        in_thread(clocks, "b")
        clocks.announce()
        assert await mine.news(1) == {"case:b"}
        cases.announce()
        assert await mine.news(1) == {"case:a"}


async def test_a_stream_ends_with_its_session_and_leaves_no_listener() -> None:
    live = Live(heartbeat=0.05)
    asked = 0

    async def alive() -> bool:
        nonlocal asked
        asked += 1
        return asked < 2

    heard = []
    async for event in live.stream([INBOX, case_topic("a")], alive):
        heard.append(event)
        if len(heard) == 1:
            touch(live, "a")
    me = live.mark.partition(".")[0]
    assert heard == [
        f"retry: 2000\n\nevent: mark\ndata: {me}.0\nid: {me}.0\n\n",
        f"data: case:a\n\ndata: inbox\nid: {me}.1\n\n",
        f": still here\nid: {me}.1\n\n",
    ]
    assert not live._listeners


async def test_a_stream_ends_with_its_session_however_much_happens() -> None:
    live, end = Live(heartbeat=0.2), time.monotonic() + 5

    async def signed_out() -> bool:
        return False

    async for _ in live.stream([CALLS], signed_out):
        live.announce(CALLS)
        await asyncio.sleep(0.02)
        assert time.monotonic() < end, "asked at last"


async def test_what_comes_while_the_session_is_looked_up_is_not_taken_for_told() -> None:
    live = Live(heartbeat=0.01)

    async def alive() -> bool:
        touch(live, "a")
        return True

    stream = live.stream([case_topic("a")], alive)
    await anext(stream)
    me = live.mark.partition(".")[0]
    assert await anext(stream) == f": still here\nid: {me}.0\n\n"
    await stream.aclose()  # type: ignore[attr-defined]
    assert await opening(live, f"{me}.0") == {INBOX, "case:a"}


async def opening(live: Live, *since: str) -> set[str]:
    """What a browser hears at once whose pages were read at these marks, and that asks for the case a."""

    async def gone() -> bool:
        return False

    stream = live.stream([INBOX, case_topic("a")], gone, since)
    first = await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    told, _, mark = first.partition("event: mark\n")
    assert mark == f"data: {live.mark}\nid: {live.mark}\n\n"
    return {line.removeprefix("data: ") for line in told.splitlines() if line.startswith("data: ")}


async def test_what_happened_since_the_page_was_read_is_told_as_the_stream_opens_and_no_more() -> None:
    live = Live()
    touch(live, "a")
    page = live.mark
    assert await opening(live, page) == set()
    touch(live, "b")
    assert await opening(live, page) == {INBOX}
    touch(live, "a")
    assert await opening(live, page) == {INBOX, "case:a"}
    assert await opening(live, live.mark) == set()


async def test_of_several_pages_the_one_read_first_says_what_is_told() -> None:
    live = Live()
    first = live.mark
    touch(live, "a")
    second = live.mark
    live.announce(INBOX)
    assert await opening(live, second) == {INBOX}
    assert await opening(live, second, first) == await opening(live, first, second) == {INBOX, "case:a"}
    assert await opening(live, first, Live().mark) == {EVERYTHING}


async def test_a_browser_that_may_have_missed_anything_looks_at_everything_once() -> None:
    live = Live()
    early = live.mark
    live.announce(*map(case_topic, map(str, range(KEPT))))
    assert await opening(live, early) == set()
    live.announce(INBOX)
    me = early.partition(".")[0]
    for mark in (
        early,
        Live().mark,
        f"{me}.3",
        f"{me}.-1",
        f"{me}.{'9' * 5000}",
        "lời nói dối",
        ".",
    ):
        assert await opening(live, mark) == {EVERYTHING}, mark[:20]
    assert await opening(live, f"{me}.1") == {INBOX}
