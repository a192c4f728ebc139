"""Who may do what with questions, answers and notices: one row an act."""

from libs.contracts.errors import Refused
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account

OF_AGENCY = frozenset({"officer", "head"})
"""Whoever speaks for one agency."""

ACTS: dict[str, frozenset[str]] = {
    "read": OF_AGENCY | {"operator", "arbiter", "administrator", "auditor"},
    "propose": OF_AGENCY | {"administrator"},
    "follow": OF_AGENCY | {"arbiter", "administrator", "auditor"},
    "decide": frozenset({"administrator"}),
    "notify": OF_AGENCY | {"administrator"},
    "sought": OF_AGENCY | {"administrator"},
}
"""follow: read the proposals (of an agency: those of their own; the arbiter gets a copy of each)."""


def may(account: Account, act: str) -> bool:
    return account.active and account.role in ACTS[act]


def require_act(account: Account, act: str) -> None:
    """Raises NotAllowed."""
    if not may(account, act):
        raise NotAllowed("Tài khoản của bạn không làm được việc này", "not for your role")


def owner(account: Account, wanted: str) -> str:
    """For whom this person speaks: those of an agency for it, administrators for the one they name.

    Raises NotAllowed, and Refused when an administrator names none.
    """
    if account.role in OF_AGENCY:
        if wanted and wanted != account.agency:
            raise NotAllowed("Mục này của cơ quan khác", "of another agency")
        return account.agency
    if not wanted:
        raise Refused("Chọn cơ quan", "choose the agency", field="agency")
    return wanted


def of_agency(account: Account) -> str:
    """The agency whose proposals and notices alone this person sees; empty: all of them."""
    return account.agency if account.role in OF_AGENCY else ""
