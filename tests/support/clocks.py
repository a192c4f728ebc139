"""A pack with ordinary working weeks, and a case told fact by fact, for tests of the clocks."""

from collections.abc import Callable, Iterable, Sequence
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
from libs.contracts.packchanges import PackChange
from libs.packs.folder import load
from libs.packs.model import NotInPack, Pack
from services.sla.domain.book import Book
from services.sla.domain.case import Case
from services.sla.domain.clock import Clock
from services.sla.domain.following import follow
from services.sla.domain.passing import advance
from services.sla.domain.reckoning import reckon
from tests.support.builders import a_case, make, opened, slip
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
        small_pack(
            folder,
            **{
                "hours__csv": WEEK,
                "days__csv": DAYS,
                "pack__toml": settings,
                "clocks__toml": clocks_toml(),
                **changed,
            },
        )
    )


RULES = {
    "answer": """\
per = "slip"
starts = ["routed", "directed"]
meets = ["answered", "answered-in-part", "answered-by-phone"]
cancels = ["returned", "routed", "directed", "rejected", "answered-at-desk"]
hours = 8
""",
    "publish": """\
per = "slip"
starts = ["answered-by-phone"]
meets = ["published", "withheld"]
hours = 4
""",
    "promise": """\
per = "promise"
starts = ["progress-promised", "answered-in-part"]
meets = ["answered", "answered-by-phone"]
cancels = ["returned", "routed", "directed", "rejected", "answered-at-desk"]
replaces = ["progress-promised", "answered-in-part"]
""",
}


def ladder(*percents: int) -> str:
    """A ladder on which the officer is told at each of these shares of the time."""
    return "ladder = [{}]\n".format(", ".join(f'{{ at = {at}, tell = ["officer"] }}' for at in percents))


def clocks_toml(more: str = "", **ladders: Sequence[int]) -> str:
    """The three clocks of Điều 10.3, told at 75 and 100 % unless said otherwise, and whatever `more` says."""
    return more + "\n".join(
        f'[{code}]\nname_vi = "v"\nname_en = "e"\nowner = "lead"\ncalendar = "province"\n'
        f'basis = "law"\nclause = "Điều 10.3"\n{rules}{ladder(*ladders.get(code, (75, 100)))}'
        for code, rules in RULES.items()
    )


def only(*packs: Pack) -> Callable[[str], Pack]:
    """The packs of these versions, and no other."""
    known = {pack.version: pack for pack in packs}

    def pack_of(version: str) -> Pack:
        if version not in known:
            raise NotInPack("version", version, "test")
        return known[version]

    return pack_of


def change(number: int, pack: Pack, when: str, recompute: Iterable[str] = ("province",)) -> PackChange:
    """This pack was put in force then, by a named person on a numbered decision."""
    return PackChange(
        number=number,
        version=pack.version,
        at=at(when),
        by="Trần Thị Mẫu",
        document="12/QĐ-UBND",
        recompute=tuple(recompute),
    )


def a_book(*packs: Pack, history: list[PackChange] | None = None) -> Book:
    """What the clocks are judged by; `history` may grow while the book is used."""
    known = history if history is not None else []
    return Book(only(*packs), lambda: tuple(known))


class Story:
    """A case as its clocks see it; `said` is what they said, oldest first. Times are Vietnamese wall time."""

    def __init__(self, *packs: Pack) -> None:
        self.ref = a_case()
        self.history: list[PackChange] = []
        self.book = a_book(*packs, history=self.history)
        self.pack = packs[0]
        self.case = Case(case_id=self.ref.case_id)
        self.facts: list[CaseFact] = []
        self.said: list[Any] = []

    def changed(self, pack: Pack, when: str, recompute: Iterable[str] = ("province",)) -> PackChange:
        """Another pack is put in force; new facts are decided with it."""
        self.pack = pack
        self.history.append(change(len(self.history) + 1, pack, when, recompute))
        return self.history[-1]

    def tell(self, cls: type[F], when: str | datetime, **fields: Any) -> F:
        instant = at(when) if isinstance(when, str) else when
        fact = make(cls, self.ref, **{"at": instant, "pack_version": self.pack.version, **fields})
        self.take(fact)
        return fact

    def take(self, fact: CaseFact) -> None:
        self.facts.append(fact)
        self.case, said = follow(self.case, fact, len(self.facts), self.book)
        self.said += said

    def wait(self, until: str) -> None:
        """Time passes; the ticker fires what is due."""
        for clock in self.case.clocks.values():
            fired, said = advance(clock, self.book, at(until))
            self.case = self.case.with_(clocks={**self.case.clocks, clock.id: fired})
            self.said += said

    def again(self) -> "Story":
        """The same facts read again from the beginning, by somebody who knows the whole history of packs."""
        other = Story(self.pack)
        other.ref, other.book, other.case = self.ref, self.book, Case(case_id=self.ref.case_id)
        for fact in self.facts:
            other.take(fact)
        return other

    def due(self, id_: str) -> str:
        """The limit of a clock, as a Vietnamese wall clock shows it."""
        return local(reckon(self.clock(id_), self.book).due)

    def opened(self, when: str, **fields: Any) -> CaseFact:
        fact = opened(self.ref, **{"at": at(when), "pack_version": self.pack.version, **fields})
        self.take(fact)
        return fact

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
