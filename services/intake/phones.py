"""Phone numbers as people say and type them, made comparable (E.164), the raw form always kept."""

import re

import phonenumbers

from libs.contracts.errors import Refused

REGION = "VN"
"""Where a number without a country code is dialled."""

_DIALLED = re.compile(r"[\d\s+().\-/\u00a0]*")


def normalised(raw: str) -> str:
    """The number in E.164, or "" when it is none: a short code, an anonymous caller, a slip of the finger."""
    if not _DIALLED.fullmatch(raw):
        return ""
    try:
        number = phonenumbers.parse(raw, REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def checked(raw: str, *, caller_waits: bool) -> str:
    """The number in E.164; "" when there is none.

    A form can be corrected by whoever fills it in, so there a number that is none is Refused. An operator
    with a caller on the line (`caller_waits`) loses nothing: the raw form stays, to be corrected later.
    """
    phone = normalised(raw)
    if raw and not phone and not caller_waits:
        raise Refused(
            "Số điện thoại không đúng; xin sửa lại, hoặc để trống để tra cứu bằng đường dẫn riêng",
            "not a phone number; correct it, or leave it empty and track by link",
            field="phone",
        )
    return phone
