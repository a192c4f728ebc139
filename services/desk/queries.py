"""What people may read: the case page, the queues, search, parked cases; every look at a person is recorded."""

from typing import Literal

from services.desk.domain.people import Account
from services.desk.views import CaseView, Listing, ParkedCase

Group = Literal["open", "publish", "closed", "joined"]


class Queries:
    """All of it is async (SQL runs in threads) and raises NotAllowed or NotFound."""

    async def case(self, account: Account, case_id: str, *, reason: str = "") -> CaseView:
        """The case page. Operators and the lead of the current slip see the person, and that is recorded;
        where the citizen asked for secrecy only with a `reason`.
        """
        raise NotImplementedError

    async def triage(self, account: Account, after: str = "") -> Listing:
        """Cases that wait for an operator, urgent ones first, then the oldest."""
        raise NotImplementedError

    async def unclear(self, account: Account, after: str = "") -> Listing:
        """Cases that wait for the arbiter, urgent ones first, then the oldest."""
        raise NotImplementedError

    async def inbox(self, account: Account, group: Group = "open", after: str = "") -> Listing:
        """The officer's agency by deadline; operators see the desk's own answers with group publish or closed.

        open: an answer is owed · publish: the public text is owed · closed: newest first · joined: the
        agency coordinates or answers together with another.
        """
        raise NotImplementedError

    async def search(self, account: Account, words: str) -> Listing:
        """Cases by look-up code, or for operators by telephone number; the newest first."""
        raise NotImplementedError

    async def parked(self, account: Account) -> tuple[ParkedCase, ...]:
        """For administrators: cases whose facts could not be applied here."""
        raise NotImplementedError
