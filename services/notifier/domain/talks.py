"""Conversations that may be answered for a while only, and what this installation can reach beyond mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, NamedTuple

from libs.contracts.casevalues import Origin
from libs.contracts.facts import Value
from libs.contracts.sidefacts import LetterWay

Chat = Literal["zalo", "facebook"]
CHATS: Mapping[str, Chat] = {"zalo": "zalo", "facebook": "facebook"}
"""Channel of the pack → the way back."""

_ANONYMOUS = "anonymous:"
"""How intake names who wrote on Zalo without logging in: nobody whom a message could be sent to."""

COMMENT = "comment:"
"""How the address of whoever spoke in public begins: they are answered in private, and once."""


class Talk(Value):
    """Whom to answer on a channel: a person who wrote to us, or who commented where everybody reads it."""

    way: Chat
    account: str
    person: str
    comment: str = ""

    @property
    def key(self) -> str:
        """The conversation, whatever case it is about."""
        return self.address if self.comment else f"{self.way}:{self.account}:{self.person}"

    @property
    def address(self) -> str:
        return f"{COMMENT}{self.comment}" if self.comment else self.person


class Window(NamedTuple):
    """How long after a person's last words, and how often, they may be answered."""

    lasts: timedelta
    most: int


WINDOWS: Mapping[str, Window] = {
    "zalo": Window(timedelta(hours=48), 8),
    "facebook": Window(timedelta(hours=24), 1_000_000),
    "comment": Window(timedelta(days=7), 1),
}
"""By how the key of a conversation begins."""


def window(key: str) -> Window:
    return WINDOWS[key.partition(":")[0]]


def talk(channel: str, origin: Origin) -> Talk | None:
    """The conversation that these words belong to; None on a channel that cannot be answered."""
    way = CHATS.get(channel)
    if way is None or not (origin.account and origin.person) or origin.person.startswith(_ANONYMOUS):
        return None
    comment = origin.thread if origin.public else ""
    if origin.public and not (comment and way == "facebook"):
        return None
    return Talk(way=way, account=origin.account, person=origin.person, comment=comment)


class Partner(NamedTuple):
    """A program that is told of its own cases: those that came on this channel, by this account of theirs."""

    name: str
    channel: str
    account: str = ""


@dataclass(frozen=True)
class Reach:
    """What is set up here. `accounts`: way → the account of ours that may answer on it.

    `zns` are the letters that have a ZNS template; `own` our own mail addresses, which nobody writes to.
    """

    accounts: Mapping[str, str] = field(default_factory=dict)
    zns: frozenset[str] = frozenset()
    partners: tuple[Partner, ...] = ()
    own: frozenset[str] = frozenset()


class Address(NamedTuple):
    """One way to reach somebody; `talk` is the key of the conversation whose window must be open."""

    way: LetterWay
    address: str
    talk: str = ""
