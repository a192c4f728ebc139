"""What the pages about calls show: plain frozen values, for operators only."""

from dataclasses import dataclass
from datetime import datetime

from services.desk.domain.calls import Call, CallBack
from services.desk.views import Row


@dataclass(frozen=True)
class Caller:
    """What is known of a number: the name and the case it stands in, and its cases that are not over."""

    name: str = ""
    named_in: str = ""
    cases: tuple[Row, ...] = ()


@dataclass(frozen=True)
class CallView:
    """A call with its caller, and the case that was typed in it. `mine`: it is at the reader's telephone."""

    call: Call
    caller: Caller
    case_id: str = ""
    mine: bool = False


@dataclass(frozen=True)
class OwedView:
    """Somebody to call back, once however often they called.

    `call`: their last missed call; `waited`: seconds they waited on the line at most.
    """

    call: str
    number: str
    party: str
    name: str
    many: int
    since: datetime
    last: datetime
    waited: int
    attempts: tuple[CallBack, ...]


@dataclass(frozen=True)
class Telephone:
    """The page of calls."""

    going: tuple[CallView, ...]
    owed: tuple[OwedView, ...]
    recent: tuple[CallView, ...]
