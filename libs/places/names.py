"""How places are called: names with their kind, arranged so that a text is walked once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from libs.places.text import agrees, canonical, nfc, unmarked, words
from libs.places.words import KINDS, SHORT_KINDS

Level = Literal["province", "district", "commune", "elsewhere", "ordinary"]

_TOKEN = re.compile(r"[^\W_]+|[-–,;:()\n!?]")
_LONG_KINDS = {tuple(kind.split()): kind for kind in KINDS}
# "quan" without marks is more often "liên quan" or Quan Sơn than "quận"
_FOLDED_KINDS = {tuple(unmarked(kind).split()): kind for kind in KINDS if kind != "quận"}
_SPLIT_KINDS = {tuple(unmarked(kind).split()) for kind in KINDS if " " in kind}


@dataclass(frozen=True, slots=True)
class Name:
    """One way to call a place; with `needs_kind` it counts only after its kind ("huyện Thọ Xuân")."""

    words: tuple[str, ...]
    kind: str | None
    level: Level
    unit: str | None = None
    landmark: bool = False
    needs_kind: bool = False
    former: bool = False

    @property
    def commune(self) -> bool:
        return self.level == "commune"


@dataclass(slots=True)
class Node:
    """What may follow the syllables so far, and the names that end here."""

    after: dict[str, "Node"]
    names: list[Name]


class Names:
    """Every name by its folded syllables."""

    def __init__(self) -> None:
        self._root = Node({}, [])
        self.firsts = self._root.after.keys()
        """The syllables that begin a name."""

    def add(self, name: Name) -> None:
        node = self._root
        for word in name.words:
            node = node.after.setdefault(unmarked(word), Node({}, []))
        if name not in node.names:
            node.names.append(name)

    def at(self, folded: list[str], start: int) -> list[tuple[int, list[Name]]]:
        """The names that begin at `start`, as (end, names), the longest first."""
        found: list[tuple[int, list[Name]]] = []
        node = self._root.after.get(folded[start])
        end = start
        while node is not None:
            end += 1
            if node.names and tuple(folded[end - 1 : end + 1]) not in _SPLIT_KINDS:
                found.append((end, node.names))
            node = node.after.get(folded[end]) if end < len(folded) else None
        return found[::-1]


class Reading:
    """A text as tokens three times over: as typed, in lower case and one spelling, and without marks."""

    __slots__ = ("folded", "lower", "marked", "shouted", "typed")

    def __init__(self, text: str) -> None:
        self.typed = _TOKEN.findall(nfc(text))
        lowered = canonical(" ".join(self.typed).lower())
        folded = unmarked(lowered)
        self.lower = lowered.split(" ")
        self.folded = folded.split(" ")
        self.marked = lowered != folded
        self.shouted = text.isupper()

    def capitalised(self, start: int, end: int) -> bool:
        """Whether each word has a capital of its own accord, not because all the text has."""
        return not self.shouted and all(word[0].isupper() for word in self.typed[start:end])

    def kind_before(self, start: int) -> tuple[str | None, int]:
        """The kind of unit written just before `start`, and where it begins."""
        if start and (short := SHORT_KINDS.get(self.folded[start - 1])):
            return short, start - 1
        source, kinds = (self.lower, _LONG_KINDS) if self.marked else (self.folded, _FOLDED_KINDS)
        for length in (2, 1):
            kind = kinds.get(tuple(source[start - length : start])) if start >= length else None
            if kind:
                return kind, start - length
        return None, start

    def spelled(self, names: Iterable[Name], start: int, end: int) -> list[Name]:
        """The names whose marks agree with what was typed; when marks are typed, an exact one wins."""
        written = tuple(self.lower[start:end])
        fitting = [name for name in names if all(map(agrees, written, name.words))]
        exact = [name for name in fitting if name.words == written]
        return exact if self.marked and exact else fitting


def split_kind(name: str) -> tuple[str | None, tuple[str, ...]]:
    """The kind and the proper words of a full name: "Xã Quảng Lưu" → "xã", ("quảng", "lưu").

    Short and unmarked kinds count too ("h tinh gia"), as aliases are written.
    """
    parts = tuple(words(name))
    for length in (2, 1):
        head, rest = parts[:length], parts[length:]
        kind = _LONG_KINDS.get(head) or _FOLDED_KINDS.get(head)
        kind = kind or (SHORT_KINDS.get(head[0]) if length == 1 and head else None)
        if kind and rest:
            return kind, rest
    return None, parts


def of_kind(names: list[Name], kind: str | None) -> list[Name]:
    """The names that a written kind allows: of that kind, else of its level, else a wider place around it."""
    if kind is None:
        return []
    level = KINDS[kind]
    wider = ("district", "elsewhere") if level == "commune" else ("elsewhere",)
    choices = (
        [name for name in names if name.kind == kind],
        [name for name in names if name.level == level and not name.needs_kind],
        [name for name in names if name.level in wider and not name.needs_kind],
    )
    return next((choice for choice in choices if choice), [])


def widest(names: list[Name]) -> list[Name]:
    """Without a kind people mean the province, else a place elsewhere, a district, at last a commune.

    A district that has ended is no wider than the communes of its name, and named after them.
    """
    for level in ("ordinary", "province", "elsewhere", "district"):
        wide = [name for name in names if name.level == level]
        if wide and any(name.former for name in wide):
            return sorted(names, key=lambda name: (name.former, name.level == "district"))
        if wide:
            return wide
    return names
