"""What people may read: the case page, the queues, search, parked cases; looks at a person are recorded."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Engine, Row

from libs.contracts.codes import parse_code
from libs.contracts.errors import Refused
from libs.contracts.requests import Line
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from services.desk import reads
from services.desk.audit import record_look
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.masking import masked_state, narrowed, sees_fact
from services.desk.domain.people import Account, Role
from services.desk.domain.phones import normal_phone
from services.desk.domain.rights import allowed, holds, may_see
from services.desk.domain.state import CaseState
from services.desk.province import public_words
from services.desk.showing import clock_view, entry_view, letter_view, listed
from services.desk.store import states
from services.desk.views import CaseView, Listing, ParkedCase, Personal
from services.desk.waiting import Waiting

Group = Literal["open", "publish", "closed", "joined", "tasks"]
BESIDE = ("co-lead", "coordinator", "commune")
"""What an agency may be beside the lead."""

T = TypeVar("T")
_LINE = TypeAdapter(Line)


class Queries:
    """All of it is async (SQL runs in threads) and raises NotAllowed or NotFound."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock
        self.waiting = Waiting(engine, clock)

    async def case(self, account: Account, case_id: str, *, reason: str = "", opening: int = 0) -> CaseView:
        """The case page. Operators and the lead of the current slip see the person, and that is recorded.

        Where the citizen asked for secrecy they see the person only with a `reason` (at most 300 characters).
        A page that is open already names its look by `opening`: see `record_look`.
        """
        try:
            why = _LINE.validate_python(reason)
        except ValidationError:
            raise Refused("Lý do chưa đúng", "this is no reason we can keep", field="reason") from None
        view = await self._read(lambda connection: self._case(connection, account, case_id, why))
        if view.personal != "shown":
            return view
        look = await asyncio.to_thread(record_look, self._engine, account, case_id, why, opening)
        return replace(view, look=look)

    async def glance(self, account: Account, case_id: str) -> CaseState:
        """The case without the person, whoever asks: nothing to be recorded."""
        found = await self._read(lambda connection: reads.load(connection, case_id))
        if found is None:
            raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
        if not may_see(found.state, account):
            raise NotAllowed("Hồ sơ này không thuộc cơ quan bạn", "this case is not with your agency")
        return narrowed(masked_state(found.state, public_words(self._directory.pack)), account)

    async def triage(self, account: Account, after: str = "") -> Listing:
        """Cases that wait for an operator, urgent ones first, then the oldest."""
        _only(account, "operator", "administrator")
        return await self.listing(lambda connection: reads.waiting(connection, "triage", after))

    async def unclear(self, account: Account, after: str = "") -> Listing:
        """Cases that wait for the arbiter, urgent ones first, then the oldest."""
        _only(account, "arbiter", "operator", "administrator")
        return await self.listing(lambda connection: reads.waiting(connection, "arbiter", after))

    async def inbox(self, account: Account, group: Group = "open", after: str = "") -> Listing:
        """The officer's agency by deadline; for operators the desk's own answers (publish, closed).

        open: an answer is owed · publish: the public text is owed · closed: newest first · joined: the
        agency coordinates, answers together with another or works below the lead · tasks: those of them in
        which it owes its part.
        """
        _only(account, "officer", "head", "operator")
        agency = account.agency if account.of_agency else ""
        pages: dict[Group, Callable[[Connection], reads.Page]] = {
            "open": lambda connection: reads.by_deadline(connection, agency, "agency", after),
            "publish": lambda connection: reads.by_deadline(connection, agency, "publish", after),
            "closed": lambda connection: reads.closed(connection, agency, after),
            "tasks": lambda connection: reads.joined(connection, agency, BESIDE, after, owed=1),
            "joined": lambda connection: reads.joined(connection, agency, BESIDE, after),
        }
        if group not in pages:
            raise NotFound("Không có danh sách này", "there is no such list", field="group")
        return await self.listing(pages[group], own=agency if group in {"tasks", "joined"} else "")

    async def suspicions(self, account: Account, after: str = "") -> Listing:
        """For a police unit: what it was asked to verify, those without a result first."""
        _only(account, "police")
        agency = account.agency
        return await self.listing(lambda each: reads.joined(each, agency, ("police",), after), own=agency)

    async def visible(self, account: Account, case_ids: Sequence[str]) -> tuple[str, ...]:
        """Those of the cases that this person may see; unknown ids are not among them."""

        def found(connection: Connection) -> tuple[str, ...]:
            known = states(connection, list(case_ids))
            return tuple(one for one in case_ids if one in known and may_see(known[one], account))

        return await self._read(found) if case_ids else ()

    async def search(self, account: Account, words: str) -> Listing:
        """Cases by look-up code, or for operators by telephone number; the newest first."""
        if code := parse_code(words):
            found = await self.listing(lambda connection: reads.by_code(connection, code), account)
        elif (phone := normal_phone(words)) and account.role == "operator":
            found = await self.listing(lambda connection: reads.by_phone(connection, phone), account)
        else:
            found = Listing(())
        return found

    async def parked(self, account: Account) -> tuple[ParkedCase, ...]:
        """For administrators: cases whose facts could not be applied here."""
        _only(account, "administrator")
        rows = await self._read(reads.parked)
        return tuple(ParkedCase(r.case_id, r.year, r.last_seq, r.code or "", r.parked) for r in rows)

    async def _read(self, question: Callable[[Connection], T]) -> T:
        def answer() -> T:
            with reading(self._engine) as connection:
                return question(connection)

        return await asyncio.to_thread(answer)

    def _case(self, connection: Connection, account: Account, case_id: str, reason: str) -> CaseView:
        found = reads.load(connection, case_id)
        if found is None:
            raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
        if not may_see(found.state, account):
            raise NotAllowed("Hồ sơ này không thuộc cơ quan bạn", "this case is not with your agency")
        pack, public = self._directory.pack, public_words(self._directory.pack)
        personal = _personal(found.state, account, reason)
        shown = personal == "shown"
        state = narrowed(found.state if shown else masked_state(found.state, public), account)
        entries = (
            entry_view(row, found.state, None if shown else public)
            for row in reads.timeline(connection, case_id)
        )
        return CaseView(
            case_id=case_id,
            year=found.ref.year,
            seq=found.seq,
            state=state,
            personal=personal,
            allowed=frozenset() if found.parked else allowed(found.state, account, pack.arbiter),
            timeline=tuple(one for one in entries if sees_fact(one.token, one.agency, found.state, account)),
            clocks=tuple(
                clock_view(row, pack, self._clock.now()) for row in reads.clocks(connection, [case_id])
            ),
            letters=tuple(letter_view(row) for row in reads.letters(connection, case_id)),
            parked=found.parked,
        )

    async def listing(
        self, page: Callable[[Connection], reads.Page], account: Account | None = None, own: str = ""
    ) -> Listing:
        """With an account, only the cases it may see; with an agency, the deadlines of its own part."""
        pack, now = self._directory.pack, self._clock.now()
        public = public_words(pack)

        def answer(connection: Connection) -> Listing:
            found = page(connection)
            cases = [(row.case_id, CaseState.model_validate_json(row.state)) for row in found.rows]
            cases = [one for one in cases if account is None or may_see(one[1], account)]
            clocks: dict[str, list[Row[Any]]] = {case_id: [] for case_id, _ in cases}
            for row in reads.clocks(connection, list(clocks)):
                clocks[row.case_id].append(row)
            owed = {row.case_id for row in found.rows if own and row.owed}
            rows = (
                replace(
                    listed(state, own_clocks(clocks[case_id], own), pack, now, public), owed=case_id in owed
                )
                for case_id, state in cases
            )
            return Listing(tuple(rows), found.next, found.left)

        return await self._read(answer)


def own_clocks(clocks: list[Row[Any]], agency: str) -> list[Row[Any]]:
    """Those of this agency where it has any, else all."""
    return [row for row in clocks if row.agency == agency] or clocks if agency else clocks


def _only(account: Account, *roles: Role) -> None:
    if account.role not in roles:
        raise NotAllowed("Tài khoản của bạn không xem được mục này", "your account may not see this")


def _personal(state: CaseState, account: Account, reason: str) -> Personal:
    if not holds(state, account):
        return "hidden"
    return "reason" if state.secret and not reason else "shown"
