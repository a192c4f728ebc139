"""How accounts and sessions are kept: instants of real time, digests of tokens, rows read as accounts."""

import hashlib
from typing import Any

from sqlalchemy import Row

from libs.runtime.clock import SystemClock
from services.desk.domain.people import Account
from services.desk.store import seconds


def now_seconds() -> int:
    """Real time, also beside a simulated clock."""
    return seconds(SystemClock().now())


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def account_of(row: Row[Any]) -> Account:
    """The account in a row of its table."""
    return Account.model_validate(dict(row._mapping))  # noqa: SLF001  SQLAlchemy's public name for a row's columns
