"""`replay`: what was put aside is taken once more, by a person's decision and without limits."""

from collections.abc import Collection

from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from libs.contracts.sidefacts import Dead
from libs.runtime.bus import broker_for, connect, disconnect
from libs.runtime.logs import log
from libs.runtime.main import Provisioner, read_settings
from libs.runtime.service import Runtime
from services.intake.rawlog import STREAM
from services.intake.worker import Taker


async def take_again(rt: Runtime, taker: Taker, wanted: Collection[int] = ()) -> tuple[int, int]:
    """Take the deliveries of these sequences again, or all; returns how many are well, and how many are not.

    Facts are written with intake's own key, pointers read and removed with the provisioner's.
    """
    broker = broker_for("provisioner", rt.settings.nats_url, read_settings(Provisioner).seed_file)
    try:
        js = (await connect(broker, "provisioner")).jetstream(timeout=5)
        info = await js.stream_info("DEAD", subjects_filter=f"dead.{rt.service}.{STREAM}.>")
        subjects = sorted(info.state.subjects or {}, key=_seq)
        chosen = [one for one in subjects if not wanted or _seq(one) in wanted]
        well = sum([await _once_more(js, taker, one) for one in chosen])
        return well, len(chosen) - well
    finally:
        await disconnect(broker)


async def _once_more(js: JetStreamContext, taker: Taker, subject: str) -> bool:
    dead = Dead.model_validate_json((await js.get_last_msg("DEAD", subject)).data or b"")
    try:
        message = await js.get_msg(STREAM, seq=dead.seq)
        kept = await taker.raw.load(message.headers, message.data or b"")
        await taker.take(dead.subject, kept, limited=False)
    except NotFoundError:
        log("delivery_gone", seq=dead.seq)
        return False
    except Exception as error:
        log("delivery_still_dead", error=error, seq=dead.seq)
        return False
    await js.purge_stream("DEAD", subject=subject)
    return True


def _seq(subject: str) -> int:
    return int(subject.rsplit(".", 1)[1])
