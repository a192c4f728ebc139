"""A mailbox: a mail is a citizen's words, a machine's, or the report of what became of a letter of ours."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from libs.contracts.codes import parse_code
from libs.contracts.deliveries import DeliveryDelayed, DeliveryDenied, DeliveryFact, DeliveryFailed
from libs.contracts.facts import Actor, derived_id
from libs.mail.headers import MESSAGE_ID, REPLY_MARK
from libs.mail.kinds import NOBODY, OUR_CODE
from libs.mail.model import Failure, Mail
from libs.mail.model import SetAside as Unreadable
from libs.mail.read import MAX_BYTES, read
from libs.mail.threads import Signed
from services.intake.channels.rows import BadChannels, Row, read_secret
from services.intake.channels.shape import (
    Delivery,
    Enclosed,
    Event,
    Passed,
    Plain,
    Said,
    SetAside,
    Unverified,
)

IMAP, LMTP = "IMAP", "LMTP"
"""The methods of a delivery that is a mail."""

MAIL_FROM, RCPT_TO, CUT = "mail-from", "rcpt-to", "cut"
"""What a transport tells beside the mail: its envelope, and that of a huge one this is only the beginning."""

NO_WORDS = "(Thư không có lời, chỉ có tệp gửi kèm.)"
CUT_OFF = "(Thư quá lớn: chỉ nhận được phần đầu, không nhận được tệp gửi kèm.)"
OLDEST = timedelta(days=30)
"""A mail was on its way no longer: what says so has a wrong clock."""

_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_FACTS: dict[str, type[DeliveryFact]] = {
    "failed": DeliveryFailed,
    "delayed": DeliveryDelayed,
    "complaint": DeliveryDenied,
}


class Imap(BaseModel):
    """A mailbox on somebody's server. `poll_seconds`: how often it is looked at, whether it calls or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    port: int = Field(993, ge=1, le=65_535)
    tls: Literal["tls", "starttls", "none"] = "tls"
    ca_file: Path | None = None
    user: str
    password_file: Path
    folder: str = "INBOX"
    done: str = Field("Processed", description="where a mail goes once it is stored; made when missing")
    poll_seconds: float = Field(60.0, gt=0, le=1_500)
    timeout: float = Field(30.0, gt=0, description="seconds for each step")


class Lmtp(BaseModel):
    """Where our own mail server hands mails over. Nobody else may reach it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65_535)
    timeout: float = Field(20.0, gt=0, description="seconds to store a mail, else the server tries again")


class MailRow(Row):
    """`address` is where citizens write to; `mail_key_file` is the notifier's, to know letters of ours.

    `authserv_id`: how our mail server names itself in Authentication-Results; a mail whose sender it does not
    vouch for belongs to no older case. Empty: every From is believed.
    """

    kind: Literal["mail"]
    address: str = Field(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,190}$")
    mail_key_file: Path
    authserv_id: str = Field("", pattern=r"^[!-~]*$")
    max_bytes: int = Field(MAX_BYTES, ge=100_000, le=MAX_BYTES)
    imap: Imap | None = None
    lmtp: Lmtp | None = None

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if self.imap is None and self.lmtp is None:
            raise ValueError("needs a table imap or lmtp")
        return self


ROW = MailRow


@dataclass(frozen=True, kw_only=True)
class Mailbox(Plain):
    """One mailbox; `address` in lower case."""

    address: str
    signed: Signed
    server: str = ""

    def verify(self, delivery: Delivery) -> None:
        """A mail comes from a mail server and by no other way."""
        if delivery.method not in {IMAP, LMTP}:
            raise Unverified

    def key(self, delivery: Delivery) -> str:
        """The message id and what it says: some programs give all their mails one id."""
        head, body = _parts(delivery.body)
        found = re.search(rb"^message-id:\s*([^\r\n]{1,500})", head, re.IGNORECASE | re.MULTILINE)
        named = MESSAGE_ID.search(found[1].decode("utf-8", "replace")) if found else None
        content = (body if named else delivery.body).replace(b"\r\n", b"\n").strip()
        digest = hashlib.sha256(content).hexdigest()
        return f"{named[1] if named else ''} {digest}".strip()

    def parse(self, delivery: Delivery) -> Iterable[Event]:
        """One mail is one event."""
        try:
            mail = read(delivery.body, server=self.server)
        except Unreadable as why:
            raise SetAside(str(why)) from None
        if self.signed.letters([mail.message_id]):
            return [Passed("ours")]
        if mail.kind == "bounce" and (fact := self._report(mail, delivery)):
            return [fact]
        if mail.kind == "bounce" and _by_a_machine(mail, delivery):
            return [Passed("report-of-no-letter")]
        if mail.kind == "auto-reply" and (mail.evidence == "delivery report" or not mail.sender.address):
            return [Passed("report-of-success" if mail.sender.address else "automatic")]
        if not mail.sender.address:
            raise SetAside("the mail names no sender")
        return [self._said(mail, delivery)]

    def _report(self, mail: Mail, delivery: Delivery) -> DeliveryFact | None:
        """A letter goes to one person, so the letter counts, not the address: theirs may forward to it."""
        told = (*_recipients(mail, delivery), *mail.returned, *mail.answers)
        letter = next(iter(self.signed.letters(told)), "")
        return _fact(letter, mail.failures[0], delivery.at) if letter else None

    def _said(self, mail: Mail, delivery: Delivery) -> Said:
        answered = (*mail.answers, *_recipients(mail, delivery))
        nobody = mail.silent and mail.kind != "spam"  # a person may find that it is none
        cut = CUT in delivery.headers
        return Said(
            key=self.key(delivery),
            person=mail.sender.address,
            text=_text(mail, cut=cut),
            at=_received(mail.received, delivery.at),
            account=self.address,
            thread=mail.message_id,
            name=mail.sender.name if mail.sender.name != mail.sender.address else "",
            email="" if nobody or delivery.headers.get(MAIL_FROM) == "<>" else mail.sender.address,
            enclosed=()
            if cut
            else tuple(Enclosed(one.content, label=one.name, type=one.type) for one in mail.attachments),
            cases=self.signed.cases(answered),
            answers=mail.answers,
            aliases=(mail.message_id,) if mail.message_id else (),
            code=next(filter(None, map(parse_code, OUR_CODE.findall(mail.subject))), ""),
            spam=self._junk(mail),
            automatic=mail.kind == "auto-reply",
            doubted=mail.doubted,
        )

    def _junk(self, mail: Mail) -> tuple[str, ...]:
        """What is marked as mass mail, and what says it comes from ourselves and does not."""
        own = ("own-address",) if mail.sender.address == self.address else ()
        return (mail.evidence.lower(), *own) if mail.kind == "spam" else own


def channel(row: MailRow) -> Mailbox:
    """The channel of this row. Raises BadChannels for a key that is none."""
    try:
        signed = Signed.of(read_secret(row.mail_key_file))
    except ValueError as error:
        raise BadChannels(f"[{row.code}] mail_key_file: {error}") from None
    return Mailbox(
        code=row.pack_code,
        headers=frozenset({MAIL_FROM, RCPT_TO, CUT}),
        address=row.address.lower(),
        signed=signed,
        server=row.authserv_id,
    )


def _parts(raw: bytes) -> tuple[bytes, bytes]:
    found = _HEADERS_END.search(raw)
    return (raw[: found.start()], raw[found.end() :]) if found else (raw, b"")


def _recipients(mail: Mail, delivery: Delivery) -> tuple[str, ...]:
    """Those of the envelope first: they brought it here, whatever its headers say."""
    return (*delivery.headers.get(RCPT_TO, "").split(), *mail.recipients)


def _by_a_machine(mail: Mail, delivery: Delivery) -> bool:
    """Whether a report is one, not a person who passes one on, or asks about it."""
    author = mail.sender.address
    return not author or bool(NOBODY.match(author)) or delivery.headers.get(MAIL_FROM) == "<>"


def _fact(letter: str, failure: Failure, at: datetime) -> DeliveryFact:
    fact = _FACTS[failure.action]
    return fact(
        event_id=derived_id(UUID(hex=letter), f"delivery-{fact.stem()}"),
        at=at,
        by=Actor(service="intake"),
        way="email",
        reference=letter,
        letter=letter,
        status=failure.status,
    )


def _text(mail: Mail, *, cut: bool) -> str:
    """What a mail says; the subject of one that answers nothing is part of that."""
    subject = "" if REPLY_MARK.match(mail.subject) or mail.subject in mail.text else mail.subject
    said = [subject, mail.text, CUT_OFF if cut else ""]
    return "\n\n".join(filter(None, said)) or NO_WORDS


def _received(said: datetime | None, at: datetime) -> datetime | None:
    """When our mail server had it: the night it waited for us counts. Only believed within reason."""
    return said if said and at - OLDEST <= said <= at else None
