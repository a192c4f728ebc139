"""`replay` for a service that keeps no projection: the facts it had to bury are handled once more."""

from nats.js.client import JetStreamContext

from libs.contracts.events import CaseFact
from libs.contracts.sidefacts import Dead
from libs.contracts.subjects import case_ref, decode
from libs.runtime.bus import broker_for, connect
from libs.runtime.delivery import React, Received
from libs.runtime.logs import log
from libs.runtime.main import Provisioner, read_settings
from libs.runtime.publishing import EXPECTED
from libs.runtime.service import Runtime


async def redeliver(rt: Runtime, react: React) -> int:
    """Handle every fact this service buried; returns how many are well. A pointer goes when its fact is.

    Facts are written with the service's own key, pointers read and removed with the provisioner's.
    """
    broker = broker_for("provisioner", rt.settings.nats_url, read_settings(Provisioner).seed_file)
    try:
        js = (await connect(broker, "provisioner")).jetstream(timeout=5)
        info = await js.stream_info("DEAD", subjects_filter=f"dead.{rt.service}.>")
        well = 0
        for subject in sorted(info.state.subjects or {}):
            well += await _once_more(js, subject, react)
        return well
    finally:
        await broker.stop()


async def _once_more(js: JetStreamContext, subject: str, react: React) -> bool:
    dead = Dead.model_validate_json((await js.get_last_msg("DEAD", subject)).data or b"")
    message = await js.get_msg(dead.stream, seq=dead.seq)
    try:
        fact = decode(message.subject or "", message.data or b"")
        if not isinstance(fact, CaseFact):
            return False
        predecessor = int((message.headers or {}).get(EXPECTED, 0))
        await react(Received(case_ref(dead.subject), dead.seq, predecessor, fact))
    except Exception as error:
        log("fact_still_dead", error=error, subject=dead.subject, seq=dead.seq)
        return False
    await js.purge_stream("DEAD", subject=subject)
    return True
