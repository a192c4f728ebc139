"""Puts a change of some rows in force, on top of whatever pack is in force by then."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from nats.js.client import JetStreamContext

from libs.contracts.errors import Refused
from libs.packs.entries import Entry
from libs.packs.errors import PackErrors
from libs.packs.model import Pack
from libs.packs.revise import revise
from libs.runtime.clock import Clock
from libs.runtime.directory import Directory, put_pack
from libs.runtime.errors import PackChanged
from libs.runtime.logs import log
from services.desk.domain.people import Account

TRIES = 8
NOTE = 400

Tables = Mapping[str, Iterable[Entry]]


class Revising:
    """For changes that touch rows of their own: when others change the pack meanwhile, both stand."""

    def __init__(self, directory: Directory, clock: Clock, js: JetStreamContext) -> None:
        self.directory = directory
        self._clock = clock
        self._js = js

    def today(self) -> date:
        """The day of business, where the province is."""
        return self._clock.now().astimezone(ZoneInfo(self.directory.pack.zone)).date()

    async def tried(self, change: Callable[[Pack], Tables]) -> Pack:
        """The pack as it would be. Raises Refused with what is wrong."""
        return await asyncio.to_thread(_revised, self.directory.pack, change)

    async def put(self, change: Callable[[Pack], Tables], *, by: str, document: str, note: str) -> str:
        """The version in force with the change. Raises Refused; PackChanged when others never stop changing.

        A note that stands in the history already was put before: it is not put twice.
        """
        for _ in range(TRIES):
            await self.directory.refresh()
            for one in self.directory.history:
                if one.note == note[:NOTE]:
                    return one.version
            pack = self.directory.pack
            new = await asyncio.to_thread(_revised, pack, change)
            try:
                done = await put_pack(
                    self._js, new, by=by, document=document, note=note[:NOTE], instead_of=pack.version
                )
            except PackChanged:
                continue
            await self.directory.refresh()
            log("questions_changed", version=done.version)
            return done.version
        raise PackChanged


def _revised(pack: Pack, change: Callable[[Pack], Tables]) -> Pack:
    try:
        return revise(pack, **change(pack))
    except PackErrors as wrong:
        vi = "; ".join(one.message_vi for one in wrong.problems[:3])
        raise Refused(f"Gói dữ liệu không nhận thay đổi này: {vi}", str(wrong)[:300], stale=True) from None


def signed(account: Account) -> str:
    """How the history names a person."""
    return f"{account.name} ({account.login})"
