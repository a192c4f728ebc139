"""A client's request: the id, year and codes of its case, and whether it may be opened or added to."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.contracts.canary import CANARY
from libs.contracts.casevalues import Attached
from libs.contracts.codes import DIGITS, with_check_digit
from libs.contracts.errors import Refused
from libs.contracts.events import CaseAdded, CaseOpened, Origin, Person
from libs.contracts.facts import Actor, derived_id
from libs.contracts.requests import MoreWords, NewRequest
from libs.mail.charsets import clean
from libs.packs.model import NotInPack, Pack
from services.intake.domain.known import Known
from services.intake.phones import checked

SERVICE = "intake"
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead of ours a sender's clock may be."""

EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")


@dataclass(frozen=True)
class Sender:
    """A client as the settings know it, after its key was checked."""

    name: str
    channels: tuple[str, ...]
    held: bool = False
    hourly: int = 20_000
    person_hourly: int = 60


def case_id_for(channel: str, key: str) -> str:
    """128 bits of the channel's own message key: a retry finds its own case, however late it comes."""
    return hashlib.sha256(f"{channel}\0{key}".encode()).hexdigest()[:32]


def year_of(instant: datetime, zone: str) -> int:
    """The year in which a case belongs: that of its receipt on the province's wall clock."""
    return instant.astimezone(ZoneInfo(zone)).year


def code_candidates(case_id: str) -> Iterator[str]:
    """Look-up codes for a case, always in the same order: the first that is free is its own."""
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{case_id} {attempt}".encode()).digest()
        yield with_check_digit(int.from_bytes(digest[:8]) % 10**DIGITS)
        attempt += 1


def channel_of(request: NewRequest, sender: Sender, pack: Pack) -> str:
    """The channel the words came by; Refused when the client may not speak for it or the pack lacks it."""
    if request.channel == CANARY and sender.held:
        return CANARY  # the desk's own, in no pack
    channel = request.channel or (sender.channels[0] if len(sender.channels) == 1 else "")
    if not channel:
        raise Refused(
            "Phải nêu kênh tiếp nhận", "the channel must be named: this client has several", field="channel"
        )
    if channel not in sender.channels:
        raise Refused(
            "Không được phép tiếp nhận qua kênh này", "this client may not use this channel", field="channel"
        )
    try:
        pack.channel(channel)
    except NotInPack:
        raise Refused("Không có kênh này", "no such channel in the province pack", field="channel") from None
    return channel


def tidied(request: NewRequest) -> NewRequest:
    """Without what turns the direction of reading or is not to be seen; control characters were refused."""
    names = ("text", "name", "address", "email", "place", "sender", "reference")
    return request.model_copy(update={name: clean(getattr(request, name)).strip() for name in names})


def check(request: NewRequest, sender: Sender, pack: Pack, now: datetime) -> None:
    """Raises Refused for what a request says about the case that cannot be."""
    reserved = (name for name in ("held", "operator", "operator_name") if getattr(request, name))
    if not sender.held and (name := next(reserved, "")):
        raise Refused("Chỉ dành cho cán bộ Trực", "only an operator's desk may say this", field=name)
    if request.field is not None:
        try:
            pack.field(request.field)
        except NotInPack:
            raise Refused(
                "Không có lĩnh vực này", "no such field in the province pack", field="field"
            ) from None
    if request.received_at and request.received_at > now + CLOCKS_DIFFER:
        raise Refused("Thời điểm ở tương lai", "lies in the future", field="received_at")
    if request.received_at and year_of(request.received_at, pack.zone) < pack.first_day.year:
        raise Refused("Thời điểm quá xa", "lies before the first day of the pack", field="received_at")


def person_of(request: NewRequest, sender: Sender) -> Person:
    """The citizen as they introduced themselves (Điều 7.2); Refused for an e-mail or phone that is none."""
    if request.email and not EMAIL.fullmatch(request.email):
        raise Refused("Địa chỉ thư điện tử không đúng", "not an e-mail address", field="email")
    return Person(
        name=request.name,
        phone=checked(request.phone, caller_waits=sender.held),
        phone_raw=request.phone,
        address=request.address,
        email=request.email,
    )


def open_case(
    request: NewRequest,
    *,
    case_id: str,
    code: str,
    channel: str,
    person: Person,
    received_at: datetime,
    now: datetime,
    pack_version: str,
    client: str,
    files: tuple[Attached, ...] = (),
) -> CaseOpened:
    """The fact that a contact became a case (Điều 9.1); without a phone, one tracks by a secret link."""
    return CaseOpened(
        event_id=derived_id(UUID(hex=case_id), CaseOpened.stem()),
        case_id=case_id,
        at=now,
        by=_taker(request),
        pack_version=pack_version,
        code=code,
        track_token="" if person.phone or channel == CANARY else secrets.token_urlsafe(24),
        channel=channel,
        person=person,
        text=request.text,
        received_at=received_at,
        field=request.field,
        held=request.held or request.same_as is not None,
        same_as=request.same_as,
        urgent=request.urgent,
        secret=request.secret,
        language=request.language,
        place=request.place,
        spot=request.spot,
        files=files,
        origin=Origin(account=client, person=request.sender, thread=request.reference),
        call=request.call,
    )


def _taker(request: NewRequest) -> Actor:
    if request.operator is None:
        return Actor(service=SERVICE)
    name = request.operator_name or None
    return Actor(service=SERVICE, person=request.operator, name=name, role="operator")


def require_same(request: NewRequest, stored: CaseOpened) -> None:
    """Raises Refused when a used key comes with other words: taking it for a retry would lose them."""
    person = stored.person
    was = (stored.text, person.name, person.phone_raw, person.address, person.email, stored.place)
    said = request
    if (said.text, said.name, said.phone, said.address, said.email, said.place) != was:
        raise key_used()


def added_id(case_id: str, sender: Sender, key: str) -> UUID:
    """The id of the words that came under this key: a retry yields the same."""
    return derived_id(UUID(hex=case_id), f"{CaseAdded.stem()}\0{sender.name}\0{key}")


def decide_added(
    known: Known,
    words: MoreWords,
    *,
    event_id: UUID,
    sender: Sender,
    now: datetime,
    pack_version: str,
    files: tuple[Attached, ...] = (),
) -> CaseAdded | None:
    """The words as a fact, None when they are stored already; Refused for a rejected case."""
    if known.opened is None or known.erased:
        raise Refused("Không có yêu cầu này", "no such case", field="case_id")
    if event_id in known.added:
        if known.added[event_id] != words.text:
            raise key_used()
        return None
    if known.rejected:
        raise Refused(
            "Yêu cầu đã bị từ chối tiếp nhận; xin gửi yêu cầu mới",
            "the case was rejected; send a new request",
            field="case_id",
            stale=True,
        )
    return CaseAdded(
        event_id=event_id,
        case_id=known.opened.case_id,
        at=now,
        by=Actor(service=SERVICE),
        pack_version=pack_version,
        channel=sender.channels[0],
        text=words.text,
        files=files,
        origin=Origin(account=sender.name),
        call=words.call,
    )


def key_used() -> Refused:
    """The idempotency key belongs to other words."""
    return Refused(
        "Khóa này đã dùng cho nội dung khác",
        "this key was used for other words; take a new one",
        field="Idempotency-Key",
        stale=True,
    )
