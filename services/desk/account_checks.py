"""What an account may look like: its log-in, name, role, agency, extension and password."""

import re
from uuid import uuid4

from libs.contracts.errors import Refused
from services.desk.domain.people import ROLES, WITH_AGENCY, Account, Role
from services.desk.passwords import LONGEST, SHORTEST

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_AGENCY = re.compile(r"[A-Za-z0-9_-]{1,32}")
_EXTENSION = re.compile(r"[A-Za-z0-9_.-]{0,16}")


def checked(login: str, name: str, role: str, agency: str) -> Account:
    """The account with a new id. Raises Refused naming the input."""
    if not LOGIN.fullmatch(login):
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
            "Đầu mối, thủ trưởng, cơ quan xác định thẩm quyền, công an có mã cơ quan; vai trò khác không",
            "officers, heads, arbiters and police have an agency's code, others have none",
            field="agency",
        )
    return Account(id=uuid4().hex, login=login, name=name, role=known[role], agency=agency)


def checked_extension(typed: str) -> str:
    """Raises Refused."""
    extension = typed.strip()
    if not _EXTENSION.fullmatch(extension):
        raise Refused(
            "Số máy nhánh gồm tối đa 16 chữ, số và . _ -",
            "an extension has at most 16 letters, digits, . _ -",
            field="extension",
        )
    return extension


def check_password(password: str, *, field: str = "password") -> None:
    """Raises Refused: too short, too long."""
    if not SHORTEST <= len(password) <= LONGEST or "\0" in password:
        raise Refused(
            f"Mật khẩu có từ {SHORTEST} đến {LONGEST} ký tự",
            f"a password has {SHORTEST} to {LONGEST} characters",
            field=field,
        )
