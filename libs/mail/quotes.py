"""What the writer says in this mail, apart from what they quote of earlier ones, Vietnamese mail included."""

import re

OUR_MARK = "-- Vui lòng trả lời phía trên dòng này --"
"""Stands in every mail of ours: the one cut that never fails."""

MARK = re.compile(r"[-–—]{1,2}\s*" + r"\s+".join(OUR_MARK.strip("- ").split()) + r"\s*[-–—]{1,2}")
"""The same as programs bring it back: lines broken anew, dashes made beautiful."""

LINE = re.MULTILINE | re.IGNORECASE
SAID = re.compile(
    r"^[ \t>]*(?:Vào|Ngày|Lúc|Thứ|On|Am|Le|El)\b[^\n]{3,200}(?:\n[^\n]{1,200})?"
    r"\b(?:đã viết|viết|wrote|schrieb|a écrit|escribió)[ \t]*:[ \t]*$",
    LINE,
)
RULE = re.compile(
    r"^[ \t>]*-{2,}[ \t]*(?:Original Message|Thư gốc|Tin nhắn gốc|Thư ban đầu|Original-Nachricht)[ \t]*-{2,}",
    LINE,
)
HEAD = re.compile(
    r"^[ \t>]*\*?(?:Từ|Người gửi|From|Von)\*?[ \t]*:\*?[^\n]+\n(?:[^\n]*\n){0,2}?[ \t>]*\*?"
    r"(?:Đã gửi|Gửi|Ngày|Đến|Tới|Kính gửi|Người nhận|Cc|Chủ đề|Tiêu đề|Sent|Date|To|Subject|Gesendet|Betreff)"
    r"\*?[ \t]*:",
    LINE,
)
FORWARDED = re.compile(
    r"^[ \t>]*-{2,}[ \t]*(?:Forwarded message|Thư chuyển tiếp|Tin nhắn được chuyển tiếp)[ \t]*-{2,}"
    r"|^Begin forwarded message:",
    LINE,
)
DEVICE = re.compile(
    r"(?:^|\n)[ \t]*"
    r"(?:_{5,}|(?:(?:Đã )?gửi từ|sent from|(?:get|tải|nhận) outlook)\b(?:(?!\d{4})[^\n]){0,80})\Z",
    re.IGNORECASE,
)
QUOTED = re.compile(r"^[ \t]*>")


def said(full: str) -> str:
    """The text without what it quotes; all of it when nothing else would be left."""
    text = MARK.split(full, maxsplit=1)[0]
    starts = [found.start() for mark in (RULE, HEAD) if (found := mark.search(text))]
    if forwarded := FORWARDED.search(text):  # what somebody passes on is what they want to say
        starts = [start for start in starts if start < forwarded.start()]
    text = text[: min(starts)] if starts else text
    if found := SAID.search(text):
        text = text[: found.start()] + _between(text[found.end() :])
    return _unsigned(_unquoted(text)) or full.strip()


def _unsigned(text: str) -> str:
    """Without what the writer's device says of itself; a line with a number in it may be the writer's own."""
    text = text.strip()
    for _ in range(4):
        if not (found := DEVICE.search(text, max(0, len(text) - 200))):
            break
        text = text[: found.start()].rstrip()
    return text


def _between(text: str) -> str:
    """What stands below or between quoted lines; without any mark all of it is the quoted mail."""
    return _unquoted(text) if any(QUOTED.match(line) for line in text.split("\n")) else ""


def _unquoted(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not QUOTED.match(line))
