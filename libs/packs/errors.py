"""What can be wrong with a pack, and what is said when a pack does not hold what was asked for."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake and where it stands; `line` counts from 1 and is 0 when the file as a whole is meant."""

    file: str
    line: int
    field: str
    message_vi: str
    message_en: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.field}: {self.message_en}" if self.field else f"{where}: {self.message_en}"


class PackErrors(Exception):
    """The pack has mistakes; `problems` holds every one of them, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class NotInPack(KeyError):
    """The pack holds nothing of that kind under that code."""

    def __init__(self, kind: str, code: object, version: str) -> None:
        self.kind = kind
        self.code = code
        super().__init__(f"pack {version} has no {kind} {code!r}")

    def __str__(self) -> str:
        return str(self.args[0])
