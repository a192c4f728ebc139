"""Links by which people set their password themselves: good for three days, once, and never stored."""

import secrets
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select, update

from libs.runtime.database import reading, table, writing
from services.desk.account_rows import account_of, digest_of, now_seconds
from services.desk.domain.errors import NotFound
from services.desk.domain.people import Account
from services.desk.people import ACCOUNT
from services.desk.tables import InvitationRow

INVITATION = table(InvitationRow)
LASTS = 72 * 3600
"""Seconds after which a link is worth nothing."""


@dataclass(frozen=True)
class Invitations:
    """Sync SQL; one link an account: a new one ends those before it."""

    engine: Engine

    def invite(self, account_id: str) -> str:
        """The token of a new link."""
        token, now = secrets.token_urlsafe(32), now_seconds()
        row = {"digest": digest_of(token), "account": account_id, "ends_at": now + LASTS}
        with writing(self.engine) as connection:
            theirs = (INVITATION.c.account == account_id) & INVITATION.c.used_at.is_(None)
            connection.execute(update(INVITATION).where(theirs).values(used_at=now))
            connection.execute(insert(INVITATION).values(row))
        return token

    def invited(self, token: str) -> Account:
        """Whose link it is. Raises NotFound: none, used, over, or an ended account's."""
        good = (INVITATION.c.digest == digest_of(token)) & INVITATION.c.used_at.is_(None)
        good &= (INVITATION.c.ends_at > now_seconds()) & ACCOUNT.c.active.is_(True)
        query = select(ACCOUNT).join(INVITATION, INVITATION.c.account == ACCOUNT.c.id).where(good)
        with reading(self.engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _over()
        return account_of(row)

    def use(self, token: str) -> None:
        """The link is used now. Raises NotFound when somebody was faster."""
        now = now_seconds()
        good = (INVITATION.c.digest == digest_of(token)) & INVITATION.c.used_at.is_(None)
        with writing(self.engine) as connection:
            used = connection.execute(
                update(INVITATION).where(good, INVITATION.c.ends_at > now).values(used_at=now)
            )
            if used.rowcount != 1:
                raise _over()


def _over() -> NotFound:
    return NotFound(
        "Đường dẫn này đã dùng hoặc hết hạn; xin quản trị viên cấp đường dẫn mới",
        "this link was used or is over; ask an administrator for another",
    )
