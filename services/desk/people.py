"""Accounts and sessions: who may sign in, who is signed in, who looked at whose data."""

from services.desk.domain.people import Account, Role

COOKIE = "__Host-desk"
"""Name of the session cookie; `desk` when `secure_cookies` is off (plain http on a laptop)."""


class People:
    """Not a projection: these tables are migrated, not rebuilt. Real time, whatever the business clock says."""

    async def sign_in(self, login: str, password: str, address: str) -> str:
        """A new session's token for the cookie or the bearer header. Raises Refused: wrong, or too many tries.

        `address` is the client's, for throttling. The answer to an unknown log-in is the same as to a wrong
        password, and takes as long.
        """
        raise NotImplementedError

    async def who(self, token: str) -> Account | None:
        """The account of a live session (12 h idle at most); None: sign in again."""
        raise NotImplementedError

    async def sign_out(self, token: str) -> None:
        """The session ends at once, everywhere."""
        raise NotImplementedError

    async def add(self, *, login: str, name: str, role: Role, agency: str, password: str) -> Account:
        """A new account. Raises Refused naming the input."""
        raise NotImplementedError

    async def end(self, login: str) -> None:
        """The account and its sessions end; it is never deleted."""
        raise NotImplementedError

    async def listed(self) -> tuple[Account, ...]:
        """Every account, by log-in."""
        raise NotImplementedError

    async def change_password(self, account: Account, old: str, new: str) -> None:
        """Raises Refused when the old one is wrong or the new one too short."""
        raise NotImplementedError
