"""Finds the places a text speaks of: never a guess, an ambiguous name gives every candidate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from libs.places.found import Found
from libs.places.names import Name, Names, Reading, of_kind, split_kind, widest
from libs.places.text import agrees, unmarked, words
from libs.places.words import NOT_A_UNIT_AFTER, SURNAMES

_NEVER_QUIET = ("province", "ordinary")


@dataclass(frozen=True)
class Unit:
    """A place that is administered; `name` has its kind before it ("Xã Quảng Lưu"), `parent` is a code.

    `now`, only of a unit that has ended: the codes of those that have its place today, in the same set.
    """

    code: str
    name: str
    level: Literal["province", "district", "commune"]
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    now: tuple[str, ...] = ()


@dataclass(slots=True)
class _Mention:
    """What the words from `start` to `end` may mean; not `sure`: only its neighbour can confirm it."""

    start: int
    end: int
    names: list[Name]
    kind: str | None
    sure: bool = True


class Gazetteer:
    """The names of one dated set of units; another date or province is another Gazetteer.

    Units that have ended lend their names to those of today: "huyện Thọ Xuân" is every commune it became,
    "xã Thọ Xuân" the one of that name, and "Thọ Xuân" may be either, so all of them are candidates.
    `landmarks` (and old names) give words → unit code, as pairs when the same words mean several units; words
    that begin with a kind count only with it ("huyện Thọ Xuân"); ValueError for an unknown code. `quiet` are
    ordinary word pairs that are also names; as names they count only with a kind, with their district behind
    them or capitalised, and a longer phrase hides the names in it ("dương tính giả" is no Tĩnh Gia).
    `elsewhere` are names of places outside the province; one that this province or a district of it bears is
    no such name.
    """

    def __init__(
        self,
        units: Iterable[Unit],
        landmarks: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        quiet: Iterable[str] = (),
        elsewhere: Iterable[str] = (),
    ) -> None:
        self._units = {unit.code: unit for unit in units}
        self._districts = {code: self._district_of(code) for code in self._units}
        self._around = self._surroundings()
        self._quiet = {tuple(words(phrase)) for phrase in quiet}
        self._quiet_folded = {tuple(map(unmarked, phrase)) for phrase in self._quiet}
        self._names = Names()
        self._name_units()
        self._name_landmarks(landmarks.items() if isinstance(landmarks, Mapping) else landmarks)
        self._name_others(elsewhere)

    def _name_units(self) -> None:
        for unit in self._units.values():
            for called in (unit.name, *unit.aliases):
                kind, proper = split_kind(called)
                self._names.add(Name(proper, kind, unit.level, unit.code, former=bool(unit.now)))

    def _name_landmarks(self, pairs: Iterable[tuple[str, str]]) -> None:
        for called, code in pairs:
            if code not in self._units:
                raise ValueError(f"{called!r} is said to lie in {code!r}, which is no unit of this set")
            kind, proper = split_kind(called)
            level = self._units[code].level
            self._names.add(Name(proper, kind, level, code, landmark=True, needs_kind=kind is not None))

    def _name_others(self, elsewhere: Iterable[str]) -> None:
        own = {split_kind(unit.name)[1] for unit in self._units.values() if unit.level != "commune"}
        for called in elsewhere:
            kind, proper = split_kind(called)
            if proper in own:
                continue
            self._names.add(Name(proper, kind, "elsewhere", needs_kind=kind is not None))
            self._names.add(Name(("tỉnh", *proper), None, "elsewhere"))  # or "tỉnh Gia Lai" would be Tĩnh Gia
        for phrase in self._quiet:
            if len(phrase) > 2:
                self._names.add(Name(phrase, None, "ordinary"))

    def find(self, text: str) -> Found:
        """The places named in a free text or an address, with or without diacritics; never raises."""
        reading = Reading(text)
        mentions = self._mentions(reading)
        if not mentions:
            return Found()
        meant = [(mention, self._meant(reading, mentions, at)) for at, mention in enumerate(mentions)]
        return self._summary(reading, [(mention, names) for mention, names in meant if names])

    def _mentions(self, reading: Reading) -> list[_Mention]:
        mentions: list[_Mention] = []
        start, end = 0, len(reading.folded)
        while start < end:
            begins = reading.folded[start] in self._names.firsts
            mention = self._mention(reading, start) if begins else None
            if mention:
                mentions.append(mention)
            start = mention.end if mention and mention.sure else start + 1
        return mentions

    def _mention(self, reading: Reading, start: int) -> _Mention | None:
        for end, named in self._names.at(reading.folded, start):
            kind, _ = reading.kind_before(start)
            names = of_kind(reading.spelled(named, start, end), kind)
            if kind is None or (kind == "tỉnh" and not names):
                kind = None
                names = self._bare(reading, start, end, reading.spelled(named, start, end))
            if names:
                known = any(name.level in _NEVER_QUIET and not name.landmark for name in names)
                sure = kind is not None or known or not self._quiet_at(reading, start, end)
                return _Mention(start, end, names, kind, sure)
        return None

    def _bare(self, reading: Reading, start: int, end: int, names: list[Name]) -> list[Name]:
        """The names that may stand without their kind; a commune's needs its marks where the text has any."""
        before = reading.lower[start - 1] if start else ""
        someone = before in NOT_A_UNIT_AFTER and reading.lower[start - 2 : start] != ["thành", "phố"]
        someone = someone or (before in SURNAMES and reading.capitalised(start - 1, start))
        written = tuple(reading.lower[start:end])

        def stands(name: Name) -> bool:
            if name.needs_kind or not name.commune:
                return not name.needs_kind and (end - start > 1 or name.landmark or name.unit is None)
            return end - start > 1 and not someone and (not reading.marked or name.words == written)

        return [name for name in names if stands(name)]

    def _quiet_at(self, reading: Reading, start: int, end: int) -> bool:
        if tuple(reading.folded[start:end]) not in self._quiet_folded or reading.capitalised(start, end):
            return False
        written = reading.lower[start:end]
        return any(
            len(phrase) == len(written) and all(map(agrees, written, phrase)) for phrase in self._quiet
        )

    def _meant(self, reading: Reading, mentions: list[_Mention], at: int) -> list[Name]:
        """The names of a mention that its neighbours leave: "Quảng Ninh, Quảng Xương" is the commune."""
        mention = mentions[at]
        behind = _behind(reading, mentions, at)
        communes = [name for name in mention.names if name.commune]
        if behind and communes:
            # "Thanh Hóa" behind a name is rather the province than its city
            around = {name.unit for name in widest(behind.names) if name.level == "district"}
            inside = [name for name in communes if not around.isdisjoint(self._around[name.unit or ""])]
            if inside:
                behind.names = [name for name in behind.names if name.unit in around]
                return [name for name in inside if name.former] or inside  # "xã X, huyện Y" is an old address
            if all(name.level == "elsewhere" for name in behind.names):
                return []
        if mention.kind is not None:
            return [name for name in mention.names if not name.former] or mention.names
        return [name for name in widest(mention.names) if name.level != "ordinary"] if mention.sure else []

    def _summary(self, reading: Reading, meant: list[tuple[_Mention, list[Name]]]) -> Found:
        chosen = [
            [name.unit for name in names if name.unit and name.level != "province"] for _, names in meant
        ]
        named = {codes[0] for codes in chosen if len(codes) == 1}
        known = {around for code in named for around in self._around[code]}
        units: dict[str, None] = {}
        for codes in chosen:
            near = [code for code in codes if not known.isdisjoint(self._around[code])]
            units.update(dict.fromkeys(near or codes))
        holding = {at for codes in chosen for at in self._holding(codes)}
        specific = [code for code in units if code not in holding]
        districts = (self._districts[code] for code in specific)
        standing = dict.fromkeys(code for code in districts if code and not self._units[code].now)
        today = dict.fromkeys(now for code in specific for now in self._units[code].now or (code,))
        spans = [(reading.kind_before(m.start)[1], m.end) for m, _ in meant]
        named_words = ", ".join(" ".join(reading.typed[start:end]) for start, end in spans)
        rest = list(reading.typed)
        for (start, end), (_, names) in zip(spans, meant, strict=True):
            if not any(name.landmark for name in names):
                rest[start:end] = [""] * (end - start)
        outside = any(name.level == "elsewhere" for _, names in meant for name in names)
        return Found(tuple(standing), tuple(today), named_words, outside, " ".join(rest))

    def _holding(self, codes: list[str]) -> set[str | None]:
        """The wider units around these, unless they are candidates beside them."""
        return {at for code in codes for at in (*self._around[code], self._units[code].parent)} - {*codes}

    def _surroundings(self) -> dict[str, set[str]]:
        """The district of each unit; of one without, the ended districts whose place it has in part."""
        around = {code: {district} if district else set() for code, district in self._districts.items()}
        for unit in self._units.values():
            for now in unit.now if unit.level == "district" else ():
                around[now].add(unit.code)
        return around

    def _district_of(self, code: str | None) -> str | None:
        seen: set[str] = set()
        while code in self._units and code not in seen:
            seen.add(code)
            if self._units[code].level == "district":
                return code
            code = self._units[code].parent
        return None


def _behind(reading: Reading, mentions: list[_Mention], at: int) -> _Mention | None:
    """The mention that follows directly, with at most a comma and its kind between."""
    end = mentions[at].end
    for later in range(at + 1, len(mentions)):
        mention = mentions[later]
        if mention.start >= end:
            _, start = reading.kind_before(mention.start)
            return mention if all(between == "," for between in reading.typed[end:start]) else None
    return None
