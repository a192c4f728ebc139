"""The public text: what must not be published is named, and a text without it is proposed (Điều 3.4, 12)."""

from libs.contracts.errors import Refused
from libs.contracts.events import Person
from libs.privacy import Found, cover, find

KINDS: dict[str, tuple[str, str]] = {
    "name": ("họ tên", "a name"),
    "address": ("địa chỉ", "an address"),
    "phone": ("số điện thoại", "a telephone number"),
    "email": ("địa chỉ thư điện tử", "an e-mail address"),
    "id": ("số giấy tờ tùy thân", "an identity number"),
    "plate": ("biển số xe", "a number plate"),
    "account": ("số tài khoản", "an account number"),
}
"""Kind → (Vietnamese, English)."""


def find_personal(text: str, person: Person, public: frozenset[str] = frozenset()) -> list[Found]:
    """Personal data in the text, first places first, none inside another.

    `public`: telephone numbers (digits only) and e-mail addresses that anybody may know, e.g. an agency's.
    """
    return find(text, (person,), public)


def redact(text: str, person: Person, public: frozenset[str] = frozenset(), *, commune: str = "") -> str:
    """The text with `[…]` for personal data; an address shrinks to the name of its commune, if given."""
    return cover(text, (person,), public, commune=commune)


def require_impersonal(text: str, person: Person, public: frozenset[str], *, field: str) -> None:
    """Raises Refused, naming what was found, when the text may not be published (Điều 3.4)."""
    found = find_personal(text, person, public)
    if found:
        vi = "; ".join(f"{KINDS[one.kind][0]} “{one.words}”" for one in found[:5])
        en = "; ".join(f"{KINDS[one.kind][1]} “{one.words}”" for one in found[:5])
        raise Refused(
            f"Nội dung công khai còn dữ liệu cá nhân: {vi}",
            f"the public text contains personal data: {en}",
            field=field,
        )
