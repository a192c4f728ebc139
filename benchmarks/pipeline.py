"""From a citizen's POST to the officer's letter, the whole hotline beside the floor, in one interleaved run.

Open loop at 25/s gives the latencies (POST due → letter at the mail server), a closed loop gives the
rate; CPU is that of every process of the system, nats-server included. Both sides run
with every acknowledged message on disk (`sync_interval: always`) and the same mail sink. The floor is
benchmarks/floor.py: no rules, identity, permissions, retries or links.
"""

import argparse
import asyncio
import contextlib
import email
import email.policy
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop
from aiosmtpd.controller import Controller

from benchmarks.client import Answer, Client
from libs.devstack.layout import Layout
from libs.devstack.nats_server import die_with_parent, free_port
from libs.devstack.stack import Stack

TEXT = (
    "Nhà bên cạnh tôi ở xã Quảng Lưu, huyện Quảng Xương có người mới về từ vùng dịch mà không khai báo "
    "y tế, không thực hiện cách ly tại nhà, đề nghị kiểm tra, số"
)

KEY = re.compile(r"\d{3} \d{3} \d{3}|[oc]\d+-\d{5}")
"""What a letter's subject says of its case: the spoken code, or the floor's own key."""


@dataclass
class Arrivals:
    """A mail server that notes when the letter about each case came, and forgets the letter."""

    port: int = field(default_factory=free_port)
    at: dict[str, float] = field(default_factory=dict)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        now = time.perf_counter()
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        if found := KEY.search(str(letter["subject"])):
            self.at.setdefault(found.group(), now)
        return "250 noted"

    @contextmanager
    def listening(self) -> Iterator["Arrivals"]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


@dataclass
class Side:
    """One of the two systems: how to ask it, how to know its letter, which processes are its own."""

    name: str
    url: str
    headers: Callable[[str], dict[str, str]]
    body: Callable[[str], dict[str, str]]
    subject: Callable[[str, Answer], str]
    processes: list[int]
    mail: Arrivals
    latencies: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def cpu_ms(self) -> float:
        """CPU time of all its processes so far."""
        ticks = 0
        for pid in self.processes:
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                ticks += int(stat[11]) + int(stat[12])
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")


async def ask(client: Client, side: Side, key: str) -> str:
    answer = await client.post(side.url, side.body(key), side.headers(key))
    if answer.status != 201:
        raise RuntimeError(answer.body[:200])
    return side.subject(key, answer)


async def letters(side: Side, wanted: list[str], within: float = 60) -> list[float]:
    deadline = time.perf_counter() + within
    while time.perf_counter() < deadline:
        times = [side.mail.at.get(one) for one in wanted]
        if all(times):
            return [at for at in times if at]
        await asyncio.sleep(0.02)
    raise RuntimeError(f"{side.name}: {sum(at is None for at in times)} letters did not come")


async def open_loop(client: Client, side: Side, mark: str, rate: float, seconds: float) -> None:
    begun = time.perf_counter() + 0.1
    starts: list[float] = []

    async def one(number: int) -> str:
        due = begun + number / rate
        await asyncio.sleep(due - time.perf_counter())
        starts.append(due)
        return await ask(client, side, f"{mark}-{number:05d}")

    wanted = await asyncio.gather(*(one(number) for number in range(int(rate * seconds))))
    came = await letters(side, list(wanted))
    side.latencies += [(at - due) * 1000 for at, due in zip(came, starts, strict=True)]


async def closed_loop(client: Client, side: Side, mark: str, count: int, width: int) -> None:
    gate = asyncio.Semaphore(width)

    async def one(number: int) -> str:
        async with gate:
            return await ask(client, side, f"{mark}-{number:05d}")

    before, begun = side.cpu_ms(), time.perf_counter()
    came = await letters(side, list(await asyncio.gather(*(one(number) for number in range(count)))), 300)
    side.rates.append(count / (max(came) - begun))
    side.cpu.append((side.cpu_ms() - before) / count)


@contextmanager
def hotline(folder: Path, mail: Arrivals) -> Iterator[Side]:
    stack = Stack(Layout(folder, any_ports=True), say=lambda _: None)
    stack.layout.ports["smtp"], stack.mail.start, stack.mail.stop = mail.port, _nothing, _nothing  # type: ignore[method-assign]
    try:
        stack.start()
        key = (stack.layout.secrets / "trial.key").read_text().strip()
        person = {"name": "Nguyễn Văn Mẫu", "phone": "0912345678", "address": "Xã Quảng Lưu, Quảng Xương"}
        yield Side(
            "hotline",
            f"{stack.layout.url('intake')}/api/v1/requests",
            lambda mark: {"authorization": f"Bearer {key}", "idempotency-key": f"bench-{mark}"},
            lambda mark: {"text": f"{TEXT} {mark}", "channel": "app", **person},
            lambda _, answer: _spoken(json.loads(answer.body)["code"]),
            [process.pid for process in stack.processes.values()] + stack.nats.pids(),
            mail,
        )
    finally:
        stack.stop()


def _nothing() -> None:
    """The benchmark has a mail server of its own."""


def _spoken(code: str) -> str:
    return f"{code[:3]} {code[3:6]} {code[6:]}"


@contextmanager
def floor(folder: Path, mail: Arrivals) -> Iterator[Side]:
    folder.mkdir()
    port, http = free_port(), free_port()
    config = folder / "nats.conf"
    config.write_text(
        f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{folder}/s", sync_interval: always }}\n'
    )
    url = f"nats://127.0.0.1:{port}"
    running = [_child(Path(sys.executable).with_name("nats-server"), "-c", config)]
    try:
        time.sleep(0.5)
        subprocess.run([sys.executable, "-m", "benchmarks.floor", "prepare", url, "-"], check=True)
        for part, what in (("accept", http), ("route", folder / "floor.db"), ("notify", mail.port)):
            running.append(_child(sys.executable, "-m", "benchmarks.floor", part, url, what))
        time.sleep(2)
        pids = [process.pid for process in running]
        yield Side(
            "floor", f"http://127.0.0.1:{http}/", lambda _: {}, lambda mark: {"key": mark, "text": TEXT},
            lambda mark, _: mark, pids, mail,
        )  # fmt: skip
    finally:
        for process in running[::-1]:
            process.terminate()
            process.wait(10)


def _child(*words: object) -> "subprocess.Popen[bytes]":
    command = [str(word) for word in words]
    return subprocess.Popen(
        command,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # noqa: PLW1509  # one prctl, no Python state
    )


async def rounds(sides: list[Side], asked: argparse.Namespace) -> None:
    async with Client() as client:
        for number in range(asked.rounds):
            for side in sides:
                await open_loop(client, side, f"o{number}", 25, asked.seconds)
                side.mail.at.clear()
                await closed_loop(client, side, f"c{number}", asked.count, 32)
                side.mail.at.clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8, help="of each open loop at 25/s")
    parser.add_argument("--count", type=int, default=400, help="requests of each closed loop")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as up:
        ours, theirs = (up.enter_context(Arrivals().listening()) for _ in range(2))
        sides = [
            up.enter_context(hotline(Path(folder) / "hotline", ours)),
            up.enter_context(floor(Path(folder) / "floor", theirs)),
        ]
        uvloop.run(rounds(sides, asked))
    table = {side.name: figures(side) for side in sides}
    print(json.dumps(table, indent=1))
    pairs = zip(table["hotline"].items(), table["floor"].values(), strict=True)
    print("hotline / floor:", ", ".join(f"{name} {a / b:.2f}x" for (name, a), b in pairs))


def figures(side: Side) -> dict[str, float]:
    cuts = statistics.quantiles(side.latencies, n=100)
    return {
        "letter p50 ms at 25/s": round(cuts[49], 1),
        "letter p99 ms at 25/s": round(cuts[98], 1),
        "cases/s to the letter": round(statistics.median(side.rates), 1),
        "CPU ms/case": round(statistics.median(side.cpu), 2),
    }


if __name__ == "__main__":
    main()
