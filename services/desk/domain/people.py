"""Who acts at the desk: an account with one role and, for officers, the arbiter and the police, an agency."""

from typing import Literal, get_args

from libs.contracts.facts import Actor, Value

Role = Literal["operator", "officer", "head", "arbiter", "police", "administrator", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)
WITH_AGENCY = frozenset({"officer", "head", "arbiter", "police"})

IN_AGENCIES: frozenset[str] = frozenset({"officer", "head"})
"""Who acts for the agency that answers: the head does whatever an officer of the same agency does."""

ROLE_NAMES: dict[str, tuple[str, str]] = {
    "operator": ("cán bộ Trực Tổng đài", "operator"),
    "officer": ("cán bộ đầu mối", "focal officer"),
    "head": ("thủ trưởng đơn vị", "head of the unit"),
    "arbiter": ("cơ quan xác định thẩm quyền", "arbiter"),
    "police": ("công an xác minh", "police unit"),
    "administrator": ("quản trị", "administrator"),
    "auditor": ("kiểm tra, giám sát", "auditor"),
}
"""Role → (Vietnamese, English)."""


class Account(Value):
    """A person who may sign in; `agency` is empty for those of the desk and for auditors.

    `extension`: the telephone on an operator's desk, as the telephone system names it.
    """

    id: str
    login: str
    name: str
    role: Role
    agency: str = ""
    extension: str = ""
    active: bool = True

    @property
    def of_agency(self) -> bool:
        """Whether this person acts for an agency that answers."""
        return self.role in IN_AGENCIES

    def actor(self) -> Actor:
        """Stands as the author of a fact."""
        return Actor(
            service="desk", person=self.id, name=self.name, role=self.role, agency=self.agency or None
        )
