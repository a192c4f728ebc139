"""A PBX of the kind that calls addresses of ours: GET with everything in the query, no signature.

`/hooks/<table>/<secret>/call_in?phone&queue&extension&callid&event=RING|ANSWER&did`, `…/hangup?callid` and
`…/calldata?callid&calldate&duration&billsec&status&did&extension&phone&direction&recordingfile`. Some
post the same as a form. Its times are those of the wall clock of `zone`. It tells nothing of transfers.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from libs.contracts.calls import CallAnswered, CallRinging
from services.intake.channels.reading import pairs_of, text_of, whole, words
from services.intake.channels.shape import Delivery, Event, Passed, SetAside
from services.intake.channels.telephony import (
    Call,
    CallChannel,
    CallRow,
    Direction,
    at_extension,
    local,
    result_of,
    secret_of,
)

ROW = CallRow
_DIRECTIONS: dict[str, Direction] = {
    "out": "out", "outbound": "out", "outgoing": "out", "internal": "internal", "local": "internal",
}  # fmt: skip


def channel(row: CallRow) -> CallChannel:
    """Raises BadChannels without a secret."""
    return UrlPbx(row.pack_code, row=row, secret=secret_of(row))


class UrlPbx(CallChannel):
    """Its words come under names that we gave it."""

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        posted = text_of(delivery.body) if delivery.method == "POST" else ""
        told = pairs_of(delivery.query, posted)
        match self.place(delivery).rpartition("/")[2]:
            case "calldata":
                return list(self._calldata(told, delivery))
            case "call_in" | "hangup" if told.get("status"):  # some tell of who gave up at these
                return list(self._calldata(told, delivery))
            case "call_in":
                return self._call_in(told, delivery)
            case "hangup":  # neither who called nor how long: what follows as calldata says both
                return [Passed("hangup")]
            case other:
                raise SetAside(f"no such address of ours: {words(other, 40)}")

    def _call_in(self, told: Mapping[str, str], delivery: Delivery) -> Iterable[Event]:
        call = self._call(told, delivery)
        match told.get("event", "").upper():
            case "RING":
                return [call.fact(CallRinging, leg=at_extension(call.extension))]
            case "ANSWER" | "ANSWERED":
                return [call.fact(CallAnswered, leg=at_extension(call.extension))]
            case other:
                raise SetAside(f"an event that nobody knows: {other[:40]}")

    def _calldata(self, told: Mapping[str, str], delivery: Delivery) -> Iterator[Event]:
        status = told.get("status", "").upper()[:40]
        lasted = whole(told.get("duration"))
        started = local(told.get("calldate", ""), self.row.zone, delivery)
        call = self._call(told, delivery).later(min(started + timedelta(seconds=lasted), delivery.at))
        talk = whole(told.get("billsec")) if result_of(status) == "answered" else 0
        waited = whole(told.get("holdtime")) or lasted
        yield from call.over(talk, result_of(status), status, started=started, waited=waited)
        yield from call.recorded(told.get("recordingfile", ""), talk)

    def _call(self, told: Mapping[str, str], delivery: Delivery) -> Call:
        direction = _DIRECTIONS.get(told.get("direction", "").lower(), "in")
        ours, theirs = told.get("did", ""), told.get("phone", "")
        caller, dialled = (ours, theirs) if direction == "out" else (theirs, ours)
        top, queue, extension = (told.get(name, "") for name in ("callid", "queue", "extension"))
        return Call(self.row, top, delivery.at, direction, caller, dialled, queue, extension)
