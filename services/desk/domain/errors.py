"""Why the desk says no, beyond a plain refusal: not yours to do, or not there at all."""

from libs.contracts.errors import Refused


class NotAllowed(Refused):
    """Not yours to do, whatever the state of the case."""


class NotFound(Refused):
    """There is no such case, account or command."""


class AgencyEnded(Refused):
    """The agency of this officer is no more: what they wrote is for its successor."""


class NotSignedIn(Refused):
    """Nobody known: sign in first, or again."""
