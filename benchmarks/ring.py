"""A ring, from Asterisk's wire to the stream and from there to a screen in a real Chromium; 50 and 200 ms."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from libs.runtime.sidelog import SideLog
from tests.support.ami_server import ami_server
from tests.support.asterisk import arrived
from tests.support.browsers import chromium, window
from tests.support.bus import connected, provisioned
from tests.support.desks import OPERATOR
from tests.support.desktelephone import rings_and_ends
from tests.support.deskwindow import sign_in
from tests.support.provinces import in_force, thanh_hoa
from tests.support.telephone import listening, telephone
from tests.support.waiting import eventually
from tests.support.worktable import a_worktable

HEARD, SHOWN = 0.05, 0.2
"""Seconds from the wire to the stream at the median, and from the stream to the screen at the worst."""

RINGS = 20


async def shown(folder: Path) -> list[float]:
    async with (
        provisioned(folder / "nats") as server,
        a_worktable(server, folder) as table,
        chromium() as browser,
        window(browser, table.origin) as seen,
        connected(server, "intake") as js,
    ):
        page, log = await sign_in(seen, OPERATOR), SideLog(js)
        await seen.open("/triage")
        await page.wait_for_timeout(500)
        return sorted([await rings_and_ends(page, log) for _ in range(RINGS)])


async def heard(folder: Path) -> list[float]:
    async with provisioned(folder / "nats") as server, ami_server() as asterisk:
        await in_force(server, thanh_hoa())
        async with (
            connected(server, "provisioner") as js,
            telephone(server, listening(folder, asterisk.port)),
        ):
            await eventually(lambda: asterisk.logins)
            news = await js.subscribe("call.*.*.ringing", ordered_consumer=True)
            taken = []
            for number in range(RINGS):
                began = time.perf_counter()
                await asterisk.say(arrived(f"3.{number}"))
                await news.next_msg(timeout=5)
                taken.append(time.perf_counter() - began)
            return sorted(taken)


def told(what: str, taken: list[float], judged: float, limit: float) -> bool:
    """Print one measure; True when it missed its limit."""
    median, worst = 1000 * taken[RINGS // 2], 1000 * taken[-1]
    print(
        f"{what}: median {median:.1f} ms, worst of {RINGS} {worst:.1f} ms, {judged / limit:.2f} of the limit"
    )
    return judged > limit


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        wire = asyncio.run(heard(Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        screen = asyncio.run(shown(Path(folder)))
    late = [
        told("wire to stream", wire, wire[RINGS // 2], HEARD),
        told("stream to screen", screen, screen[-1], SHOWN),
    ]
    sys.exit(any(late))


if __name__ == "__main__":
    main()
