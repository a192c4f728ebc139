"""Keeps the calls: each fact is put beside the others of its call, and the call is added up again."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from libs.contracts.calls import CALL_FACTS, CallFact, CallRecordingReady
from libs.contracts.facts import Happened
from libs.runtime.database import table, upsert
from services.desk.domain.calls import OPEN, Call, call_of
from services.desk.telephony.tables import CallRow, TransferRow

CALL, TRANSFER = table(CallRow), table(TransferRow)

_BLANK = {"stage": "", "open": 0, "owed": 0, "party": "", "began": 0, "at": 0, "over_at": None, "facts": "{}"}


def apply_calls(connection: Connection, facts: Sequence[tuple[int, Happened]]) -> None:
    """Add these facts to their calls; which came first changes nothing."""
    fresh: dict[str, dict[str, str]] = defaultdict(dict)
    for _, fact in facts:
        if isinstance(fact, CallFact) and not isinstance(fact, CallRecordingReady):  # its source is a secret
            fresh[fact.call][f"{fact.leg}.{fact.token}"] = fact.model_dump_json()
    if not fresh:
        return
    known = _locked(connection, sorted(fresh))
    told = {call: {**fresh[call], **known[call]} for call in fresh}
    calls = {call: call_of(_read(bodies)) for call, bodies in told.items()}
    upsert(connection, CALL, [_row(calls[call], told[call]) for call in sorted(calls)], key=["call"])
    upsert(connection, TRANSFER, list(_ended(calls.values())), key=["event_id"], keep=True)
    _settle(connection, calls.values())


def _locked(connection: Connection, calls: Sequence[str]) -> Mapping[str, dict[str, str]]:
    """What is known of these calls; the rows are made where missing and locked in one order."""
    upsert(connection, CALL, [{"call": call, **_BLANK} for call in calls], key=["call"], keep=True)
    wanted = select(CALL.c.call, CALL.c.facts).where(CALL.c.call.in_(calls)).order_by(CALL.c.call)
    return {row.call: json.loads(row.facts) for row in connection.execute(wanted.with_for_update())}


def _read(bodies: Mapping[str, str]) -> Iterable[CallFact]:
    for name, body in bodies.items():
        yield CALL_FACTS[name.partition(".")[2]].model_validate_json(body)


def read_call(facts: str) -> Call:
    """The call of a row."""
    return call_of(_read(json.loads(facts)))


def _row(call: Call, bodies: Mapping[str, str]) -> dict[str, Any]:
    return {
        "call": call.call,
        "stage": call.stage,
        "open": int(call.stage in OPEN),
        "owed": int(call.owed),
        "party": call.party,
        "began": int(call.began.timestamp()),
        "at": int(call.at.timestamp()),
        "over_at": int(call.over_at.timestamp()) if call.over_at else None,
        "facts": json.dumps(bodies, sort_keys=True),
    }


def _ended(calls: Iterable[Call]) -> Iterable[dict[str, Any]]:
    for call in calls:
        for one in call.transfers:
            if one.result:
                yield {
                    "event_id": str(one.event_id),
                    "call": call.call,
                    "number": one.number,
                    "result": one.result,
                    "detail": one.detail,
                    "at": int(one.at.timestamp()),
                }


def _settle(connection: Connection, calls: Iterable[Call]) -> None:
    """Nobody owes the party a call for what was missed before somebody spoke with them.

    Spares the list of calls to return the long past; it asks again for itself (`queries.unreturned`), since
    two replicas may write the two calls in the same moment.
    """
    for party in sorted({call.party for call in calls} - {""}):
        mine = CALL.c.party == party
        over = select(CALL.c.over_at).where(mine, CALL.c.over_at.is_not(None))
        last = connection.execute(over.order_by(CALL.c.over_at.desc()).limit(1)).scalar()
        if last is not None:
            before = (CALL.c.owed == 1) & (CALL.c.began <= last)
            connection.execute(update(CALL).where(mine, before).values(owed=0))


def forget_old(connection: Connection, before: int) -> int:
    """Calls are kept as long as their facts (90 days); how many went. `before`: seconds since 1970."""
    connection.execute(delete(TRANSFER).where(TRANSFER.c.at < before))
    return connection.execute(delete(CALL).where(CALL.c.began < before)).rowcount
