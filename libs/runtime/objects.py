"""An object of a bucket, read whole. A reading that is given up leaves no subscription behind.

nats-py's own `ObjectStore.get` does (2.16.0): pieces lie there that nobody takes, and the service that
leaves the server then waits half a minute for them. It also waits for ever for a piece that never comes.
"""

import base64
import hashlib
from asyncio import timeout
from contextlib import suppress

from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext
from nats.js.errors import DigestMismatchError
from nats.js.object_store import ObjectStore


async def read_object(js: JetStreamContext, bucket: str, name: str, *, within: float) -> bytes:
    """The object's content, checked against its digest; `within`: seconds for all of it.

    Raises BucketNotFoundError, ObjectNotFoundError, DigestMismatchError, TimeoutError and what NATS raises.
    """
    async with timeout(within):
        store: ObjectStore = await js.object_store(bucket)
        info = await store.get_info(name)
        content = await _pieces(js, bucket, info.nuid) if info.nuid and info.size else b""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode()
    if info.size and (info.digest or "").partition("=")[2] != digest:
        raise DigestMismatchError
    return content


async def _pieces(js: JetStreamContext, bucket: str, nuid: str) -> bytes:
    reader = await js.subscribe(f"$O.{bucket}.C.{nuid}", stream=f"OBJ_{bucket}", ordered_consumer=True)
    content = bytearray()
    try:
        while True:
            piece = await reader.next_msg(timeout=None)
            content += piece.data
            if not piece.metadata.num_pending:
                return bytes(content)
    finally:
        with suppress(NatsError):
            await reader.unsubscribe()
