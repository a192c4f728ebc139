"""A desk with one case in every state that looks different, for browser tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from libs.contracts import events
from libs.contracts.codes import with_check_digit
from libs.contracts.events import CaseFact, Suggestion
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import ClockArmed, ClockFact, ClockMissed
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.packs.model import Pack
from libs.runtime.clock import SystemClock
from libs.runtime.sidelog import SideLog
from tests.support.builders import a_case, make, opened, routed, slip
from tests.support.bus import connected
from tests.support.desks import COMMUNE, OFFICER, OPERATOR
from tests.support.intake import running_intake
from tests.support.office import PEOPLE, Office, desk_settings, hire, running_desk
from tests.support.provinces import in_force, with_a_commune
from tests.support.serving import serving

HOUR = timedelta(hours=1)
NOW = SystemClock().now()
SOME = a_case()

SENT = routed(SOME, at=NOW - 28 * HOUR, slip=slip(1, "SYT", place="406"))
ASKED = make(
    events.CaseInformationAsked, SOME, at=NOW - HOUR, by=OFFICER.actor(), question="Gia đình ở thôn nào?"
)
ANSWERED = make(
    events.CaseAnswered,
    SOME,
    at=NOW - HOUR,
    by=OFFICER.actor(),
    answer="Mời ông Nguyễn Văn Mẫu ra trạm y tế xã sáng thứ Bảy. Cần gì gọi 0912 345 678.",
)
WAITS = make(
    events.CaseTriaged,
    SOME,
    at=NOW - HOUR,
    by=Actor(service="router"),
    reasons=("margin",),
    suggestions=(
        Suggestion(field="F04", lead=("SYT",), offered=("UBND_406",), score=0.71, rule="R04-DISTRICT"),
        Suggestion(field="F03", lead=("UBND_406",), score=0.2, rule="R03-DISTRICT"),
    ),
    places=("406",),
)
REFERRED = make(
    events.CaseReferred, SOME, at=NOW - HOUR, by=OPERATOR.actor(), question="Việc này thuộc Sở nào?"
)

STORIES: dict[str, tuple[str, tuple[CaseFact, ...]]] = {
    "late": ("Hàng xóm mới về từ vùng dịch mà không khai báo y tế, xin cho người xuống kiểm tra.", (SENT,)),
    "today": ("Tôi tiêm mũi một ở Bình Dương, nay về quê thì tiêm mũi hai ở đâu?", (SENT,)),
    "asked": ("Gia đình tôi có người ốm, cần hỗ trợ thuốc men.", (SENT, ASKED)),
    "answered": ("Tôi là Nguyễn Văn Mẫu, số 0912 345 678, xin hỏi lịch tiêm ở xã.", (SENT, ANSWERED)),
    "triage": ("Xã Quảng Lưu bao giờ tiêm vắc xin cho trẻ em?", (WAITS,)),
    "unclear": ("Trạm phát sóng gần nhà kêu to cả đêm, không ngủ được.", (WAITS, REFERRED)),
}
CLOCKS: tuple[tuple[str, type[ClockFact], timedelta], ...] = (
    ("late", ClockArmed, -5 * HOUR),
    ("late", ClockMissed, -5 * HOUR),
    ("today", ClockArmed, HOUR),
    ("asked", ClockArmed, 120 * HOUR),
)


@dataclass
class Worktable:
    """A running desk behind `origin`, and its cases by name."""

    server: NatsServer
    office: Office
    origin: str = ""
    cases: dict[str, CaseRef] = field(default_factory=dict)

    def path(self, name: str) -> str:
        return f"/cases/{self.cases[name].case_id}"

    async def put(self, name: str, text: str, *facts: CaseFact, **more: Any) -> CaseRef:
        """One more case, told by these facts (of whatever case)."""
        ref = self.cases[name] = CaseRef(NOW.year, a_case().case_id)
        came = NOW - 30 * HOUR
        first = opened(
            ref,
            text=text,
            **{"code": with_check_digit(1000 + len(self.cases)), "at": came, "received_at": came, **more},
        )
        own = [fact.model_copy(update={"case_id": ref.case_id, "event_id": uuid4()}) for fact in facts]
        await self.office.receive(self.server, ref, first, *own)
        return ref

    async def run_clocks(self) -> None:
        since = SystemClock().now() - NOW
        async with connected(self.server, "sla") as js:
            for name, cls, due in CLOCKS:
                await SideLog(js).write(clock_fact(cls, self.cases[name], since + due))


def clock_fact(
    cls: type[ClockFact], ref: CaseRef, due: timedelta, kind: str = "answer", agency: str = "SYT"
) -> ClockFact:
    """A fact about the first clock of this kind, due so long after now."""
    return cls(
        event_id=uuid4(),
        case_id=ref.case_id,
        at=NOW,
        by=Actor(service="sla"),
        case_seq=1,
        clock=f"{kind}-1",
        kind=kind,
        agency=agency,
        basis="law",
        start=NOW - 28 * HOUR,
        due=NOW + due,
        budget_seconds=28_800,
    )


@asynccontextmanager
async def a_worktable(server: NatsServer, folder: Path) -> AsyncIterator[Worktable]:
    """The desk with intake behind it; everybody's password is the same."""
    async with an_empty_table(server, folder, with_a_commune(COMMUNE.agency)) as table:
        for name, (text, facts) in STORIES.items():
            await table.put(name, text, *facts)
        await table.run_clocks()
        yield table


@asynccontextmanager
async def an_empty_table(
    server: NatsServer, folder: Path, pack: Pack, **settings: Any
) -> AsyncIterator[Worktable]:
    """The same before anything happened."""
    await in_force(server, pack)
    url = f"sqlite:///{folder / 'desk.db'}"
    await hire(url, *PEOPLE)
    async with running_intake(server) as (intake, _), serving(intake._transport.app) as address:  # type: ignore[attr-defined]
        async with running_desk(desk_settings(server, url, folder, intake_url=address, **settings)) as office:
            async with serving(office.app) as origin:
                yield Worktable(server, office, origin)
