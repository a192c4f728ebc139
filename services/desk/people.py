"""Accounts and sessions: who may sign in, and who is signed in."""

import asyncio
import hashlib
import re
import secrets
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from libs.contracts.errors import Refused
from libs.runtime.clock import SystemClock
from libs.runtime.database import reading, table, writing
from libs.web.limits import Limits, TooOften
from services.desk.domain.errors import NotFound, NotSignedIn
from services.desk.domain.people import ROLES, WITH_AGENCY, Account, Role
from services.desk.metrics import SIGN_INS
from services.desk.passwords import LONGEST, SHORTEST, Passwords
from services.desk.store import seconds
from services.desk.tables import AccountRow, SessionRow

ACCOUNT, SESSION = table(AccountRow), table(SessionRow)

IDLE = 12 * 3600
"""Seconds after which an unused session is over."""

_LOOK = 60
"""Seconds between two notes that a session is in use: not every page writes."""

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_AGENCY = re.compile(r"[A-Za-z0-9_-]{1,32}")
_EXTENSION = re.compile(r"[A-Za-z0-9_.-]{0,16}")


class People:
    """Not a projection: these tables are migrated, not rebuilt. Real time, also beside a simulated clock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._passwords = Passwords()
        self._limits = Limits()

    async def sign_in(self, login: str, password: str, address: str) -> str:
        """A new session's token for the cookie or the bearer header.

        Raises NotSignedIn when log-in or password is wrong (the same answer for both, after the same time),
        and TooOften: `address` is the client's, counted loosely; a log-in is counted firmly.
        """
        name = login.strip().lower()
        try:
            await self._limits.allow("sign-in", name[:64], 10, 10)
            await self._limits.allow("sign-in-from", address, 100, 10)
        except TooOften:
            SIGN_INS.labels("throttled").inc()
            raise
        row = await asyncio.to_thread(self._by_login, name)
        kept = row.password if row and row.active else None
        if not await self._passwords.fits(password[:LONGEST], kept) or row is None:
            SIGN_INS.labels("refused").inc()
            raise NotSignedIn("Tên đăng nhập hoặc mật khẩu không đúng", "wrong log-in or password")
        SIGN_INS.labels("signed-in").inc()
        token = secrets.token_urlsafe(32)
        await asyncio.to_thread(self._begin, row.id, token)
        return token

    async def who(self, token: str) -> Account | None:
        """The account of a live session (12 h idle at most); None: sign in again."""
        return await asyncio.to_thread(self._who, token) if token else None

    async def sign_out(self, token: str) -> None:
        """The session ends at once, everywhere."""
        await asyncio.to_thread(self._end_sessions, SESSION.c.digest == _digest(token))

    async def add(
        self, *, login: str, name: str, role: str, agency: str = "", extension: str = "", password: str
    ) -> Account:
        """A new account. Raises Refused naming the input."""
        account = _checked(login.strip().lower(), " ".join(name.split()), role, agency)
        account = account.model_copy(update={"extension": _checked_extension(extension)})
        _check_password(password)
        kept = await self._passwords.hashed(password)
        await asyncio.to_thread(self._add, account, kept)
        return account

    async def end(self, login: str) -> None:
        """The account and its sessions end; it is never deleted. Raises NotFound."""
        await asyncio.to_thread(self._end, login.strip().lower())

    async def give_extension(self, login: str, extension: str) -> None:
        """The telephone on this person's desk; empty: none. Raises Refused, NotFound."""
        kept = _checked_extension(extension)
        await asyncio.to_thread(self._set, login.strip().lower(), {"extension": kept})

    async def listed(self) -> tuple[Account, ...]:
        """Every account, by log-in."""
        return await asyncio.to_thread(self._listed)

    async def change_password(self, account: Account, old: str, new: str) -> None:
        """Ends every session of the account. Raises Refused: the old one is wrong, the new one too short."""
        row = await asyncio.to_thread(self._by_login, account.login)
        if not await self._passwords.fits(old[:LONGEST], row.password if row else None):
            raise Refused("Mật khẩu hiện tại không đúng", "the present password is wrong", field="old")
        _check_password(new, field="new")
        kept = await self._passwords.hashed(new)
        await asyncio.to_thread(self._set_password, account.id, kept)

    def _by_login(self, login: str) -> Row[Any] | None:
        if not _LOGIN.fullmatch(login):
            return None
        with reading(self._engine) as connection:
            return connection.execute(select(ACCOUNT).where(ACCOUNT.c.login == login)).first()

    def _begin(self, account_id: str, token: str) -> None:
        now = _now()
        row = {"digest": _digest(token), "account": account_id, "made_at": now, "seen_at": now}
        with writing(self._engine) as connection:
            connection.execute(insert(SESSION).values(row))

    def _who(self, token: str) -> Account | None:
        now, digest = _now(), _digest(token)
        live = (SESSION.c.digest == digest) & SESSION.c.ended_at.is_(None) & (SESSION.c.seen_at > now - IDLE)
        query = select(ACCOUNT, SESSION.c.seen_at).join(SESSION, SESSION.c.account == ACCOUNT.c.id)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(live, ACCOUNT.c.active.is_(True))).first()
        if row is not None and row.seen_at < now - _LOOK:
            with writing(self._engine) as connection:
                connection.execute(update(SESSION).where(SESSION.c.digest == digest).values(seen_at=now))
        return _account(row) if row else None

    def _end_sessions(self, which: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(SESSION).where(which, SESSION.c.ended_at.is_(None)).values(ended_at=_now())
            )

    def _add(self, account: Account, kept: str) -> None:
        row = {**account.model_dump(), "password": kept, "made_at": _now()}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(ACCOUNT).values(row))
        except IntegrityError:
            raise Refused("Tên đăng nhập đã có", "this log-in is taken", field="login") from None

    def _end(self, login: str) -> None:
        self._end_sessions(SESSION.c.account == self._set(login, {"active": False}))

    def _set(self, login: str, values: dict[str, Any]) -> str:
        row = self._by_login(login)
        if row is None:
            raise NotFound("Không có tài khoản này", "there is no such account", field="login")
        with writing(self._engine) as connection:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(values))
        return str(row.id)

    def _listed(self) -> tuple[Account, ...]:
        with reading(self._engine) as connection:
            return tuple(
                _account(row) for row in connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.login))
            )

    def _set_password(self, account_id: str, kept: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(password=kept))
        self._end_sessions(SESSION.c.account == account_id)


def _now() -> int:
    return seconds(SystemClock().now())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _account(row: Row[Any]) -> Account:
    return Account.model_validate(dict(row._mapping))  # noqa: SLF001  SQLAlchemy's public name for a row's columns


def _checked(login: str, name: str, role: str, agency: str) -> Account:
    if not _LOGIN.fullmatch(login):
        raise Refused(
            "Tên đăng nhập gồm 2–64 chữ thường không dấu, số và . _ @ -",
            "a log-in has 2 to 64 lower-case letters, digits, . _ @ -",
            field="login",
        )
    if not 0 < len(name) <= 100 or not name.isprintable():
        raise Refused("Họ tên có từ 1 đến 100 ký tự", "a name has 1 to 100 characters", field="name")
    known: dict[str, Role] = {one: one for one in ROLES}
    if role not in known:
        raise Refused(f"Vai trò là một trong: {', '.join(ROLES)}", f"roles: {', '.join(ROLES)}", field="role")
    if (role in WITH_AGENCY) != bool(agency) or (agency and not _AGENCY.fullmatch(agency)):
        raise Refused(
            "Cán bộ đầu mối, cơ quan xác định thẩm quyền và công an có mã cơ quan, vai trò khác thì không",
            "officers, arbiters and police have an agency's code, others have none",
            field="agency",
        )
    return Account(id=uuid4().hex, login=login, name=name, role=known[role], agency=agency)


def _checked_extension(typed: str) -> str:
    extension = typed.strip()
    if not _EXTENSION.fullmatch(extension):
        raise Refused(
            "Số máy nhánh gồm tối đa 16 chữ, số và . _ -",
            "an extension has at most 16 letters, digits, . _ -",
            field="extension",
        )
    return extension


def _check_password(password: str, *, field: str = "password") -> None:
    if not SHORTEST <= len(password) <= LONGEST or "\0" in password:
        raise Refused(
            f"Mật khẩu có từ {SHORTEST} đến {LONGEST} ký tự",
            f"a password has {SHORTEST} to {LONGEST} characters",
            field=field,
        )
