"""What people may read of work in several hands: cases of one matter, followers' words, the sealed packet."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection, Engine

from libs.contracts.events import Person
from libs.runtime.clock import Clock
from libs.runtime.database import reading
from libs.runtime.directory import Directory
from services.desk import alike, reads
from services.desk.audit import record_look
from services.desk.domain.contacts import Contact, contacts_of, of_person, of_words
from services.desk.domain.duplicates import Asked, matches
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.joining import is_older
from services.desk.domain.people import Account
from services.desk.domain.phones import normal_phone
from services.desk.domain.privacy import redact
from services.desk.domain.rights import may_see, reads_packet
from services.desk.domain.state import CaseState
from services.desk.domain.suspicions import seal_of
from services.desk.province import public_words
from services.desk.showing import listed
from services.desk.store import states
from services.desk.views import AlikeView, CaseView, FollowerView, PacketView, Row

MOST_FOLLOWERS = 50
"""Followers whose words stand on one page."""

T = TypeVar("T")


class Hands:
    """All of it is async (SQL runs in threads) and raises NotAllowed or NotFound."""

    def __init__(self, engine: Engine, directory: Directory, clock: Clock) -> None:
        self._engine = engine
        self._directory = directory
        self._clock = clock

    async def similar(self, account: Account, case_id: str) -> tuple[AlikeView, ...]:
        """For an operator: older cases that may be the same matter as this one, the likeliest first."""
        _operators_only(account)

        def found(connection: Connection) -> tuple[AlikeView, ...]:
            loaded = reads.load(connection, case_id)
            if loaded is None or loaded.state.opened_at is None:
                raise NotFound("Không có hồ sơ này", "there is no such case", field="case_id")
            state = loaded.state
            asked = Asked(
                state.text,
                place=state.place or "",
                field=state.field or "",
                contacts=self._own(contacts_of(state)),
            )
            claimed = states(connection, [state.same_as]) if state.same_as and not state.joined else {}
            said = tuple(AlikeView(self._row(one), _claim(state, one), 1.0) for one in claimed.values())
            others = self._alike(connection, asked, state)
            return (*said, *(one for one in others if one.row.case_id not in claimed))

        return await self._read(found)

    async def similar_call(
        self,
        account: Account,
        *,
        text: str = "",
        phone: str = "",
        email: str = "",
        field: str = "",
        place: str = "",
    ) -> tuple[AlikeView, ...]:
        """The same while a call is typed, from what is typed so far; unknown codes say nothing."""
        _operators_only(account)
        pack = self._directory.pack
        known_field = field if field in {one.code for one in pack.fields} else ""
        known_place = place if place in {one.code for one in pack.units} else ""
        given = of_person(Person(phone=normal_phone(phone), email=email[:300])) | of_words(text[:10_000])
        asked = Asked(text[:10_000], "", known_place, known_field, self._own(given))
        return await self._read(lambda connection: self._alike(connection, asked, None))

    async def with_followers(self, account: Account, view: CaseView) -> CaseView:
        """The view with the case it follows in the end, and with what its own followers said."""

        def added(connection: Connection) -> CaseView:
            joined, followers = view.state.joined, view.state.followers[:MOST_FOLLOWERS]
            found = states(connection, [one.case for one in followers])
            other = alike.named(connection, joined.case) if joined else None
            root = other.state if other else None
            said = (self._follower(found[one.case]) for one in followers if one.case in found)
            followed = self._row(root) if root and may_see(root, account) else None
            return replace(view, followed=followed, followers=tuple(said))

        return await self._read(added) if view.state.joined or view.state.followers else view

    async def packet(self, account: Account, case_id: str) -> PacketView:
        """The sealed evidence, for the police unit that was asked and nobody else; the look is recorded."""

        def found(connection: Connection) -> PacketView:
            loaded = reads.load(connection, case_id)
            if loaded is None or loaded.state.suspicion is None or not reads_packet(loaded.state, account):
                raise NotAllowed(
                    "Hồ sơ niêm phong chỉ dành cho đơn vị công an được giao xác minh",
                    "the sealed packet is for the police unit that was asked",
                )
            fact = reads.newest(connection, case_id, "suspected-false")
            evidence = [str(one) for one in fact.get("evidence", ())]
            seal = str(fact.get("seal"))
            kinds = (one.partition(":")[::2] for one in evidence)
            intact = seal_of(evidence) == seal == loaded.state.suspicion.seal
            return PacketView(case_id, loaded.state.code, loaded.state.suspicion, tuple(kinds), intact)

        view = await self._read(found)
        await asyncio.to_thread(record_look, self._engine, account, case_id, "packet")
        return view

    def _own(self, contacts: frozenset[Contact]) -> frozenset[Contact]:
        """Without the numbers and addresses that anybody names: an agency's, the hotline's."""
        public = public_words(self._directory.pack)
        return frozenset(one for one in contacts if one[1].lstrip("+") not in public)

    def _alike(self, connection: Connection, asked: Asked, state: CaseState | None) -> tuple[AlikeView, ...]:
        before = state.opened_at if state and state.opened_at else self._clock.now()
        own = state.case_id if state else ""
        earlier = [one for one in alike.candidates(connection, asked, before) if one.case_id != own]
        best = matches(asked, earlier)
        found = states(connection, [one.case_id for one in best])
        return tuple(
            AlikeView(self._row(found[one.case_id]), one.same, one.likeness)
            for one in best
            if state is None or is_older(found[one.case_id], state)
        )

    def _row(self, state: CaseState) -> Row:
        pack = self._directory.pack
        return listed(state, [], pack, self._clock.now(), public_words(pack))

    def _follower(self, state: CaseState) -> FollowerView:
        public = public_words(self._directory.pack)
        opened = state.opened_at or self._clock.now()
        said = ((opened, state.text), *((more.at, more.text) for more in state.additions))
        words = tuple((at, redact(text, state.person, public)) for at, text in said)
        return FollowerView(state.case_id, state.code, words)

    async def _read(self, question: Callable[[Connection], T]) -> T:
        def answer() -> T:
            with reading(self._engine) as connection:
                return question(connection)

        return await asyncio.to_thread(answer)


def _claim(state: CaseState, earlier: CaseState) -> tuple[str, ...]:
    """Who says that it is the same: the citizen in a form, or the thread a message stands in.

    A thread says nothing of who writes in it: that is told beside it.
    """
    if not (state.origin.thread or state.origin.person):
        return ("citizen",)
    shared = sorted({kind for kind, _ in contacts_of(state) & contacts_of(earlier)})
    return ("thread", *(shared or ("stranger",)))


def _operators_only(account: Account) -> None:
    if account.role != "operator":
        raise NotAllowed("Chỉ cán bộ Trực xem được mục này", "operators only")
