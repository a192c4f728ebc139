"""Partners: whose program may hand in requests, known by the digest of its key alone."""

import hashlib
import hmac
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from libs.contracts.errors import HotlineError

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class BadPartners(HotlineError):
    """The file of partners cannot be used."""


class Partner(BaseModel):
    """One table of the file. `code`: the table's name, it stands in every case that the partner sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str = Field(min_length=1, max_length=100)
    key_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    may_read_own: bool = Field(True, description="its own requests that are not published, and their updates")
    for_sender: bool = Field(
        False, description="shows what it reads to the sender alone: it gets the words meant for them, too"
    )
    extended: bool = Field(False, description="updates say IN_PROGRESS and so on, not only OPEN and CLOSED")
    hourly: int = Field(600, gt=0, description="requests and updates it may hand in within an hour")


def read_partners(file: Path | None) -> tuple[Partner, ...]:
    """The partners of a TOML file, one table each; none without a file. Raises BadPartners."""
    if file is None:
        return ()
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        found = tuple(_partner(code, table) for code, table in tables.items())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadPartners(f"{file}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadPartners(f"{file}: {error.title}: {where}: {first['msg']}") from None
    if len({one.key_sha256 for one in found}) < len(found):
        raise BadPartners(f"{file}: two partners have the same key")
    return found


def _partner(code: str, table: object) -> Partner:
    if not _CODE.fullmatch(code) or not isinstance(table, Mapping):
        raise BadPartners(f"{code}: a table named with a-z, 0-9 and - is needed")
    return Partner.model_validate({**table, "code": code})


def partner_with(key: str, partners: tuple[Partner, ...]) -> Partner | None:
    """Whose key this is; every digest is compared, in constant time each."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    found = [one for one in partners if hmac.compare_digest(one.key_sha256, digest)]
    return found[0] if found else None
