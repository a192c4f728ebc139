"""What several hands do on one case: parts of an answer, work at a commune, joined cases, a suspicion."""

from typing import Literal

from libs.contracts.facts import Actor, Instant, Value


class Part(Value):
    """What a co-lead or coordinating agency gave the lead for the answer."""

    agency: str
    text: str
    at: Instant
    by: Actor


class Contact(Value):
    """A contact with the citizen, or a try (Đồng Nai 5)."""

    agency: str
    way: str
    result: Literal["reached", "not-reached"]
    contacted_at: Instant
    note: str


class Delegation(Value):
    """The work is, or was, at a commune below the lead (Đồng Nai 5).

    `contacts`: those logged since, by the commune or the lead.
    """

    to: str
    note: str
    at: Instant
    by: Actor
    contacts: tuple[Contact, ...] = ()
    report: str = ""
    reported_at: Instant | None = None
    confirmed_at: Instant | None = None
    recalled_at: Instant | None = None

    @property
    def stage(self) -> Literal["delegated", "reported", "confirmed", "recalled"]:
        """How far it has come."""
        if self.recalled_at or self.confirmed_at:
            return "recalled" if self.recalled_at else "confirmed"
        return "reported" if self.reported_at else "delegated"


STAGE_NAMES: dict[str, tuple[str, str]] = {
    "delegated": ("xã đang xử lý", "at the commune"),
    "reported": ("xã đã báo cáo, chờ xác nhận", "reported by the commune, to be confirmed"),
    "recalled": ("đã thu hồi từ xã", "recalled from the commune"),
    "confirmed": ("đã xác nhận kết quả của xã", "the commune's work is confirmed"),
}
"""Stage of a delegation → (Vietnamese, English)."""


class Joined(Value):
    """Another case of the same matter: the one this citizen follows, or one that follows this."""

    case: str
    year: int
    code: str


class Suspicion(Value):
    """The report may be false (Đồng Nai 2, 5). The evidence itself stands only in the sealed packet."""

    police: str
    ground: str
    seal: str
    at: Instant
    by: Actor
    result: Literal["", "true", "mistaken", "malicious"] = ""
    note: str = ""

    @property
    def open(self) -> bool:
        """Whether the police unit has not said what it found."""
        return not self.result


RESULT_NAMES: dict[str, tuple[str, str]] = {
    "true": ("phản ánh đúng", "true"),
    "mistaken": ("nhầm lẫn, không cố ý", "mistaken"),
    "malicious": ("cố ý báo tin giả", "malicious"),
}
"""Result of the verification → (Vietnamese, English)."""
