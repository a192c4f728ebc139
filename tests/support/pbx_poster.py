"""Posts as telephone systems do: FreeSWITCH's record in its three forms, retries, `Expect: 100-continue`."""

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

Form = Literal["raw", "form", "base64"]


def cdr(variables: Mapping[str, Any], *, encoded: bool = True, callflow: list[Any] | None = None) -> bytes:
    """A record of mod_json_cdr; `encoded` as the module's `encode-values`."""
    told = {name: quote(str(value), safe="") if encoded else str(value) for name, value in variables.items()}
    record = {"core-uuid": "00000000-0000-4000-8000-000000000001", "switchname": "pbx", "variables": told}
    return json.dumps(record | {"callflow": callflow or []}).encode()


def posted(record: bytes, form: Form) -> tuple[str, bytes]:
    """Content type and body as the module's `encode` makes them."""
    if form == "raw":
        return "application/json", record
    if form == "form":
        return "application/x-www-form-urlencoded", b"cdr=" + quote(record, safe="").encode()
    return "application/x-www-form-base64-encoded", b"cdr=" + base64.b64encode(record)


async def post(
    host: str, port: int, path: str, body: bytes, *, headers: Mapping[str, str], tries: int = 1
) -> tuple[int, bool]:
    """The status, and whether the server was heard to say `100 Continue` before it had the body.

    Tries again after a 5xx or a connection that broke, as `retries` of the module says.
    """
    for left in range(tries, 0, -1):
        try:
            status, continued = await _once(host, port, path, body, headers)
        except (OSError, EOFError):
            status, continued = 0, False
        if 0 < status < 500 or left == 1:
            return status, continued
        await asyncio.sleep(0.2)
    raise ValueError(tries)


async def _once(host: str, port: int, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bool]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        lines = [f"POST {path} HTTP/1.1", f"Host: {host}:{port}", f"Content-Length: {len(body)}"]
        lines += ["Expect: 100-continue", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        async with asyncio.timeout(5):
            status = await _status(reader)
            continued = status == 100
            if continued:
                writer.write(body)
                status = await _status(reader)
        return status, continued
    finally:
        writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1])
