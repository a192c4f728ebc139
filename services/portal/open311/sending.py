"""POST requests: a partner's form becomes a case, once, however often it is sent."""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import TypeVar

from pydantic import ValidationError

from libs.contracts.casevalues import Spot
from libs.contracts.partners import public_id, reference_of
from libs.contracts.requests import MoreWords, NewRequest, Problem
from libs.packs.model import NotInPack
from libs.web.forms import problems_of
from services.portal.intake import Declined
from services.portal.open311.asking import Ask, Content, Interface
from services.portal.open311.inputs import Inputs
from services.portal.open311.partners import Partner
from services.portal.open311.problems import Wrong, bad, unknown
from services.portal.open311.services import SECRET, offered

LONGEST = 4_000
"""Letters of a description."""

REPEATED_WITHIN = timedelta(days=1)
"""The same words of the same person within this time are the same request."""

NOTICE = "Đã tiếp nhận. Mã tra cứu được gửi riêng cho người gửi nếu có số điện thoại hoặc thư điện tử."
PATIENCE, PAUSE = 2.0, 0.05
"""Seconds until the number is answered all the same, and between two looks."""

MOST_FILES = 10

W = TypeVar("W", NewRequest, MoreWords)

_SENDER = ("email", "phone", "first_name", "last_name")
_PLACE = ("lat", "long", "address_string", "address_id")
_NAMES = {"text": "description", "name": "first_name", "place": "address_string", "sender": "account_id"}
"""Where an input of intake is called something else here."""


async def send(api: Interface, ask: Ask) -> Content:
    partner, inputs = ask.sender(), ask.inputs
    account = inputs.one("account_id")
    own = _own(ask, account or inputs.one("device_id", "deviceid"))
    reference = reference_of(partner.code, own)
    wanted = wanted_from(api, partner, inputs).model_copy(update={"reference": reference})
    since = api.clock.now() - REPEATED_WITHIN
    number = "" if ask.idempotency_key else await asyncio.to_thread(api.register.sent, reference, since)
    if not number:
        try:
            taken = await with_files(api, wanted, inputs, reference)
            accepted = await api.intake.open(taken, _key(api, ask, reference))
        except Declined as declined:
            raise of_problems(declined.problems) from None
        number = public_id(accepted.case_id)
        await _until_listed(api, number)
    row = {"service_request_id": number, "service_notice": NOTICE, "account_id": account}
    return Content("service_requests", [row])


def wanted_from(api: Interface, partner: Partner, inputs: Inputs) -> NewRequest:
    """The request in a form. Raises Wrong."""
    code = inputs.one("service_code")
    if not code:
        raise bad("service_code", "bắt buộc phải có", "required")
    if code not in {field.code for field in offered(api.pack)}:
        raise unknown("service_code")
    if not inputs.one("description"):
        raise bad("description", "bắt buộc phải có", "required")
    spot, place = _spot(inputs), _place(api, inputs)
    if not (spot or place):
        raise bad("lat", "phải có lat và long, address_string hoặc address_id", "a place is required")
    account = inputs.one("account_id") or inputs.one("device_id", "deviceid")
    try:
        return NewRequest(
            text=words_from(inputs),
            # as FixMyStreet cuts it: the first word, in Vietnamese the family name, then the rest
            name=f"{inputs.one('first_name')} {inputs.one('last_name')}".strip(),
            phone=inputs.one("phone"),
            email=inputs.one("email"),
            field=code,
            secret=("secret", "yes") in inputs.attributes(),
            place=place,
            spot=spot,
            sender=f"{partner.code}/{account}" if account else "",
        )
    except ValidationError as error:
        raise of_problems(problems_of(error)) from None


async def with_files(api: Interface, words: W, inputs: Inputs, reference: str) -> W:
    """The words with what was uploaded; a file that is refused is named below them. Raises OutOfReach."""
    ids: list[str] = []
    lost: list[str] = []
    for label, content in inputs.files[:MOST_FILES]:
        key = hashlib.sha256(reference.encode() + content).hexdigest()
        try:
            ids.append((await api.intake.upload(content, label, key)).id)
        except Declined as declined:
            lost.append(f"Tệp không nhận được: {label} ({declined.problems[0].vi})")
    text = "\n".join([words.text, *lost])
    return words.model_copy(update={"files": tuple(dict.fromkeys(ids)), "text": text})


def words_from(inputs: Inputs, *more: str) -> str:
    """The description, and below it what else was said and has no place of its own. Raises Wrong."""
    description = inputs.one("description")
    if len(description) > LONGEST:
        raise bad("description", f"dài quá {LONGEST} ký tự", f"more than {LONGEST} characters")
    said = [f"{name}: {value}" for name, value in inputs.attributes() if name != SECRET]
    photos = [f"Ảnh: {url}" for url in dict.fromkeys(inputs.all("media_url")) if url]
    below = [line for line in (*more, *said, *photos) if line]
    return "\n\n".join(part for part in (description, "\n".join(below)) if part)


def of_problems(problems: tuple[Problem, ...]) -> Wrong:
    """What intake says is wrong, under the names of this interface."""
    return Wrong(
        400,
        *(f"{_NAMES.get(problem.field, problem.field)}: {problem.vi} / {problem.en}" for problem in problems),
    )


def _spot(inputs: Inputs) -> Spot | None:
    lat, long = inputs.one("lat"), inputs.one("long")
    if not lat and not long:
        return None
    try:
        return Spot(lat=float(lat), long=float(long))
    except ValueError:
        raise bad("lat", "lat và long phải là độ thập phân", "lat and long in decimal degrees") from None


def _place(api: Interface, inputs: Inputs) -> str:
    """Where it happened, in words; `address_id` is a unit of the pack."""
    unit = inputs.one("address_id")
    try:
        named = api.labels.place(api.pack.unit(unit).code) if unit else ""
    except NotInPack:
        raise bad("address_id", "không có địa bàn này", "no such unit") from None
    return ", ".join(part for part in (inputs.one("address_string"), named) if part)


def _own(ask: Ask, account: str) -> str:
    """What tells a request from the partner's others: its Idempotency-Key, else who says what where."""
    if ask.idempotency_key:
        return ask.idempotency_key
    names = ("service_code", "description", *_PLACE, *_SENDER)
    told = [account, *(ask.inputs.one(name) for name in names)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _key(api: Interface, ask: Ask, reference: str) -> str:
    """Intake's key. Without one of the client's own it holds for a day of the province."""
    day = "" if ask.idempotency_key else api.clock.now().astimezone(api.zone).date().isoformat()
    return hashlib.sha256(f"{reference} {day}".encode()).hexdigest()


async def _until_listed(api: Interface, number: str) -> None:
    """What was sent can be asked for at once, and a repetition after midnight finds it."""
    for _ in range(int(PATIENCE / PAUSE)):
        if await asyncio.to_thread(api.register.numbered, [number]):
            return
        await asyncio.sleep(PAUSE)
