"""Take up again what a service had to put aside: parked cases, side facts; run with the provisioner's key."""

import asyncio
from collections.abc import Sequence

from nats.js.api import RawStreamMsg
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import select

from libs.contracts.sidefacts import Dead
from libs.contracts.subjects import CaseRef, case_ref
from libs.runtime.caselog import CaseLog
from libs.runtime.database import is_parked, reading, writing
from libs.runtime.logs import log
from libs.runtime.projection import Delivery, Outcome, in_transaction
from libs.runtime.publishing import EXPECTED
from libs.runtime.rebuild import Projection
from libs.runtime.sides import SideProjection

LOOKS = 5
"""How often the history of one case is read again because the service went on with it meanwhile."""


async def replay(js: JetStreamContext, service: str, projection: Projection) -> int:
    """Refold every parked case along its links and apply side facts again; returns how many are well now.

    The service may go on meanwhile. A dead letter stays until what it points at is well.
    """
    cases, healed = CaseLog(js), 0
    letters = await _dead_letters(js, service)
    for ref in await asyncio.to_thread(_parked, projection):
        healed += await _refold(cases, projection, ref)
    still = {"", *(ref.case_id for ref in await asyncio.to_thread(_parked, projection))}
    for subject, dead in letters.items():
        if dead.stream == "CASES":
            well = _case_of(dead) not in still
        else:
            well = await _apply_again(js, projection, dead)
            healed += well
        if well:
            await js.purge_stream("DEAD", subject=subject)
    return healed


async def _dead_letters(js: JetStreamContext, service: str) -> dict[str, Dead]:
    subjects = (await js.stream_info("DEAD", subjects_filter=f"dead.{service}.>")).state.subjects or {}
    messages = {subject: await js.get_last_msg("DEAD", subject) for subject in sorted(subjects)}
    return {subject: Dead.model_validate_json(message.data or b"{}") for subject, message in messages.items()}


def _case_of(dead: Dead) -> str:
    """Empty for a subject that names no case: it never gets well."""
    try:
        return case_ref(dead.subject).case_id
    except ValueError:
        return ""


async def _apply_again(js: JetStreamContext, projection: Projection, dead: Dead) -> bool:
    if (apply := projection.sides.get(dead.stream)) is None:
        return False
    try:
        stored = await js.get_msg(dead.stream, seq=dead.seq)
    except NotFoundError:
        return True
    side = SideProjection(projection.link, apply)
    (verdict,) = await asyncio.to_thread(in_transaction, projection.engine, side, [_delivery(stored)])
    return verdict.outcome is Outcome.DONE


def _delivery(stored: RawStreamMsg) -> Delivery:
    predecessor = int((stored.headers or {}).get(EXPECTED, 0))
    return Delivery(stored.subject or "", stored.seq or 0, predecessor, stored.data or b"")


def _parked(projection: Projection) -> list[CaseRef]:
    columns = projection.link.c
    query = select(columns.case_id, columns.year).where(is_parked(projection.link)).order_by(columns.case_id)
    with reading(projection.engine) as connection:
        return [CaseRef(row.year, row.case_id) for row in connection.execute(query)]


async def _refold(cases: CaseLog, projection: Projection, ref: CaseRef) -> bool:
    for _ in range(LOOKS):
        try:
            stored = await cases.since(ref, 0)
        except NotFoundError:  # a fact that others follow from is gone
            break
        history = [Delivery(one.subject, one.seq, one.predecessor, one.data) for one in stored]
        well = await asyncio.to_thread(_fold_again, projection, ref, history)
        if well is not None:
            return well
    log("case_not_refolded", case_id=ref.case_id)
    return False


def _fold_again(projection: Projection, ref: CaseRef, history: Sequence[Delivery]) -> bool | None:
    """Whether all went well; None when the history ends before the place that the case was read to."""
    link = projection.link
    worker = projection.of_cases
    with writing(projection.engine) as connection:
        mine = link.c.case_id == ref.case_id
        last = connection.execute(select(link.c.last_seq).where(mine).with_for_update()).scalar_one()
        if not history or history[-1].seq < last:
            return None
        projection.forget(connection, [ref.case_id])
        connection.execute(link.update().where(mine).values(last_seq=0, parked=""))
        verdicts = worker.on(connection, history)
    return all(verdict.outcome is Outcome.DONE for verdict in verdicts)
