"""One laptop-sized hotline: nats-server, seven services as processes, a mail sink; starts, watches, stops."""

import asyncio
import contextlib
import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
from nats.js.client import JetStreamContext

from libs.contracts.errors import HotlineError
from libs.contracts.streams import SERVICES
from libs.devstack.layout import Layout
from libs.devstack.mail_sink import MailSink
from libs.devstack.nats_server import NatsServer, die_with_parent
from libs.devstack.people import people_of
from libs.packs.folder import load
from libs.packs.model import Pack
from libs.runtime.bus import broker_for, connect
from libs.runtime.clock import ClockSetting
from libs.runtime.packfolders import ChangedOnPages, put_folder
from libs.runtime.provision import provision

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 60.0
"""Seconds for one service to become ready; measured below 3 on an idle laptop."""

Say = Callable[[str], None]


class AlreadyRunning(HotlineError):
    """A hotline already runs on this folder: stop it first (Ctrl-C in its window)."""


class NotReady(HotlineError):
    """A service did not become ready."""


@dataclass
class Stack:
    """A whole hotline in one folder. `replicas` starts a service more than once (on PostgreSQL)."""

    layout: Layout
    pack: Path = ROOT / "packs" / "thanh-hoa-2021"
    clock: ClockSetting = field(default_factory=ClockSetting)
    services: tuple[str, ...] = SERVICES
    say: Say = print
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _lock: IO[str] | None = None

    def __post_init__(self) -> None:
        self.nats = NatsServer(self.layout.folder / "nats", port=self.layout.ports["nats"])
        self.mail = MailSink(self.layout.folder / "mail", self.layout.ports["smtp"])

    def start(self) -> None:
        """Bring everything up. Raises AlreadyRunning, NotReady, or what nats-server and the pack say."""
        self._take_lock()
        started = time.monotonic()
        self.nats.start()
        self._step(started, f"nats-server on {self.nats.url}")
        version = asyncio.run(self._provision())
        self._step(started, f"streams, consumers, pack {version}")
        self.mail.start()
        for service in self.services:
            self.launch(service)
        for service in self.services:
            self.await_ready(service)
            self._step(started, f"{service} ready")

    def launch(self, service: str) -> None:
        """Start one service as a process of its own."""
        logs = self.layout.folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / f"{service}.log").open("ab") as sink:
            self.processes[service] = subprocess.Popen(
                [sys.executable, "-m", f"services.{service}"],
                cwd=ROOT,
                env=self.layout.environment(service, self.nats.url, self.nats.seeds),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,  # Ctrl-C is for the supervisor, who stops things in order
                preexec_fn=die_with_parent,  # noqa: PLW1509  # one prctl, no Python state
            )

    def await_ready(self, service: str, within: float = READY_WITHIN) -> None:
        """Wait until the service says it is ready. Raises NotReady with the end of its log."""
        deadline = time.monotonic() + within
        address = f"{self.layout.operations_url(service)}/ready"
        while time.monotonic() < deadline and self.processes[service].poll() is None:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(address, timeout=2).status_code == httpx.codes.OK:
                    return
            time.sleep(0.05)
        raise NotReady(f"{service} did not become ready:\n{self.last_words(service)}")

    def last_words(self, service: str, lines: int = 6) -> str:
        """The end of a service's log."""
        log = self.layout.folder / "logs" / f"{service}.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""

    def fallen(self) -> Iterable[str]:
        """Services whose process has ended by itself."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def end(self, service: str) -> None:
        """Stop one service in order."""
        self.processes[service].terminate()
        self.processes.pop(service).wait(10)

    def kill(self, service: str) -> None:
        """End a service as `kill -9` would."""
        self.processes[service].send_signal(signal.SIGKILL)
        self.processes[service].wait(10)

    def stop(self) -> None:
        """Stop all, services first; afterwards no process and no lock of ours is left."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(12)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        self.processes.clear()
        with contextlib.suppress(Exception):
            self.mail.stop()
        self.nats.stop()
        if self._lock:
            self._lock.close()
            self._lock = None

    def accounts(self) -> list[dict[str, str]]:
        """The demo log-ins of this folder, made at the first call; passwords are random and stay here."""
        file = self.layout.secrets / "accounts.json"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(json.dumps(self._make_accounts(), ensure_ascii=False, indent=1))
        known: list[dict[str, str]] = json.loads(file.read_text())
        return known

    def running(self) -> dict[str, Any]:
        """Addresses and log-ins; also written to `running.json` for `hotline journey`."""
        pages = {name: self.layout.url(name) for name in ("portal", "desk", "intake", "reporting", "mail")}
        operations = {name: self.layout.operations_url(name) for name in self.services}
        known: dict[str, Any] = {**pages, "operations": operations, "accounts": self.accounts()}
        file = self.layout.folder / "running.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(known, ensure_ascii=False, indent=1))
        return known

    def _make_accounts(self) -> list[dict[str, str]]:
        people = people_of(load(self.pack), self.clock.build().now().date())
        done = subprocess.run(
            [sys.executable, "-m", "services.desk", "account", "import"],
            cwd=ROOT,
            env=self.layout.environment("desk", self.nats.url, self.nats.seeds),
            input="\n".join(",".join(who) for who in people),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotReady(f"demo accounts: {(done.stderr or done.stdout).strip()[-300:]}")
        passwords = dict(line.split("\t") for line in done.stdout.splitlines())
        keys = ("login", "role", "agency", "name")
        return [{**dict(zip(keys, who, strict=True)), "password": passwords[who[0]]} for who in people]

    async def _provision(self) -> str:
        pack = load(self.pack)
        broker = broker_for("provisioner", self.nats.url, self.nats.seed("provisioner"))
        client = await connect(broker, "provisioner")
        try:
            js = client.jetstream(timeout=5)
            await provision(js, clock=self.clock)
            return await self._put(js, pack)
        finally:
            await broker.stop()

    async def _put(self, js: JetStreamContext, pack: Pack) -> str:
        """The version in force: the folder's, unless an administrator's page has changed it since."""
        try:
            return (await put_folder(js, pack)).version
        except ChangedOnPages as error:
            self.say(f"  {pack.version} not applied: {', '.join(error.tables)} were changed on a page")
            return error.changes[-1].version

    def _take_lock(self) -> None:
        self.layout.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.layout.folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise AlreadyRunning from error
        self._lock = lock

    def _step(self, started: float, what: str) -> None:
        self.say(f"  {time.monotonic() - started:5.1f} s  {what}")
