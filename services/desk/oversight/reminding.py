"""Several cases reminded at once: a fact for each, and one letter for each agency that names them all."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from libs.contracts.errors import Refused
from services.desk.commands import Commands
from services.desk.domain.oversight_inputs import Remind
from services.desk.domain.people import Account

MOST = 50
"""Cases of one form: a page of the list."""


@dataclass(frozen=True)
class Ticked:
    """A case and who is to be reminded of it."""

    case_id: str
    code: str
    agency: str


@dataclass(frozen=True)
class Outcome:
    """How many cases were reminded, of how many agencies; `refused`: code and why, in Vietnamese."""

    cases: int
    agencies: int
    refused: tuple[tuple[str, str], ...]


async def remind_all(
    commands: Commands, account: Account, ticked: Iterable[Ticked], text: str, command_id: UUID
) -> Outcome:
    """The first case of an agency that may be reminded carries the letter; sent again, nothing is doubled."""
    groups: dict[str, list[Ticked]] = defaultdict(list)
    for one in list(ticked)[:MOST]:
        groups[one.agency].append(one)
    done, agencies, refused = 0, 0, []
    for agency, cases in groups.items():
        carrier = ""
        for number, one in enumerate(cases):
            beside = () if carrier else tuple(other.code for other in cases[number + 1 :])
            command = Remind(
                command_id=command_id, agency=agency, text=text, beside=beside, told_with=carrier or None
            )
            try:
                await commands.do(account, one.case_id, command)
            except Refused as error:
                refused.append((one.code, error.vi))
                continue
            carrier = carrier or one.code
            done += 1
        agencies += bool(carrier)
    return Outcome(done, agencies, tuple(refused))
