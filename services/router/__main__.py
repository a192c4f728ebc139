"""`python -m services.router [serve|replay]`."""

import asyncio

from libs.runtime.main import main
from libs.runtime.redeliver import redeliver
from libs.runtime.service import open_runtime
from services.router.app import build, router_of
from services.router.settings import Settings


def replay(settings: Settings, _words: list[str]) -> int:
    """Route again what had to be buried."""
    print(f"router: {asyncio.run(_replay(settings))}")  # noqa: T201
    return 0


async def _replay(settings: Settings) -> int:
    async with open_runtime("router", settings) as rt:
        return await redeliver(rt, (await router_of(rt)).react)


if __name__ == "__main__":
    main("router", Settings, build, commands={"replay": replay})
