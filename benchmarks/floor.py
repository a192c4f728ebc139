"""The floor: the least that could be called the same job, in bare asyncio and nats-py, to measure against.

Three processes: accept (raw ASGI, one JetStream publish), route (dictionary, deadline by bisection, one SQL
transaction a batch), notify (builds a letter, hands it over SMTP on one connection a batch). No rules, no
retries, no identity, no look-up codes, no links, no permissions: nobody should run it.
"""

import asyncio
import json
import sqlite3
import sys
import time
from bisect import bisect_right
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import nats
import uvicorn
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, StreamConfig

from libs.runtime.pull import Pull

OPENS = [day * 86_400 + start for day in range(30_000) if (day + 3) % 7 < 5 for start in (0, 1800 * 12)]


async def connect(url: str) -> Client:
    return await nats.connect(url, pending_size=0, max_reconnect_attempts=-1)


async def prepare(url: str) -> None:
    client = await connect(url)
    js = client.jetstream()
    await js.add_stream(StreamConfig(name="FLOOR", subjects=["floor.*"]))
    for name in ("route", "notify"):
        subject = {"route": "floor.asked", "notify": "floor.routed"}[name]
        await js.add_consumer("FLOOR", ConsumerConfig(durable_name=name, filter_subject=subject))
    await client.close()


async def accept(url: str, port: int) -> None:
    client = await connect(url)
    js = client.jetstream()

    async def app(_scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        await js.publish("floor.asked", body)
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off")
    await uvicorn.Server(config).serve()


async def route(url: str, database: str) -> None:
    client = await connect(url)
    js, rows = client.jetstream(), sqlite3.connect(database, isolation_level=None)
    rows.execute("pragma journal_mode=wal")
    rows.execute("create table if not exists asked (seq integer primary key, agency text, due integer)")
    pull = Pull(client, "FLOOR", "route")
    while True:
        batch = await pull.fetch()
        if not batch:
            continue
        routed = [_routed(message) for message in batch]
        rows.execute("begin immediate")
        found = [(one["seq"], one["agency"], one["due"]) for one in routed]
        rows.executemany("insert or ignore into asked values (?, ?, ?)", found)
        rows.execute("commit")
        await asyncio.gather(*(js.publish("floor.routed", json.dumps(one).encode()) for one in routed))
        for message in batch:
            await message.ack()


def _routed(message: Msg) -> dict[str, Any]:
    asked = json.loads(message.data)
    agency = {0: "SYT", 1: "SCT"}.get(len(asked["text"]) % 2)
    due = OPENS[bisect_right(OPENS, int(time.time())) + 2]
    return {"key": asked["key"], "agency": agency, "due": due, "seq": message.metadata.sequence.stream}


async def notify(url: str, smtp: int) -> None:
    client = await connect(url)
    pull = Pull(client, "FLOOR", "notify")
    while True:
        batch = await pull.fetch()
        if not batch:
            continue
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=smtp) as server:
            for message in batch:
                letter = EmailMessage()
                letter["From"], letter["To"] = "a@1022.example", "b@1022.example"
                letter["Subject"] = json.loads(message.data)["key"]
                letter.set_content("Phiếu chuyển mới")
                await server.send_message(letter)
                await message.ack()


if __name__ == "__main__":
    part, nats_url, what = sys.argv[1:4]
    if part == "prepare":
        asyncio.run(prepare(nats_url))
    elif part == "accept":
        asyncio.run(accept(nats_url, int(what)))
    elif part == "route":
        asyncio.run(route(nats_url, what))
    else:
        asyncio.run(notify(nats_url, int(what)))
