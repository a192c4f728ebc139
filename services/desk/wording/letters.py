"""The pack's letter templates as administrators change them: in force on a decision, with a history."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from nats.js.client import JetStreamContext

from libs.contracts.errors import Refused
from libs.contracts.packchanges import PackChange
from libs.packs.model import Letter, NotInPack, Pack
from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from libs.runtime.errors import NotProvisioned
from libs.runtime.logs import log
from services.desk.domain.errors import NotAllowed, NotFound
from services.desk.domain.letters import Language, audience, digest, read_cells
from services.desk.domain.people import Account
from services.desk.knowledge.revising import Revising, Tables, signed
from services.desk.province import public_words

HISTORY = 12
"""Earlier texts of a letter that are looked for, the newest first."""

REASON = 300


class LetterConflict(Exception):
    """Somebody else put other words of this letter in force; `theirs` is the letter now."""

    def __init__(self, theirs: Letter) -> None:
        self.theirs = theirs
        super().__init__(theirs.code)


@dataclass(frozen=True)
class Past:
    """A text of a letter and the change that brought it; `reason` as it was given."""

    change: PackChange
    letter: Letter
    reason: str


class Letters:
    """For administrators only; `save` asks once more."""

    def __init__(self, directory: Directory, clock: Clock, js: JetStreamContext) -> None:
        self._directory = directory
        self._then: dict[str, tuple[Letter, ...]] = {}
        self._revising = Revising(directory, clock, js)

    def one(self, code: str, language: Language) -> Letter:
        """The letter in force. Raises NotFound."""
        try:
            return self._directory.pack.letter(code, language)
        except NotInPack:
            raise NotFound("Không có mẫu thư này", "there is no such letter") from None

    def read(self, code: str, language: Language, cells: Mapping[str, str]) -> Letter:
        """The letter in a form. Raises LetterErrors."""
        return read_cells(code, language, cells, public_words(self._directory.pack))

    async def save(
        self, account: Account, letter: Letter, *, was: str, document: str, reason: str, command: str
    ) -> str:
        """Put it in force: the version. `was`: digest of the text it changes; a `command` counts once.

        Raises Refused naming the input, and LetterConflict.
        """
        if account.role != "administrator" or not account.active:
            raise NotAllowed("Chỉ quản trị viên được sửa mẫu thư", "administrators only")
        if not document.strip():
            raise Refused("Cần số và ngày của văn bản", "name the decision it rests on", field="document")
        if digest(letter) == was:
            raise Refused("Chưa có gì thay đổi", "nothing was changed", field="body")

        def changed(pack: Pack) -> Tables:
            theirs = pack.letter(letter.code, letter.language)
            if digest(theirs) != was:
                raise LetterConflict(theirs)
            return {"letters": tuple(letter if _same(one, letter) else one for one in pack.letters)}

        reason = " ".join(reason.split())[:REASON]
        once = hashlib.sha256(f"{command}|{digest(letter)}".encode()).hexdigest()[:8]
        version = await self._revising.put(
            changed,
            by=signed(account),
            document=document.strip()[:150],
            note=f"{_mark(letter)} {reason} #{once}",
        )
        log("letter_changed", person=account.id, letter=f"{letter.code}.{letter.language}", version=version)
        return version

    async def history(self, letter: Letter) -> tuple[Past, ...]:
        """Its texts, the newest first, each with the change that brought it."""
        mark, found = _mark(letter), list[Past]()
        changes = [one for one in self._directory.history if not one.revises or one.note.startswith(mark)]
        for change in changes[-HISTORY:]:
            try:
                letters = await self._letters_of(change.version)
            except NotProvisioned:
                continue
            then = next((one for one in letters if _same(one, letter)), None)
            if then and (not found or digest(found[-1].letter) != digest(then)):
                own = change.note.startswith(mark)
                told = change.note[len(mark) :].rpartition(" #")[0].strip() if own else change.note
                found.append(Past(change, then, told))
        return tuple(reversed(found))

    async def _letters_of(self, version: str) -> tuple[Letter, ...]:
        """Kept for good: they are the small part of a pack."""
        if version not in self._then:
            self._then[version] = (await self._directory.version(version)).letters
        return self._then[version]


def _mark(letter: Letter) -> str:
    to = "người dân" if audience(letter.code) == "citizen" else "cơ quan"
    return f"Mẫu thư {to} {letter.code}.{letter.language}:"


def _same(one: Letter, other: Letter) -> bool:
    return (one.code, one.language) == (other.code, other.language)
