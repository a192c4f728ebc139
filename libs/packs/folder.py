"""Reads a pack from its folder of plain files; the only module here that touches a disk."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from libs.packs.build import build
from libs.packs.clocks import CLOCKS
from libs.packs.letters import LANGUAGES, VARIABLES
from libs.packs.model import Pack, PackErrors, Problem
from libs.packs.settings import PACK
from libs.packs.tables import TABLES

MAX_BYTES = 5_000_000
"""Of one file; a larger one is refused before it is read."""

LETTERS = frozenset(f"letters/{code}.{language}.txt" for code in VARIABLES for language in LANGUAGES)
FILES = frozenset({PACK, CLOCKS, *(table.file for table in TABLES), *LETTERS})
"""Every file a pack has; besides them a README.md may explain it."""


def load(folder: Path) -> Pack:
    """The pack in the folder; PackErrors holds every mistake with its file and line.

    The version is the pack's id with twelve hex digits of a hash over all files. Line ends and a byte order
    mark, which editors add by themselves, do not count.
    """
    problems: list[Problem] = []
    texts = _texts(folder, problems)
    pack = build(texts, _digest(texts), problems)
    if pack is None:
        raise PackErrors(problems)
    return pack


def _texts(folder: Path, problems: list[Problem]) -> dict[str, str]:
    if not folder.is_dir():
        problems.append(Problem(folder.name, 0, "", "không có thư mục này", "there is no such folder"))
        return {}
    present = {
        path.relative_to(folder).as_posix(): path
        for path in (*folder.glob("*"), *folder.glob("letters/*"))
        if not path.name.startswith((".", "~$"))  # what editors leave while a file is open
    }
    strange, missing = (
        sorted(present.keys() - FILES - {"README.md", "letters"}),
        sorted(FILES - present.keys()),
    )
    problems += [Problem(name, 0, "", "tệp lạ trong gói", "is no file of a pack") for name in strange]
    problems += [Problem(name, 0, "", "thiếu tệp này", "the file is missing") for name in missing]
    texts = {name: _text(name, present[name], problems) for name in sorted(FILES & present.keys())}
    return {name: text for name, text in texts.items() if text is not None}


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
