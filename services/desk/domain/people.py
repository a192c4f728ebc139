"""Who acts at the desk: an account with one role and, for officers, the arbiter and the police, an agency."""

from typing import Literal, get_args

from libs.contracts.facts import Actor, Value

Role = Literal["operator", "officer", "arbiter", "police", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
WITH_AGENCY = frozenset({"officer", "arbiter", "police"})

ROLE_NAMES: dict[str, tuple[str, str]] = {
    "operator": ("cán bộ Trực Tổng đài", "operator"),
    "officer": ("cán bộ đầu mối", "focal officer"),
    "arbiter": ("cơ quan xác định thẩm quyền", "arbiter"),
    "police": ("công an xác minh", "police unit"),
    "administrator": ("quản trị", "administrator"),
}
"""Role → (Vietnamese, English)."""


class Account(Value):
    """A person who may sign in; `agency` is empty for operators and administrators.

    `extension`: the telephone on an operator's desk, as the telephone system names it.
    """

    id: str
    login: str
    name: str
    role: Role
    agency: str = ""
    extension: str = ""
    active: bool = True

    def actor(self) -> Actor:
        """Stands as the author of a fact."""
        return Actor(
            service="desk", person=self.id, name=self.name, role=self.role, agency=self.agency or None
        )
