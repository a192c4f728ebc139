"""A pack with ordinary working weeks, and a case told fact by fact, for tests of the clocks."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from libs.contracts.events import (
    CaseAnswered,
    CaseAnsweredByPhone,
    CaseDirected,
    CaseFact,
    CaseProgressPromised,
    CasePublished,
    CaseReturned,
    CaseRouted,
    CaseWithheld,
)
from libs.packs.folder import load
from libs.packs.model import NotInPack, Pack
from services.sla.clock import Clock, fire, sheet
from services.sla.domain import Case, follow
from tests.support.builders import a_case, make, slip
from tests.support.packs import FILES, small_pack
from tests.support.worktime import at

F = TypeVar("F", bound=CaseFact)

WEEK = "profile,weekday,opens,closes,valid_from,valid_to\n" + "".join(
    f"province,{day},{span},,\n"
    for day in ("mon", "tue", "wed", "thu", "fri")
    for span in ("07:30,11:30", "13:30,17:30")
)
"""Eight hours a day, Monday to Friday: two spans a day."""

DAYS = """\
day,kind,name,hours,status,confirmed,document
2026-01-01,holiday,Tết Dương lịch,,ok,,
2026-01-02,swap_off,Ngày nghỉ thay cho ngày 10/01,,ok,,
2026-01-10,swap_work,Ngày làm bù,,ok,,
"""


def clock_pack(folder: Path, **changed: str) -> Pack:
    """A small province that works in 2026; `changed` replaces whole files as in `small_pack`."""
    settings = FILES["pack.toml"].replace("2022-12-31", "2026-12-31")
    return load(
        small_pack(folder, **{"hours__csv": WEEK, "days__csv": DAYS, "pack__toml": settings, **changed})
    )


def clocks_toml(**kinds: str) -> str:
    """The pack's clocks, with more lines for some kinds: `clocks_toml(answer="warn = [50]")`."""
    lines = {"answer": "hours = 8\n", "publish": "hours = 4\n", "promise": ""}
    return "\n".join(
        f'[{code}]\nname_vi = "v"\nname_en = "e"\n{hours}calendar = "province"\n'
        f'basis = "law"\nclause = "Điều 10.3"\n{kinds.get(code, "")}\n'
        for code, hours in lines.items()
    )


def only(*packs: Pack) -> Callable[[str], Pack]:
    """The packs of these versions, and no other."""
    known = {pack.version: pack for pack in packs}

    def pack_of(version: str) -> Pack:
        if version not in known:
            raise NotInPack("version", version, "test")
        return known[version]

    return pack_of


class Story:
    """A case as its clocks see it; `said` is what they said, oldest first. Times are Vietnamese wall time."""

    def __init__(self, *packs: Pack) -> None:
        self.ref = a_case()
        self.pack_of = only(*packs)
        self.pack = packs[0]
        self.case = Case(self.ref.case_id, {})
        self.facts: list[CaseFact] = []
        self.said: list[Any] = []

    def tell(self, cls: type[F], when: str | datetime, **fields: Any) -> F:
        instant = at(when) if isinstance(when, str) else when
        fact = make(cls, self.ref, **{"at": instant, "pack_version": self.pack.version, **fields})
        self.take(fact)
        return fact

    def take(self, fact: CaseFact) -> None:
        self.facts.append(fact)
        self.case, said = follow(self.case, fact, len(self.facts), self.pack_of)
        self.said += said

    def wait(self, until: str) -> None:
        """Time passes; the ticker fires what is due."""
        for clock in self.case.clocks.values():
            counted = sheet(clock.hours, self.pack_of)
            fired, said = fire(clock, counted, counted.coordinate(at(until)))
            self.case = Case(**{**self.case.__dict__, "clocks": {**self.case.clocks, clock.id: fired}})
            self.said += said

    def routed(self, when: str, number: int = 1, **fields: Any) -> CaseRouted:
        return self.tell(CaseRouted, when, slip=slip(number, "YT", field="F01"), **fields)

    def directed(self, when: str, number: int, lead: str = "H11") -> CaseDirected:
        return self.tell(CaseDirected, when, slip=slip(number, lead, field="F01"))

    def returned(self, when: str) -> CaseReturned:
        return self.tell(CaseReturned, when, ground="not-ours")

    def promised(self, when: str, until: str, number: int = 1) -> CaseProgressPromised:
        return self.tell(
            CaseProgressPromised, when, number=number, progress="Đang xử lý", promised_at=at(until)
        )

    def answered(self, when: str) -> CaseAnswered:
        return self.tell(CaseAnswered, when, answer="Đã xử lý")

    def answered_by_phone(self, when: str) -> CaseAnsweredByPhone:
        return self.tell(CaseAnsweredByPhone, when, summary="Đã trả lời")

    def published(self, when: str) -> CasePublished:
        return self.tell(CasePublished, when, question="Hỏi", answer="Đáp")

    def withheld(self, when: str) -> CaseWithheld:
        return self.tell(CaseWithheld, when, ground="privacy")

    def clock(self, id_: str) -> Clock:
        return self.case.clocks[id_]

    def tokens(self, clock: str | None = None) -> list[str]:
        """What was said, as "answer-1 armed"; or of one clock, as "armed"."""
        if clock is None:
            return [f"{fact.clock} {fact.token}" for fact in self.said]
        return [fact.token for fact in self.said if fact.clock == clock]

    def last(self, token: str) -> Any:
        """The last clock fact of this token."""
        return [fact for fact in self.said if fact.token == token][-1]


def local(instant: datetime) -> str:
    """The Vietnamese wall time of an instant, as tests write it."""
    return instant.astimezone(at("2026-01-01 00:00").tzinfo).strftime("%Y-%m-%d %H:%M")
