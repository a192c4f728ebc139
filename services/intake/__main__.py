"""`python -m services.intake [serve|replay [SEQUENCE …]]`."""

import asyncio

from libs.runtime.main import main
from libs.runtime.service import open_runtime
from services.intake.again import take_again
from services.intake.app import build, taker_of
from services.intake.settings import Settings


def replay(settings: Settings, words: list[str]) -> int:
    """Take again what was put aside: the deliveries of these sequences of RAW, or all."""
    well, left = asyncio.run(_replay(settings, {int(word) for word in words if word.isdecimal()}))
    print(f"intake: {well} taken, {left} still set aside")  # noqa: T201
    return int(left > 0)


async def _replay(settings: Settings, wanted: set[int]) -> tuple[int, int]:
    async with open_runtime("intake", settings) as rt:
        return await take_again(rt, taker_of(rt), wanted)


if __name__ == "__main__":
    main("intake", Settings, build, commands={"replay": replay})
