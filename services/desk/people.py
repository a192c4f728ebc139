"""Accounts and sessions: who may sign in, and who is signed in."""

import asyncio
import secrets
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from libs.contracts.errors import Refused
from libs.runtime.database import reading, table, writing
from libs.web.limits import Limits, TooOften
from services.desk.account_checks import LOGIN, check_password, checked, checked_extension
from services.desk.account_rows import account_of, digest_of, now_seconds
from services.desk.domain.errors import NotFound, NotSignedIn
from services.desk.domain.people import Account
from services.desk.metrics import SIGN_INS
from services.desk.passwords import LONGEST, Passwords
from services.desk.tables import AccountRow, SessionRow

ACCOUNT, SESSION = table(AccountRow), table(SessionRow)

IDLE = 12 * 3600
"""Seconds after which an unused session is over."""

_LOOK = 60
"""Seconds between two notes that a session is in use: not every page writes."""


class People:
    """Not a projection: these tables are migrated, not rebuilt. Real time, also beside a simulated clock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._passwords = Passwords()
        self.limits = Limits()

    async def sign_in(self, login: str, password: str, address: str) -> str:
        """A new session's token for the cookie or the bearer header.

        Raises NotSignedIn when log-in or password is wrong (the same answer for both, after the same time),
        and TooOften: `address` is the client's, counted loosely; a log-in is counted firmly.
        """
        name = login.strip().lower()
        try:
            await self.limits.allow("sign-in", name[:64], 10, 10)
            await self.limits.allow("sign-in-from", address, 100, 10)
        except TooOften:
            SIGN_INS.labels("throttled").inc()
            raise
        row = await asyncio.to_thread(self._by_login, name)
        kept = (row.password or None) if row and row.active else None
        if not await self._passwords.fits(password[:LONGEST], kept) or row is None:
            SIGN_INS.labels("refused").inc()
            raise NotSignedIn("Tên đăng nhập hoặc mật khẩu không đúng", "wrong log-in or password")
        return await self._signed_in(row.id, "password")

    async def sign_in_as(self, login: str, subject: str) -> str:
        """A session of the account that a provider vouches for: the first time binds `subject` to it.

        Raises NotSignedIn: no such account, an ended one, or one that belongs to another subject.
        """
        row = await asyncio.to_thread(self._by_login, login.strip().lower())
        if row is None or not row.active or row.subject not in {"", subject}:
            SIGN_INS.labels("refused").inc()
            raise NotSignedIn(
                "Chưa có tài khoản nào ở đây gắn với đăng nhập này; liên hệ quản trị viên",
                "no account here belongs to this sign-in",
            )
        if not row.subject:
            await asyncio.to_thread(self._set, row.login, {"subject": subject})
        return await self._signed_in(row.id, "oidc")

    async def _signed_in(self, account_id: str, way: str) -> str:
        SIGN_INS.labels("signed-in").inc()
        token = secrets.token_urlsafe(32)
        await asyncio.to_thread(self._begin, account_id, token, way)
        return token

    async def who(self, token: str) -> Account | None:
        """The account of a live session (12 h idle at most); None: sign in again."""
        return await asyncio.to_thread(self._who, token) if token else None

    async def sign_out(self, token: str) -> None:
        """The session ends at once, everywhere."""
        await asyncio.to_thread(self._end_sessions, SESSION.c.digest == digest_of(token))

    async def add(
        self,
        *,
        login: str,
        name: str,
        role: str,
        agency: str = "",
        extension: str = "",
        password: str | None,
    ) -> Account:
        """A new account; without a password nobody signs in until a link sets one. Raises Refused."""
        account = checked(login.strip().lower(), " ".join(name.split()), role, agency)
        account = account.model_copy(update={"extension": checked_extension(extension)})
        if password is not None:
            check_password(password)
        kept = await self._passwords.hashed(password) if password else ""
        await asyncio.to_thread(self._add, account, kept)
        return account

    async def end(self, login: str) -> None:
        """The account and its sessions end; it is never deleted. Raises NotFound."""
        await asyncio.to_thread(self._end, login.strip().lower())

    async def give_extension(self, login: str, extension: str) -> None:
        """The telephone on this person's desk; empty: none. Raises Refused, NotFound."""
        kept = checked_extension(extension)
        await asyncio.to_thread(self._set, login.strip().lower(), {"extension": kept})

    async def move(self, login: str, *, role: str, agency: str) -> Account:
        """Another role or agency; the sessions end, so that no page stays open with the rights of before."""
        row = await asyncio.to_thread(self._known, login)
        moved = checked(row.login, row.name, role, agency)
        extension = row.extension if role == "operator" else ""
        values = {"role": moved.role, "agency": moved.agency, "extension": extension}
        await asyncio.to_thread(self._set, row.login, values)
        await asyncio.to_thread(self._end_sessions, SESSION.c.account == row.id)
        return account_of(row).model_copy(update=values)

    async def resume(self, login: str) -> None:
        """An ended account may sign in again. Raises NotFound."""
        await asyncio.to_thread(self._set, login.strip().lower(), {"active": True})

    async def unlink(self, login: str) -> None:
        """The next sign-in by a provider binds this account anew. Raises NotFound."""
        await asyncio.to_thread(self._set, login.strip().lower(), {"subject": ""})

    async def end_sessions(self, account_id: str) -> None:
        """The person is signed out everywhere."""
        await asyncio.to_thread(self._end_sessions, SESSION.c.account == account_id)

    async def known(self, login: str) -> Account:
        """Raises NotFound."""
        return account_of(await asyncio.to_thread(self._known, login))

    async def sessions(self, account_id: str) -> tuple[Row[Any], ...]:
        """Where this person is signed in: `made_at`, `seen_at`, `way`, the newest first."""
        return await asyncio.to_thread(self._sessions, account_id)

    async def way(self, token: str) -> str:
        """How this session began: password, oidc; empty when there is none."""
        return await asyncio.to_thread(self._way, token)

    async def set_password(self, account_id: str, new: str) -> None:
        """Whoever comes by a link of ours. Ends every session. Raises Refused: too short."""
        check_password(new, field="new")
        kept = await self._passwords.hashed(new)
        await asyncio.to_thread(self._set_password, account_id, kept)

    async def listed(self) -> tuple[Account, ...]:
        """Every account, by log-in."""
        return await asyncio.to_thread(self._listed)

    async def change_password(self, account: Account, old: str, new: str) -> None:
        """Ends every session of the account. Raises Refused: the old one is wrong, the new one too short."""
        row = await asyncio.to_thread(self._by_login, account.login)
        if not await self._passwords.fits(old[:LONGEST], row.password if row else None):
            raise Refused("Mật khẩu hiện tại không đúng", "the present password is wrong", field="old")
        await self.set_password(account.id, new)

    def _by_login(self, login: str) -> Row[Any] | None:
        if not LOGIN.fullmatch(login):
            return None
        with reading(self._engine) as connection:
            return connection.execute(select(ACCOUNT).where(ACCOUNT.c.login == login)).first()

    def _known(self, login: str) -> Row[Any]:
        row = self._by_login(login.strip().lower())
        if row is None:
            raise NotFound("Không có tài khoản này", "there is no such account", field="login")
        return row

    def _sessions(self, account_id: str) -> tuple[Row[Any], ...]:
        columns = (SESSION.c.made_at, SESSION.c.seen_at, SESSION.c.way)
        live = SESSION.c.ended_at.is_(None) & (SESSION.c.seen_at > now_seconds() - IDLE)
        query = select(*columns).where(SESSION.c.account == account_id, live)
        with reading(self._engine) as connection:
            return tuple(connection.execute(query.order_by(SESSION.c.seen_at.desc()).limit(20)))

    def _way(self, token: str) -> str:
        with reading(self._engine) as connection:
            mine = select(SESSION.c.way).where(SESSION.c.digest == digest_of(token))
            return str(connection.execute(mine).scalar() or "")

    def _begin(self, account_id: str, token: str, way: str) -> None:
        now = now_seconds()
        row = {"digest": digest_of(token), "account": account_id, "made_at": now, "seen_at": now, "way": way}
        with writing(self._engine) as connection:
            connection.execute(insert(SESSION).values(row))

    def _who(self, token: str) -> Account | None:
        now, digest = now_seconds(), digest_of(token)
        live = (SESSION.c.digest == digest) & SESSION.c.ended_at.is_(None) & (SESSION.c.seen_at > now - IDLE)
        query = select(ACCOUNT, SESSION.c.seen_at).join(SESSION, SESSION.c.account == ACCOUNT.c.id)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(live, ACCOUNT.c.active.is_(True))).first()
        if row is not None and row.seen_at < now - _LOOK:
            with writing(self._engine) as connection:
                connection.execute(update(SESSION).where(SESSION.c.digest == digest).values(seen_at=now))
        return account_of(row) if row else None

    def _end_sessions(self, which: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(SESSION).where(which, SESSION.c.ended_at.is_(None)).values(ended_at=now_seconds())
            )

    def _add(self, account: Account, kept: str) -> None:
        row = {**account.model_dump(), "password": kept, "made_at": now_seconds()}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(ACCOUNT).values(row))
        except IntegrityError:
            raise Refused("Tên đăng nhập đã có", "this log-in is taken", field="login") from None

    def _end(self, login: str) -> None:
        self._end_sessions(SESSION.c.account == self._set(login, {"active": False}))

    def _set(self, login: str, values: dict[str, Any]) -> str:
        row = self._known(login)
        with writing(self._engine) as connection:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(values))
        return str(row.id)

    def _listed(self) -> tuple[Account, ...]:
        with reading(self._engine) as connection:
            return tuple(
                account_of(row) for row in connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.login))
            )

    def _set_password(self, account_id: str, kept: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(password=kept))
        self._end_sessions(SESSION.c.account == account_id)
