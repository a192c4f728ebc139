"""Runs the program that makes images anew, never longer than it may."""

import asyncio
import struct
import sys
from pathlib import Path

from libs.contracts.errors import HotlineError

PROGRAM = Path(__file__).with_name("images.py")


class Unreadable(HotlineError):
    """It says it is an image, but no picture comes out of it."""


async def clean(content: bytes, *, within: float) -> tuple[bytes, bytes]:
    """The picture and its thumbnail, both JPEG. Raises Unreadable; `within` in seconds."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(PROGRAM)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(within):
            made, _ = await worker.communicate(content)
    except TimeoutError:
        raise Unreadable from None
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    if worker.returncode or len(made) < 4:
        raise Unreadable
    (length,) = struct.unpack("!I", made[:4])
    return made[4 : 4 + length], made[4 + length :]
