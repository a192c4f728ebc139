"""Ten thousand mails of mixed origin, read as the channel reads them: `python -m benchmarks.mails [DIR …]`.

Vietnamese requests in every charset and form that mail programs write, replies with what they quote, photos,
reports of mail servers, absence notes, mass mail and damaged bytes, made from a seed; CPython's own corpus
and the mails of the folders named are mixed in. Lost is a mail that gives neither an event nor a reason, or
whose words are not in what was read. The time is a ratio to the standard library, which parses the same bytes
and decodes their texts; the memory is that of the process after 1,000 and after 10,000 mails.
"""

import email
import email.policy
import os
import random
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from services.intake.channels.mail import Mailbox
from services.intake.channels.shape import Said, SetAside
from tests.support.mailroom import CASE, LETTER, THREADS, delivered, mailbox
from tests.support.mails import WORDS, in_windows_1258, mail, multipart, part, report

COUNT, EARLY = 10_000, 1_000
CPYTHON = Path("/usr/lib/python3.11/test/test_email/data")
GROWTH = 1.10
"""Memory after all mails may be so many times that after the first thousand."""

GOAL = 1.5
"""So many times the standard library's bare parse and decode, at most."""

QUOTES = (
    "\r\n\r\nVào Th 2, 2 thg 3, 2026 Tổng đài 1022\r\n<1022@tinh.example> đã viết:\r\n> Kính gửi\r\n",
    "\r\n\r\nTừ: Tổng đài 1022\r\nĐã gửi: Thứ Hai\r\nĐến: Mẫu\r\nChủ đề: Phản ánh\r\n\r\nKính gửi\r\n",
    "\r\n\r\n-----Original Message-----\r\nFrom: 1022\r\nSent: Monday\r\nTo: Mẫu\r\n\r\nDear\r\n",
)
UTF8, JPEG = "Content-Type: text/plain; charset=utf-8", "Content-Type: image/jpeg; name=anh.jpg"


def _with_a_photo(key: str, words: str, chance: random.Random) -> bytes:
    photo = part(chance.randbytes(chance.choice((5_000, 50_000, 400_000))), JPEG)
    return multipart("mixed", part(words.encode(), UTF8), photo, headers=(key,))


def _in_html(key: str, words: str, chance: random.Random) -> bytes:
    page = f"<html><body><p>{words}</p>{'<p>x</p>' * chance.randrange(50)}</body></html>"
    return mail(key, "Content-Type: text/html; charset=utf-8", body=page)


def _by_old_windows(key: str, words: str, _: random.Random) -> bytes:
    encoded = "Content-Transfer-Encoding: quoted-printable"
    return mail(key, "Content-Type: text/plain; charset=windows-1258", encoded, body=in_windows_1258(words))


def _in_reply(key: str, words: str, chance: random.Random) -> bytes:
    answers = f"In-Reply-To: {THREADS.message_id(LETTER, CASE)}"
    return mail(key, UTF8, answers, "Subject: Re: x", body=words + chance.choice(QUOTES))


def _by_a_machine(key: str, words: str, chance: random.Random) -> bytes:
    sign = chance.choice(("Auto-Submitted: auto-replied", "List-Unsubscribe: <https://ads.example/>"))
    return mail(key, UTF8, sign, body=words)


def _report(key: str, _words: str, chance: random.Random) -> bytes:
    return report(f"nguoi-{len(key)}@dan.example", chance.choice(("5.1.1", "4.4.7")))


def _damaged(key: str, words: str, chance: random.Random) -> bytes:
    raw = bytearray(mail(key, UTF8, body=words))
    del raw[chance.randrange(len(raw)) :: chance.randint(20, 400)]
    return bytes(raw)


KINDS: tuple[Callable[[str, str, random.Random], bytes], ...] = (
    lambda key, words, _: mail(key, "Subject: =?utf-8?q?Ng=E1=BA=ADp?=", body=words),
    lambda key, words, _: mail(key, UTF8, body=unicodedata.normalize("NFD", words)),
    _by_old_windows, _in_reply, _in_html, _with_a_photo, _with_a_photo, _by_a_machine, _report, _damaged,
)  # fmt: skip
WORDLESS = {_report, _damaged}
"""Of these no words need be read."""


def made(number: int) -> tuple[bytes, str]:
    """A mail, the same for the same number, and the words that must be read from it; empty if none must."""
    chance = random.Random(number)
    kind, words = chance.choice(KINDS), f"Việc số {number}. {WORDS}"
    raw = kind(f"Message-ID: <{number}@dan.example>", words, chance)
    return raw, "" if kind in WORDLESS else words


def found(folders: list[Path]) -> list[Path]:
    return [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]


def mixed(files: list[Path]) -> Iterator[tuple[bytes, str]]:
    """All of them, one after the other, none kept; a file stands in for a made one as long as there are."""
    for number in range(COUNT):
        yield (
            (files[number // 7].read_bytes(), "")
            if number % 7 == 0 and number // 7 < len(files)
            else made(number)
        )


def standard(raw: bytes) -> None:
    """What a program does that trusts its mails: parse, walk, decode the texts."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for leaf in message.walk():
        try:
            if leaf.get_content_maintype() == "text":
                leaf.get_content()
            elif not leaf.is_multipart():
                leaf.get_payload(decode=True)
        except (LookupError, ValueError, KeyError, AttributeError):
            continue


def read(box: Mailbox, raw: bytes, words: str) -> str:
    """What it was read as; "lost" if the words are not there."""
    delivery = delivered(raw)
    box.key(delivery)
    try:
        (event,) = box.parse(delivery)
    except SetAside:
        return "lost" if words else "set aside"
    if words and not (isinstance(event, Said) and words in event.text):
        return "lost"
    return type(event).__name__


def memory() -> float:
    """MB of this process."""
    return float(psutil.Process(os.getpid()).memory_info().rss) / 1e6


def main(folders: list[Path]) -> int:
    """Prints the figures; 1 when a mail was lost or a goal missed."""
    files = found([*folders, *([CPYTHON] if CPYTHON.exists() else [])])
    ours = theirs = size = 0.0
    outcomes, after = Counter[str](), dict[int, float]()
    with tempfile.TemporaryDirectory() as folder:
        box = mailbox(Path(folder))
        for number, (raw, words) in enumerate(mixed(files), 1):
            begun = time.perf_counter()
            outcomes[read(box, raw, words)] += 1
            between = time.perf_counter()
            standard(raw)
            theirs += time.perf_counter() - between
            ours += between - begun
            size += len(raw)
            if number in {EARLY, COUNT}:
                after[number] = memory()
    ratio, growth = ours / theirs, after[COUNT] / after[EARLY]
    print(f"{COUNT} mails, {size / 1e6:.0f} MB, {len(files)} of them from folders: {dict(outcomes)}")
    print(f"lost: {outcomes['lost']}")
    print(f"time beside the standard library: {ratio:.2f} × (goal ≤ {GOAL}), {COUNT / ours:.0f} mails/s")
    print(f"memory after {EARLY}: {after[EARLY]:.0f} MB, after {COUNT}: {after[COUNT]:.0f} MB")
    print(f"that is {growth:.2f} × (goal ≤ {GROWTH})")
    return int(bool(outcomes["lost"]) or ratio > GOAL or growth > GROWTH)


if __name__ == "__main__":
    sys.exit(main([Path(word) for word in sys.argv[1:]]))
