"""What people do: each command becomes one fact, on the case as it now stands, and is seen at once."""

from dataclasses import dataclass

from libs.contracts.events import CaseFact
from services.desk.calls import TypedCall
from services.desk.domain.inputs import Command
from services.desk.domain.people import Account
from services.desk.views import Taken


@dataclass(frozen=True)
class Done:
    """The fact, its sequence, whether an earlier click had made it, and whether the pages show it already."""

    fact: CaseFact
    seq: int
    repeated: bool
    shown: bool


class Commands:
    """Used by pages and API alike. Input models: `domain/inputs.py`; `calls.TypedCall` for a typed call."""

    async def do(self, account: Account, case_id: str, command: Command) -> Done:
        """Append the fact and wait up to 2 s until the projection shows it.

        Raises NotFound, NotAllowed, Refused (`stale`: look again; `field`: the input it is about), each with
        `vi` and `en`; OutcomeUnknown when the server does not confirm: the same command_id may be sent again.
        """
        raise NotImplementedError

    async def take_call(self, account: Account, call: TypedCall) -> Taken:
        """An operator's typed call goes to intake (held, channel phone) and is a case when this returns.

        Raises NotAllowed, Refused (what intake said about an input), IntakeUnavailable (send the same form
        again: nothing is doubled).
        """
        raise NotImplementedError
