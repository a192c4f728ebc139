"""Accounts as administrators keep them: each act asks who does it and is written down."""

import asyncio
from dataclasses import dataclass

from sqlalchemy import Engine

from libs.contracts.errors import Refused
from libs.runtime.directory import Directory
from services.desk.account_checks import check_password
from services.desk.changes import record_change
from services.desk.domain.errors import NotAllowed
from services.desk.domain.people import Account
from services.desk.invitations import Invitations
from services.desk.people import People

ACTS = ("move", "extension", "link", "unlink", "sessions", "end", "resume")


@dataclass(frozen=True)
class Staff:
    """All of it is async and raises NotAllowed, NotFound, or Refused naming the input."""

    engine: Engine
    people: People
    directory: Directory

    async def issue(
        self, by: Account, *, login: str, name: str, role: str, agency: str = "", extension: str = ""
    ) -> str:
        """A new account and the token of the link by which its password is set."""
        _administrators_only(by)
        self._police_unit(role, agency)
        made = await self.people.add(
            login=login, name=name, role=role, agency=agency, extension=extension, password=None
        )
        await self._record(by, "account-added", made, f"{made.role} {made.agency}".strip())
        return await asyncio.to_thread(Invitations(self.engine).invite, made.id)

    async def link(self, by: Account, login: str) -> str:
        """A new link for who forgot the password; the old password stays until it is used."""
        whose = await self._whose(by, login)
        if not whose.active:
            raise Refused("Tài khoản đang khóa", "the account has ended", field="login")
        await self._record(by, "account-link", whose)
        return await asyncio.to_thread(Invitations(self.engine).invite, whose.id)

    async def move(self, by: Account, login: str, role: str, agency: str) -> None:
        """To another role or agency. An administrator does not move themselves."""
        whose = await self._other(by, login)
        self._police_unit(role, agency)
        moved = await self.people.move(whose.login, role=role, agency=agency)
        was, now = f"{whose.role} {whose.agency}".strip(), f"{moved.role} {moved.agency}".strip()
        await self._record(by, "account-moved", whose, f"{was} → {now}")

    async def extension(self, by: Account, login: str, extension: str) -> None:
        whose = await self._whose(by, login)
        await self.people.give_extension(whose.login, extension)
        await self._record(by, "account-extension", whose, extension)

    async def unlink(self, by: Account, login: str) -> None:
        whose = await self._whose(by, login)
        await self.people.unlink(whose.login)
        await self._record(by, "account-unlinked", whose)

    async def sessions(self, by: Account, login: str) -> None:
        """Ends every session of somebody; everybody ends their own."""
        whose = by if login == by.login else await self._whose(by, login)
        await self.people.end_sessions(whose.id)
        await self._record(by, "account-sessions", whose)

    async def end(self, by: Account, login: str) -> None:
        whose = await self._other(by, login)
        await self.people.end(whose.login)
        await self._record(by, "account-ended", whose)

    async def resume(self, by: Account, login: str) -> None:
        whose = await self._whose(by, login)
        await self.people.resume(whose.login)
        await self._record(by, "account-resumed", whose)

    async def invited(self, token: str) -> Account:
        """Whose link this is. Raises NotFound."""
        return await asyncio.to_thread(Invitations(self.engine).invited, token)

    async def set_password(self, token: str, new: str) -> None:
        """By the link, once. A password that is refused leaves the link as it is."""
        whose = await self.invited(token)
        check_password(new, field="new")
        await asyncio.to_thread(Invitations(self.engine).use, token)
        await self.people.set_password(whose.id, new)
        await self._record(whose, "password-set", whose)

    async def _whose(self, by: Account, login: str) -> Account:
        _administrators_only(by)
        return await self.people.known(login)

    async def _other(self, by: Account, login: str) -> Account:
        whose = await self._whose(by, login)
        if whose.id == by.id:
            raise Refused("Không thể khóa hay đổi tài khoản của chính mình", "not your own", field="login")
        return whose

    def _police_unit(self, role: str, agency: str) -> None:
        units = {one.code for one in self.directory.pack.agencies if one.kind == "police"}
        if role == "police" and agency not in units:
            raise Refused(
                "Tài khoản công an phải thuộc một đơn vị công an", "choose a police unit", field="agency"
            )

    async def _record(self, by: Account, what: str, whose: Account, detail: str = "") -> None:
        await asyncio.to_thread(record_change, self.engine, by, what, whose.login, detail)


def _administrators_only(by: Account) -> None:
    if by.role != "administrator" or not by.active:
        raise NotAllowed("Chỉ quản trị viên được quản lý tài khoản", "administrators only")
