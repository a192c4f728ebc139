"""Webhooks beside the whole hotline: `python -m benchmarks.webhooks [--rate 200] [--seconds 30]`.

A partner posts signed messages on a fixed schedule: at any time fifty persons write, ten messages each, then
fifty others, so that a tenth of all opens a case. Every one is timed from its appointed moment to the 200
that says "on the disk" (`sync_interval: always`). Seven services work on what follows on the same processors
meanwhile. The floor is a bare FastAPI endpoint that only checks the signature, in a process of its own, asked
beside the same hotline before there is anything to do. In the end nothing may be missing or doubled.
"""

import argparse
import asyncio
import contextlib
import hashlib
import hmac
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn
import uvloop
from fastapi import FastAPI, HTTPException, Request, Response
from nats.js.client import JetStreamContext

from benchmarks.client import Client
from libs.devstack.layout import Layout
from libs.devstack.nats_server import die_with_parent, free_port
from libs.devstack.stack import Stack
from libs.runtime.bus import broker_for, connect

GOAL_MS = 100
AT_ONCE, EACH = 50, 10
"""Persons who write at the same time, and how many messages they write."""

TEXT = "Đèn đường trước cổng trường ở xã Quảng Lưu, huyện Quảng Xương hỏng một tuần nay, đề nghị sửa sớm. "


def signature(secret: bytes, body: bytes) -> str:
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def floor_app(secret: bytes, port: int) -> None:
    """The floor: the body, its signature, 200."""
    app = FastAPI()

    @app.post("/hooks/app")
    async def hook(request: Request) -> Response:
        given, due = request.headers.get("x-signature", ""), signature(secret, await request.body())
        if not hmac.compare_digest(given.encode(), due.encode()):
            raise HTTPException(403)
        return Response()

    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off", loop="uvloop")
    uvicorn.Server(config).run()


@contextlib.contextmanager
def floor(secret: bytes) -> Iterator[str]:
    port = free_port()
    words = ["-m", "benchmarks.webhooks", "--floor", secret.decode(), str(port)]
    running = subprocess.Popen([sys.executable, *words], preexec_fn=die_with_parent)  # noqa: PLW1509
    try:
        yield f"http://127.0.0.1:{port}/hooks/app"
    finally:
        running.terminate()
        running.wait(10)


def message(number: int) -> dict[str, object]:
    person = number // (AT_ONCE * EACH) * AT_ONCE + number % AT_ONCE
    return {"id": f"bench-{number:06d}", "sender": f"user-{person}", "text": f"{TEXT}{number}"}


async def one_round(client: Client, url: str, secret: bytes, rate: float, numbers: range) -> list[float]:
    """Milliseconds from each message's appointed time to its 200."""
    begun = time.perf_counter() + 0.1

    async def at(index: int, number: int) -> float:
        said = message(number)
        signed = signature(secret, json.dumps(said, ensure_ascii=False).encode())
        due = begun + index / rate
        await asyncio.sleep(due - time.perf_counter())
        answer = await client.post(url, said, {"x-signature": signed})
        if answer.status != 200:
            raise RuntimeError(answer.body[:300])
        return (time.perf_counter() - due) * 1000

    return list(await asyncio.gather(*(at(index, number) for index, number in enumerate(numbers))))


async def ready(client: Client, url: str, secret: bytes) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError, RuntimeError):
            await one_round(client, url, secret, 1, range(1))
            return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


async def followed(stack: Stack, many: int) -> tuple[float, int, int]:
    """Seconds until intake has handled all of RAW, how many cases there are, how many entries are wrong."""
    broker = broker_for("provisioner", stack.nats.url, stack.nats.seed("provisioner"))
    js = (await connect(broker, "provisioner")).jetstream(timeout=10)
    begun = time.perf_counter()
    while await _unhandled(js):  # noqa: ASYNC110  (another process does the work)
        await asyncio.sleep(0.2)
    took = time.perf_counter() - begun
    opened = await _subjects(js, "opened")
    first = await asyncio.gather(*(js.get_last_msg("CASES", one, direct=True) for one in opened))
    cases = sum(b'"channel":"app"' in (message.data or b"") for message in first)  # not the desk's canary
    entries = cases + sum((await _subjects(js, "added")).values())
    await broker.stop()
    return took, cases, entries - many


async def _subjects(js: JetStreamContext, what: str) -> dict[str, int]:
    return (await js.stream_info("CASES", subjects_filter=f"case.*.*.{what}")).state.subjects or {}


async def _unhandled(js: JetStreamContext) -> int:
    info = await js.consumer_info("RAW", "intake")
    return (info.num_pending or 0) + (info.num_ack_pending or 0)


def told(name: str, times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=100)
    print(
        f"{name:8} n={len(times)}  p50 {cuts[49]:6.2f} ms  p99 {cuts[98]:6.2f} ms  worst {max(times):6.2f} ms"
    )
    return cuts[49], cuts[98]


async def run(stack: Stack, rate: float, seconds: float) -> int:
    secret = (stack.layout.secrets / "app-hook.key").read_text().strip().encode()
    hook, many = f"{stack.layout.url('intake')}/hooks/app", int(rate * seconds)
    async with Client() as client:
        with floor(secret) as bare:
            await ready(client, bare, secret)
            least = told("floor", await one_round(client, bare, secret, rate, range(int(rate * 10))))
        await ready(client, hook, secret)
        taken = told("webhooks", await one_round(client, hook, secret, rate, range(many)))
    took, cases, wrong = await followed(stack, many)
    print(f"webhooks / floor: p50 {taken[0] / least[0]:.1f}x  p99 {taken[1] / least[1]:.1f}x")
    print(f"all {many:,} in {cases:,} cases {took:.1f} s after the last one; missing or doubled: {wrong}")
    met = taken[1] < GOAL_MS and wrong == 0
    print(f"goal p99 < {GOAL_MS} ms at {rate:g}/s for {seconds:g} s: {'met' if met else 'MISSED'}")
    return int(not met)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--floor", nargs=2, metavar=("SECRET", "PORT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.floor:
        floor_app(arguments.floor[0].encode(), int(arguments.floor[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Layout(Path(folder) / "stack", any_ports=True), say=lambda _: None)
        try:
            stack.start()
            sys.exit(uvloop.run(run(stack, arguments.rate, arguments.seconds)))
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
