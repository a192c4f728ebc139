"""The clocks of a case and whose time it was, as the case page shows them."""

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from libs.packs.model import Pack
from libs.web.labels import Labels
from services.desk.clocks import CaseTime, Share
from services.desk.telling import lines

STATES = {
    "running": ("đang tính", "calm"),
    "paused": ("đang tạm dừng", "warn"),
    "missed": ("quá hạn", "bad"),
    "met": ("đúng hạn", "good"),
    "ended": ("xong sau hạn", "bad"),
    "cancelled": ("không còn áp dụng", ""),
}
"""State of a clock → its name and the colour of its tag."""


@dataclass(frozen=True)
class Held:
    """A row of the table: who, and for how long in hours and minutes."""

    agency: str
    time: str


def clock_parts(time: CaseTime, pack: Pack) -> dict[str, Any]:
    """What the templates ask of the clocks."""
    labels = Labels(pack, "vi")
    return {
        "stories": {one.clock: one for one in time.clocks},
        "told_clocks": {one.clock: (lines(one, pack, "vi"), lines(one, pack, "en")) for one in time.clocks},
        "clock_states": STATES,
        "pause_reasons": lambda codes: [(code, labels.reason("pause", code)) for code in codes],
        "shares": held(time.shares),
        "shares_total": length(time.total // 60),
    }


def held(parts: tuple[Share, ...]) -> tuple[Held, ...]:
    """In whole minutes that add up to the whole minutes of the sum."""
    ends = [seconds // 60 for seconds in accumulate((one.seconds for one in parts), initial=0)]
    minutes = [after - before for before, after in pairwise(ends)]
    return tuple(Held(one.agency, length(m)) for one, m in zip(parts, minutes, strict=True))


def length(minutes: int) -> str:
    """`3 giờ 20 phút`: working time is told in hours, since a working day is no day."""
    hours, rest = divmod(minutes, 60)
    said = [f"{hours} giờ" if hours else "", f"{rest} phút" if rest or not hours else ""]
    return " ".join(filter(None, said))
