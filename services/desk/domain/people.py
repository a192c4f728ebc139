"""Who acts at the desk: an account with one role and, for officers and the arbiter, an agency."""

from typing import Literal

from libs.contracts.facts import Actor, Value

Role = Literal["operator", "officer", "arbiter", "administrator"]
ROLES: tuple[Role, ...] = ("operator", "officer", "arbiter", "administrator")
WITH_AGENCY = frozenset({"officer", "arbiter"})

ROLE_NAMES: dict[str, tuple[str, str]] = {
    "operator": ("cán bộ Trực Tổng đài", "operator"),
    "officer": ("cán bộ đầu mối", "focal officer"),
    "arbiter": ("cơ quan xác định thẩm quyền", "arbiter"),
    "administrator": ("quản trị", "administrator"),
}
"""Role → (Vietnamese, English)."""


class Account(Value):
    """A person who may sign in; `agency` is empty for operators and administrators."""

    id: str
    login: str
    name: str
    role: Role
    agency: str = ""
    active: bool = True

    def actor(self) -> Actor:
        """Stands as the author of a fact."""
        return Actor(
            service="desk", person=self.id, name=self.name, role=self.role, agency=self.agency or None
        )
