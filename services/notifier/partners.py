"""What partners' programs are sent, and to which address: partners.toml."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from libs.contracts.errors import HotlineError
from libs.packs.model import NotInPack, Pack
from services.notifier.domain.about import About
from services.notifier.domain.talks import Partner
from services.notifier.outbox import Letter


class BadPartners(HotlineError):
    """partners.toml cannot be used; the message names the table, the key and what is wrong."""


class PartnerRow(BaseModel):
    """A table of partners.toml. Its name is the partner's code in Open311, unless `channel` says more.

    `url` is the only address that is ever called; redirects are not followed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")]
    secret_file: Path
    channel: str = Field("", description="channel of the pack whose cases are this partner's")
    account: str = Field("", description="only those of this account on the channel")
    timeout: float = Field(10.0, gt=0, le=60)

    @model_validator(mode="after")
    def _tied(self) -> Self:
        if self.account and not self.channel:
            raise ValueError("account needs channel")
        return self

    def secret(self) -> bytes:
        """Raises BadPartners when there is none."""
        try:
            found = self.secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadPartners(f"secret file {self.secret_file.name}: {type(error).__name__}") from error
        if len(found) < 16:
            raise BadPartners(f"secret file {self.secret_file.name}: at least 16 characters")
        return found.encode()


def read_partners(file: Path | None) -> dict[str, PartnerRow]:
    """Partner → its row. Raises BadPartners; without a file there are none."""
    if file is None:
        return {}
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadPartners(f"{file.name}: {error}") from error
    return {name: _row(file.name, name, table) for name, table in tables.items()}


def known(rows: Mapping[str, PartnerRow]) -> tuple[Partner, ...]:
    """Whose cases are whose."""
    return tuple(Partner(name, row.channel, row.account) for name, row in rows.items())


def change(letter: Letter, about: About, pack: Pack) -> str:
    """The body of a webhook: what happened to the case, in codes and in words that everybody may read.

    `sequence` grows with every change of a case, for calls may overtake each other.
    """
    said: dict[str, Any] = {
        "id": letter.letter,
        "event": about.words["event"],
        "sequence": letter.case_seq,
        "service_request_id": about.words["service_request_id"],
        "reference": about.words["reference"],
        "status": about.words["status"],
        "updated_at": about.times["updated_at"].isoformat(),
        "text": about.words["text"] or _ground(about, pack),
    }
    if about.agencies:
        said["agency_responsible"] = _agency(about.agencies[0], pack)
    if "expected_at" in about.times:
        said["expected_at"] = about.times["expected_at"].isoformat()
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _agency(code: str, pack: Pack) -> str:
    try:
        return pack.agency(code).name_vi
    except NotInPack:
        return code


def _ground(about: About, pack: Pack) -> str:
    try:
        return pack.reason("reject", about.reason).text_vi if about.reason else ""
    except NotInPack:
        return ""


def _row(file: str, name: str, table: Any) -> PartnerRow:
    try:
        row = PartnerRow.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadPartners(f"{file} [{name}] {where}: {first['msg']}") from None
    row.secret()
    return row
