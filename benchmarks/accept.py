"""Accepting a request beside the least it could cost: `python -m benchmarks.accept [--seconds 10]`.

Open loop: requests start on a fixed schedule and are timed from it, so a stall counts for all who wait. The
floor is an ASGI application that only publishes the body to JetStream and waits for the acknowledgement, on
the same nats-server (`sync_interval: always`), in a process of its own like intake. Rounds are interleaved.
With `--url` and `--key-file` an intake that already runs, e.g. beside the whole stack, is measured instead.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from benchmarks.client import Client
from libs.devstack.nats_server import NatsServer, die_with_parent, free_port
from libs.packs.folder import load
from libs.runtime.bus import broker_for, connect
from libs.runtime.directory import put_pack
from libs.runtime.provision import provision

GOAL_MS = 50
ROUNDS = 3
PACK = Path(__file__).parents[1] / "packs/thanh-hoa-2021"
BODY = {
    "text": "Hàng xóm ở xã Quảng Lưu, huyện Quảng Xương mới về từ vùng dịch mà không khai báo y tế. " * 3,
    "name": "Nguyễn Văn Mẫu",
    "address": "Thôn 3, xã Quảng Lưu, huyện Quảng Xương",
}


@dataclass
class Target:
    """Where to post, and the process that answers (None when it is not ours)."""

    name: str
    url: str
    key: str = ""
    pid: int | None = None

    def cpu_ms(self) -> float:
        """CPU time its process has used so far."""
        if self.pid is None:
            return 0.0
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def floor_app(nats_url: str, seed: Path, port: int) -> None:
    """The floor: body in, one publish, 201 out. It borrows intake's key and subjects."""

    async def serve() -> None:
        client = await connect(broker_for("intake", nats_url, seed), "intake")
        js = client.jetstream(timeout=3)

        async def app(_scope: Scope, receive: Receive, send: Send) -> None:
            body = (await receive()).get("body", b"")
            await js.publish(f"case.2000.{secrets.token_hex(16)}.opened", body, timeout=2)
            await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})

        config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off")
        await uvicorn.Server(config).serve()

    uvloop.run(serve())


@contextmanager
def process(arguments: list[str], **environment: str) -> Iterator[int]:
    running = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # noqa: PLW1509
    )
    try:
        yield running.pid
    finally:
        running.terminate()
        running.wait(10)


@asynccontextmanager
async def targets() -> AsyncIterator[list[Target]]:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        server = NatsServer(Path(folder) / "nats").start()
        stack.callback(server.kill)
        broker = broker_for("provisioner", server.url, server.seed("provisioner"))
        js = (await connect(broker, "provisioner")).jetstream(timeout=5)
        await provision(js)
        await put_pack(js, load(PACK))
        await broker.stop()
        key, ports = secrets.token_urlsafe(24), [free_port() for _ in range(3)]
        client: dict[str, object] = {"hourly": 1_000_000, "person_hourly": 1_000_000}
        client |= {"key_sha256": hashlib.sha256(key.encode()).hexdigest(), "channels": ["portal"]}
        intake = process(
            ["services.intake"],
            HOTLINE_INTAKE_NATS_URL=server.url,
            HOTLINE_INTAKE_NKEY_SEED_FILE=str(server.seed("intake")),
            HOTLINE_INTAKE_PORT=str(ports[0]),
            HOTLINE_INTAKE_OPERATIONS_PORT=str(ports[1]),
            HOTLINE_INTAKE_CLIENTS=json.dumps({"bench": client}),
        )
        floor = process(
            ["benchmarks.accept", "--floor", server.url, str(server.seed("intake")), str(ports[2])]
        )
        pids = stack.enter_context(intake), stack.enter_context(floor)
        yield [
            Target("intake", f"http://127.0.0.1:{ports[0]}/api/v1/requests", key, pids[0]),
            Target("floor", f"http://127.0.0.1:{ports[2]}/", key, pids[1]),
        ]


async def post(client: Client, target: Target) -> None:
    headers = {"Authorization": f"Bearer {target.key}", "Idempotency-Key": secrets.token_hex(16)}
    anybody = {"phone": f"0912 {secrets.randbelow(10**6):06}"}  # one person may not ask so often
    answer = await client.post(target.url, BODY | anybody, headers)
    if answer.status != 201:
        raise RuntimeError(answer.body[:300])


async def one_round(client: Client, target: Target, rate: float, seconds: float) -> list[float]:
    """Milliseconds from each request's appointed time to its answer."""
    begun = time.perf_counter() + 0.1

    async def at(number: int) -> float:
        due = begun + number / rate
        await asyncio.sleep(due - time.perf_counter())
        await post(client, target)
        return (time.perf_counter() - due) * 1000

    return list(await asyncio.gather(*(at(number) for number in range(int(rate * seconds)))))


async def measure(found: list[Target], rate: float, seconds: float) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {target.name: [] for target in found}
    used = dict.fromkeys(taken, 0.0)
    async with Client() as client:
        for target in found:
            await ready(client, target)
            await one_round(client, target, rate, 1)
        for _ in range(ROUNDS):
            for target in found:
                before = target.cpu_ms()
                taken[target.name] += await one_round(client, target, rate, seconds)
                used[target.name] += target.cpu_ms() - before
    for name, times in taken.items():
        cuts = statistics.quantiles(times, n=100)
        print(
            f"{name:8} n={len(times)}  p50 {cuts[49]:6.2f} ms  p99 {cuts[98]:6.2f} ms"
            f"  worst {max(times):6.2f} ms  CPU {used[name] / len(times):5.2f} ms/request"
        )
    return taken


async def ready(client: Client, target: Target) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            return await post(client, target)
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{target.name} does not answer")


async def run(arguments: argparse.Namespace, key: str) -> int:
    if arguments.url:
        taken = await measure([Target("intake", arguments.url, key)], arguments.rate, arguments.seconds)
    else:
        async with targets() as found:
            taken = await measure(found, arguments.rate, arguments.seconds)
    p99 = {name: statistics.quantiles(times, n=100)[98] for name, times in taken.items()}
    if "floor" in p99:
        ratio = statistics.median(taken["intake"]) / statistics.median(taken["floor"])
        print(f"intake / floor: p50 {ratio:.1f}x  p99 {p99['intake'] / p99['floor']:.1f}x")
    print(
        f"goal p99 < {GOAL_MS} ms at {arguments.rate:g}/s: {'met' if p99['intake'] < GOAL_MS else 'MISSED'}"
    )
    return int(p99["intake"] >= GOAL_MS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--seconds", type=float, default=10, help="of each round")
    parser.add_argument("--url", default="", help="of an intake that already runs")
    parser.add_argument("--key-file", default="", help="its client key")
    parser.add_argument("--floor", nargs=3, metavar=("NATS", "SEED", "PORT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.floor:
        floor_app(arguments.floor[0], Path(arguments.floor[1]), int(arguments.floor[2]))
    else:
        key = Path(arguments.key_file).read_text().strip() if arguments.url else ""
        sys.exit(uvloop.run(run(arguments, key)))


if __name__ == "__main__":
    main()
