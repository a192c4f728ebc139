"""Reads a pack from its folder of plain files; the only module here that touches a disk."""

import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from libs.packs.build import build
from libs.packs.cells import CODE
from libs.packs.clocks import CLOCKS
from libs.packs.letters import LANGUAGES, VARIABLES
from libs.packs.model import Pack, PackErrors, Problem
from libs.packs.settings import PACK, line_of, parse
from libs.packs.tables import TABLES

MAX_BYTES = 5_000_000
"""Of one file; a larger one is refused before it is read."""

LETTERS = frozenset(f"letters/{code}.{language}.txt" for code in VARIABLES for language in LANGUAGES)
FILES = frozenset({PACK, CLOCKS, *(table.file for table in TABLES), *LETTERS})
"""Every file a pack has, of its own or from its base."""

OPTIONAL = frozenset({"corrections.csv", "notices.csv"})
BESIDES = frozenset({"README.md", "letters"})
"""What may stand in the folder and is no text of the pack."""


def load(folder: Path) -> Pack:
    """The pack in the folder; PackErrors holds every mistake with its file and line.

    A file that the folder lacks is taken from its neighbour that pack.toml names as `base`, whose own base
    may follow. The version is the pack's id with twelve hex digits of a hash over all texts used, wherever
    they came from. Line ends and a byte order mark, which editors add by themselves, do not count.
    """
    problems: list[Problem] = []
    paths = _paths(folder.resolve(), problems)
    texts = {name: _text(name, paths[name], problems) for name in sorted(FILES & paths.keys())}
    read = {name: text for name, text in texts.items() if text is not None}
    pack = build(read, _digest(read), problems)
    if pack is None:
        raise PackErrors(_located(problem, folder.resolve(), paths) for problem in problems)
    return pack


def _paths(folder: Path, problems: list[Problem]) -> dict[str, Path]:
    """Each file of the pack, in its own folder or else in the nearest base that has it."""
    if not folder.is_dir():
        problems.append(Problem(folder.name, 0, "", "không có thư mục này", "there is no such folder"))
        return {}
    paths = own = _listed(folder)
    seen, base = {folder}, _base(folder, problems)
    while base and base not in seen:
        seen.add(base)
        paths = _listed(base) | paths
        base = _base(base, problems)
    strange, missing = sorted(own.keys() - FILES - BESIDES), sorted(FILES - OPTIONAL - paths.keys())
    problems += [Problem(name, 0, "", "tệp lạ trong gói", "is no file of a pack") for name in strange]
    problems += [Problem(name, 0, "", "thiếu tệp này", "the file is missing") for name in missing]
    return paths


def _listed(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in (*folder.glob("*"), *folder.glob("letters/*"))
        if not path.name.startswith((".", "~$"))  # what editors leave while a file is open
    }


def _base(folder: Path, problems: list[Problem]) -> Path | None:
    """The neighbouring folder that the settings name; what else is wrong with them is told by `build`."""
    settings = folder / PACK
    text = _text(PACK, settings, []) if settings.exists() else None
    document, _ = parse(PACK, text or "")
    base = (document or {}).get("base")
    if not isinstance(base, str) or not CODE.fullmatch(base):
        return None
    if (folder.parent / base).is_dir():
        return folder.parent / base
    vi, en = f"không có thư mục {base!r} bên cạnh", f"there is no folder {base!r} beside this one"
    problems.append(Problem(PACK, line_of(text or "", "base"), "base", vi, en))
    return None


def _located(problem: Problem, folder: Path, paths: Mapping[str, Path]) -> Problem:
    """The problem, with the folder in the name of a file that was taken from a base."""
    path = paths.get(problem.file)
    if path is None or path.is_relative_to(folder):
        return problem
    return dataclasses.replace(problem, file=f"../{path.relative_to(folder.parent).as_posix()}")


def _text(name: str, path: Path, problems: list[Problem]) -> str | None:
    """The text of one file, composed (NFC) and with plain line ends, or None with the reason reported."""
    try:
        if not path.is_file():
            problems.append(Problem(name, 0, "", "không phải là tệp", "is no plain file"))
            return None
        if path.stat().st_size > MAX_BYTES:
            vi, en = f"tệp lớn quá {MAX_BYTES} byte", f"the file is larger than {MAX_BYTES} bytes"
            problems.append(Problem(name, 0, "", vi, en))
            return None
        raw = path.read_bytes()
    except OSError as error:
        problems.append(Problem(name, 0, "", "không đọc được tệp", f"cannot be read: {error.strerror}"))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        vi = "không phải UTF-8 (có thể là windows-1258): hãy lưu lại dạng CSV UTF-8"
        problems.append(Problem(name, line, "", vi, "not UTF-8 (windows-1258 perhaps): save it as UTF-8"))
        return None
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        problems.append(Problem(name, line, "", "có byte rỗng, tệp hỏng", "holds a null byte"))
        return None
    return unicodedata.normalize("NFC", re.sub(r"\r\n?", "\n", text))


def _digest(texts: Mapping[str, str]) -> str:
    """A hash of all texts, whatever the order the disk gave them in."""
    total = hashlib.sha256()
    for name, text in sorted(texts.items()):
        for part in (name.encode(), text.encode()):
            total.update(len(part).to_bytes(8))
            total.update(part)
    return total.hexdigest()[:12]
