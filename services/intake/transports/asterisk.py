"""Listens to Asterisk's manager interface: log in, hear events, keep those that mean something.

Nothing is repeated after a break, so events are read at once and wait here while they cannot be stored;
several replicas may listen to the same Asterisk, each event is kept once.
"""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from libs.contracts.errors import HotlineError
from libs.runtime.clock import Clock
from libs.runtime.logs import log
from services.intake.channels import ami
from services.intake.channels.amimemory import Kept, Memory
from services.intake.channels.asterisk import AMI, CONTEXT, Asterisk, AsteriskRow, password_of
from services.intake.channels.shape import Delivery
from services.intake.channels.telephony import epoch
from services.intake.metrics import CALL_EVENTS_LOST, TRANSPORT_UP
from services.intake.transports import Keep

WAITING = 10_000
"""Events that wait for the store; more are counted and left to the records of the calls."""

AT_ONCE = 8
"""Events being stored at the same time."""

LONGEST = 256 * 1024
"""Bytes of one message."""

PAUSES = (0.5, 30.0)
"""Seconds between two attempts to connect: the first pause and the longest."""

PATIENCE = 10.0
"""Seconds for connecting, and for an answer to what we ask."""

EVENTS = "call,agent,cdr,dialplan"
_TROUBLE = (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError, HotlineError)


class LoginRefused(HotlineError):
    """Asterisk does not know the user, the password or the address we come from."""


class Silent(HotlineError):
    """Asterisk does not answer a ping."""


async def run(row: AsteriskRow, channel: Asterisk, keep: Keep, clock: Clock) -> None:
    """Listen until cancelled, whatever happens to the connection; without a `host` there is nothing to do."""
    if not row.host:
        await asyncio.Event().wait()
    listener = _Listener(row, channel, keep, clock)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listener.listen())
        for _ in range(AT_ONCE):
            tasks.create_task(listener.store())


@dataclass
class _Listener:
    row: AsteriskRow
    channel: Asterisk
    keep: Keep
    clock: Clock
    memory: Memory = field(init=False)
    waiting: asyncio.Queue[Delivery] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def __post_init__(self) -> None:
        self.memory = Memory(frozenset(self.row.trunks), self.row.grace_seconds, self.row.prefix)

    async def listen(self) -> None:
        """Connect again and again; what is remembered of calls outlives a connection."""
        pause = PAUSES[0]
        while True:
            try:
                async with _connected(self.row) as session:
                    TRANSPORT_UP.labels(self.row.code).set(1)
                    pause = PAUSES[0]
                    await self._hear(session)
            except _TROUBLE as error:
                log("pbx_awaited", table=self.row.code, kind=type(error).__name__)
            TRANSPORT_UP.labels(self.row.code).set(0)
            self.memory.broke()
            await asyncio.sleep(pause)
            pause = min(PAUSES[1], pause * 2)

    async def _hear(self, session: "_Session") -> None:
        """Until the connection breaks. A silence is broken by a ping, a second one ends it."""
        loop = asyncio.get_running_loop()
        await session.ask("CoreShowChannels")
        silent_at, asked = loop.time() + self.row.ping_seconds, False
        while True:
            held = [until for until, _ in self.memory.held.values()]
            message = await session.next(min([silent_at, *held]))
            now = loop.time()
            if message:
                silent_at, asked = now + self.row.ping_seconds, False
                at = _moment(message, self.clock.now())
                self._wait(self.memory.take(message, at, now), at)
            elif now >= silent_at:
                if asked:
                    raise Silent
                await session.ask("Ping")
                silent_at, asked = now + self.row.ping_seconds, True
            self._wait(self.memory.ripe(now), self.clock.now())

    def _wait(self, kept: list[Kept], at: datetime) -> None:
        for message, context in kept:
            headers = {CONTEXT: context.model_dump_json(exclude_defaults=True)}
            try:
                self.waiting.put_nowait(Delivery(message.raw, at, AMI, headers=headers))
            except asyncio.QueueFull:
                CALL_EVENTS_LOST.labels(self.row.code).inc()

    async def store(self) -> None:
        """Store what waits, each until it is durable."""
        while True:
            delivery = await self.waiting.get()
            while not await self._stored(delivery):
                pass

    async def _stored(self, delivery: Delivery) -> bool:
        try:
            await self.keep(self.channel.key(delivery), delivery)
        except Exception as error:  # whatever it is: the event will not come again
            log("call_event_put_off", table=self.row.code, kind=type(error).__name__)
            await asyncio.sleep(1)
            return False
        return True


@dataclass
class _Session:
    """One connection, logged in."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def next(self, until: float) -> ami.Message | None:
        """The next message; None when there is none until that time of the loop."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                return ami.read(await self.reader.readuntil(ami.END))
        return None

    async def ask(self, action: str, **fields: str) -> None:
        """Send an action without waiting for its answer."""
        self.writer.write(ami.written(action, **fields))
        async with asyncio.timeout(PATIENCE):
            await self.writer.drain()

    async def answered(self, action: str, **fields: str) -> ami.Message:
        """Send an action and wait for its response; events meanwhile are none of calls that we know."""
        await self.ask(action, **fields)
        async with asyncio.timeout(PATIENCE):
            while True:
                message = ami.read(await self.reader.readuntil(ami.END))
                if message.get("Response"):
                    return message

    async def log_in(self, row: AsteriskRow) -> None:
        """Raises LoginRefused."""
        secret = password_of(row)
        proof = {"Secret": secret}
        if row.auth == "md5":
            asked = await self.answered("Challenge", AuthType="MD5")
            key = hashlib.md5((asked.get("Challenge") + secret).encode(), usedforsecurity=False)
            proof = {"AuthType": "MD5", "Key": key.hexdigest()}
        answer = await self.answered("Login", Username=row.user, Events=EVENTS, **proof)
        if answer.get("Response") != "Success":
            raise LoginRefused


@asynccontextmanager
async def _connected(row: AsteriskRow) -> AsyncIterator[_Session]:
    trusted = ssl.create_default_context(cafile=row.ca_file) if row.tls else None
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(row.host, row.port, ssl=trusted, limit=LONGEST)
    try:
        session = _Session(reader, writer)
        async with asyncio.timeout(PATIENCE):
            await reader.readuntil(b"\r\n")  # the banner ends without a blank line
        await session.log_in(row)
        yield session
    finally:
        writer.close()
        with suppress(OSError, TimeoutError, ssl.SSLError):
            async with asyncio.timeout(1):
                await writer.wait_closed()


def _moment(message: ami.Message, now: datetime) -> datetime:
    """When Asterisk says it happened (`timestampevents`), if it says so and its clock can be right."""
    stamp = message.get("Timestamp")
    return epoch(stamp, Delivery(b"", now)) if stamp else now
