"""What events of one connection mean together: who called, who answered, and which dialling is a transfer.

An event is only worth keeping with what went before it; `Memory.take` says so, and gives what its parser
must know. It is bounded, and it forgets what it cannot know: after a break of the connection a call that
nobody was seen to answer may have been answered meanwhile, so its end is left to the record of the call.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from services.intake.channels.ami import Message
from services.intake.channels.amicall import Context, Known, Transfer, peer
from services.intake.channels.telephony import Direction
from services.intake.phones import normalised

CALLS = 5_000
"""Calls remembered; the oldest is forgotten first."""

_TECHNICAL = frozenset({"CHANUNAVAIL", "CONGESTION"})


Kept = tuple[Message, Context]


@dataclass
class Memory:
    """The calls of one Asterisk. `trunks`: peers that lead outside, behind `prefix`; `grace` in seconds.

    A trunk that cannot take a transfer is often followed by another one in the dialplan: for `grace` such a
    failure is held back, and forgotten if the dialling goes on.
    """

    trunks: frozenset[str]
    grace: float = 1.0
    prefix: str = ""
    calls: OrderedDict[str, Known] = field(default_factory=OrderedDict)
    held: dict[str, tuple[float, Kept]] = field(default_factory=dict)
    elsewhere: OrderedDict[str, str] = field(default_factory=OrderedDict)  # target of a transfer → its call

    def take(self, message: Message, at: datetime, now: float) -> list[Kept]:
        """What is to be kept now. `at`: of the event; `now`: seconds of a steady clock."""
        handler = getattr(self, f"_on_{message.event.lower()}", None)
        found = list(handler(message, at)) if handler else []
        return [one for one in found if not self._hold(one, now)]

    def ripe(self, now: float) -> list[Kept]:
        """What was held back long enough."""
        tops = [top for top, (until, _) in self.held.items() if until <= now]
        for top in tops:
            self.calls[top].transfer = None
        return [self.held.pop(top)[1] for top in tops]

    def broke(self) -> None:
        """The connection was lost, and events with it."""
        for known in self.calls.values():
            known.learn(whole=False)
            known.transfer = None

    def _hold(self, kept: Kept, now: float) -> bool:
        context = kept[1]
        if context.status in _TECHNICAL and self.grace:
            self.held[context.top] = (now + self.grace, kept)
            return True
        return False

    def _call(self, message: Message, *prefixes: str) -> Known | None:
        """The call of the first channel that is known by its Linkedid."""
        tops = (message.get(f"{prefix}Linkedid") for prefix in prefixes or ("",))
        return next((self.calls[top] for top in tops if top in self.calls), None)

    def _main(self, message: Message) -> Known | None:
        known = self.calls.get(message.get("Uniqueid"))
        return known if known and not known.over else None

    # --- a call begins, and ends ---------------------------------------------------------------------

    def _on_newchannel(self, message: Message, at: datetime) -> Iterator[Kept]:
        known = self._begin(message, at)
        if known and known.context.direction == "in":
            yield message, known.context

    def _on_coreshowchannel(self, message: Message, at: datetime) -> Iterator[Kept]:
        """Asked for after each login: calls that began while nobody listened."""
        if known := self._begin(message, at):
            known.learn(whole=False)
        yield from ()

    def _begin(self, message: Message, at: datetime) -> Known | None:
        top = message.get("Uniqueid")
        if not top or top != message.get("Linkedid") or top in self.calls:
            return None
        name, dialled = message.get("Channel"), self._outside(message.get("Exten"))
        if name.startswith("Local/"):
            return None
        way: Direction = "out" if normalised(dialled) else "internal"
        context = Context(
            top=top,
            direction="in" if peer(name) in self.trunks else way,
            caller=message.get("CallerIDNum"),
            dialled="" if dialled in {"s", "h"} else dialled,
            began=at,
        )
        self.calls[top] = known = Known(context)
        while len(self.calls) > CALLS:
            gone, _ = self.calls.popitem(last=False)
            self.held.pop(gone, None)
        while len(self.elsewhere) > CALLS:
            self.elsewhere.popitem(last=False)
        return known

    def _on_hangup(self, message: Message, _at: datetime) -> Iterator[Kept]:
        known = self._main(message)
        if not known:
            return
        known.over = True
        if known.context.top in self.held:
            yield self.held.pop(known.context.top)[1]
        elif known.transfer:
            yield message, self._ended(known, "CANCEL")
        context = known.context
        if context.direction != "internal" and (context.whole or context.answered):
            yield message, context
        yield from self._recorded(known)

    def _on_cdr(self, message: Message, _at: datetime) -> Iterator[Kept]:
        """Only of a call that was not seen as a whole, and only the row that tells of somebody answering."""
        known = self.calls.get(message.get("UniqueID"))
        spoken = message.get("Disposition") == "ANSWERED" and message.get("DestinationChannel")
        if known and spoken and not known.context.whole and not known.context.answered:
            yield message, known.context

    # --- whom it rings at, who answers ---------------------------------------------------------------

    def _on_queuecallerjoin(self, message: Message, _at: datetime) -> Iterator[Kept]:
        if known := self._main(message):
            known.learn(queue=message.get("Queue"))
        yield from ()

    def _on_dialbegin(self, message: Message, _at: datetime) -> Iterator[Kept]:
        known = self._call(message, "Dest", "")
        target = message.get("DestUniqueid")
        if not known or not target:
            return
        self.held.pop(known.context.top, None)
        if known.transfer:
            known.transfer.targets.add(target)
        else:
            known.dials.add(target)
            if known.context.direction == "in" and (extension := self._extension(message)):
                yield message, known.known(extension=extension, leg=target)

    def _on_dialend(self, message: Message, at: datetime) -> Iterator[Kept]:
        target, status = message.get("DestUniqueid"), message.get("DialStatus")
        known = self.calls.get(self.elsewhere.pop(target, "")) or self._call(message, "Dest", "")
        if not known or not target:
            return
        if known.transfer and target not in known.dials:
            known.transfer.targets.discard(target)
            if status == "ANSWER" or not known.transfer.targets:
                yield message, self._ended(known, status)
        elif status == "ANSWER":
            yield from self._answer(known, message, at)

    def _on_agentconnect(self, message: Message, at: datetime) -> Iterator[Kept]:
        """The queue's own word for it; mostly the dialling said so already."""
        known = self._call(message, "", "Dest")
        if known and not known.context.answered and message.get("DestUniqueid"):
            yield from self._answer(known, message, at)

    def _answer(self, known: Known, message: Message, at: datetime) -> Iterator[Kept]:
        if message.get("DestChannel").startswith("Local/"):
            return  # its other half dials the telephone itself
        if known.context.answered is None:
            known.learn(answered=at)
        if known.context.direction != "internal":
            yield message, known.known(extension=self._extension(message), leg=message.get("DestUniqueid"))

    def _extension(self, message: Message) -> str:
        name = message.get("DestChannel")
        return "" if name.startswith("Local/") or peer(name) in self.trunks else peer(name)

    # --- putting through -----------------------------------------------------------------------------

    def _on_blindtransfer(self, message: Message, _at: datetime) -> Iterator[Kept]:
        known = self._call(message, "Transferee", "Transferer")
        if known and known.context.direction == "in" and message.get("Result") == "Success":
            number = self._outside(message.get("Extension"))
            yield message, self._begun(known, number, message.get("TransfererUniqueid") or number)

    def _on_attendedtransfer(self, message: Message, at: datetime) -> Iterator[Kept]:
        """The operator spoke to the agency first, or left while it rang there."""
        del at
        sides = ("Transferee", "OrigTransferer", "SecondTransferer")
        calls = [known for side in sides if (known := self._call(message, side))]
        known = next((one for one in calls if one.context.direction == "in"), None)
        if not known or message.get("Result") != "Success":
            return
        number = next((one.context.dialled for one in calls if one is not known and one.context.dialled), "")
        number = number or message.get("TransferTargetCallerIDNum")
        target = message.get("TransferTargetUniqueid")
        context = self._begun(known, number, message.get("SecondTransfererUniqueid") or number)
        if target and message.get("TransferTargetChannelStateDesc") != "Up" and known.transfer:
            known.transfer.targets.add(target)
            self.elsewhere[target] = known.context.top
            yield message, context
        else:
            yield message, self._ended(known, "ANSWER")

    def _outside(self, dialled: str) -> str:
        """The number behind the digits that operators dial for a line."""
        bare = dialled.removeprefix(self.prefix)
        return bare if normalised(bare) else dialled

    def _begun(self, known: Known, number: str, leg: str) -> Context:
        known.transfer = Transfer(number, leg)
        return known.known(number=number, leg=leg)

    def _ended(self, known: Known, status: str) -> Context:
        transfer = known.transfer
        assert transfer
        if status not in _TECHNICAL:  # else another trunk may still be tried
            known.transfer = None
        return known.known(number=transfer.number, leg=transfer.leg, status=status)

    # --- recordings ----------------------------------------------------------------------------------

    def _on_varset(self, message: Message, _at: datetime) -> Iterator[Kept]:
        if message.get("Variable") == "MIXMONITOR_FILENAME" and (known := self._call(message)):
            known.files[message.get("Uniqueid")] = message.get("Value")
        yield from ()

    def _on_mixmonitorstop(self, message: Message, _at: datetime) -> Iterator[Kept]:
        known = self._call(message)
        channel = message.get("Uniqueid")
        if known and (file := known.files.pop(channel, "")):
            known.stopped.append((message, known.known(file=file, leg=channel)))
            yield from self._recorded(known)

    def _recorded(self, known: Known) -> Iterator[Kept]:
        """A recording is only told of when the call is over: it may stop long before."""
        if known.over:
            yield from known.stopped
            known.stopped.clear()
