"""Whatever bytes come: a mail, or set aside with a reason; never an accident."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.cli.main import parser
from libs.mail.model import SetAside
from libs.mail.read import read
from tests.support.mails import WORDS, in_windows_1258, mail, multipart, part, report

WHOLE = (
    mail("Subject: =?utf-8?q?Ng=E1=BA=ADp?=", "References: <a@b.example> <c@d.example>"),
    mail("Content-Type: text/plain; charset=windows-1258", body=in_windows_1258(WORDS)),
    multipart(
        "mixed", part(b"<p>x</p>", "Content-Type: text/html"), part(b"\xff\xd8", "Content-Type: image/jpeg")
    ),
    report("khongco@dan.example", "5.1.1"),
)
NASTY = (
    b"\r\nContent-Type: multipart/mixed; boundary=b0\r\n", b"=?utf-8?B?//8=?=", b'charset="uu"', b'<>@,;:"[',
    b"\r\n\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n", b"\xff\xfe", b"Message-ID: <[abc]@x>\r\n",
    b"filename*0*=utf-16''%ff%fe", b"Content-Type: message/rfc822\r\n\r\n", b"From: <@>\r\n", b"\x00",
)  # fmt: skip


def handled(raw: bytes) -> bool:
    try:
        read(raw)
    except SetAside:
        return False
    return True


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_a_mail_damaged_anywhere_is_read_or_set_aside(chance: random.Random) -> None:
    raw = bytearray(chance.choice(WHOLE))
    for _ in range(chance.randint(1, 10)):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(3):
            case 0:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del raw[at : at + chance.randint(1, 40)]
            case _:
                raw[at:at] = chance.choice(NASTY)
    handled(bytes(raw))


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_set_aside(raw: bytes) -> None:
    handled(raw)


@pytest.mark.parametrize("identifier", ["<[abc]@x>", "<@>", "<a b@c>", "khong-co-ngoac"])
def test_a_message_id_that_breaks_other_readers_breaks_nothing(identifier: str) -> None:
    assert handled(mail(f"Message-ID: {identifier}", "In-Reply-To: <[x]@y>"))


def test_parts_inside_parts_come_to_an_end() -> None:
    raw = mail("Content-Type: text/plain")
    for depth in range(200):
        raw = mail(
            f'Content-Type: multipart/mixed; boundary="b{depth}"',
            body=b"--b%d\r\n" % depth + raw + b"\r\n--b%d--\r\n" % depth,
        )
    assert isinstance(handled(raw), bool)


def test_ten_thousand_parts_are_not_ten_thousand_attachments() -> None:
    raw = multipart("mixed", *([part(b"x", "Content-Type: image/png")] * 10_000))
    assert len(read(raw).attachments) == 50


def test_a_folder_is_checked_mail_by_mail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.eml").write_bytes(mail("Subject: ngap"))
    (tmp_path / "b.eml").write_bytes(report("khongco@dan.example", "5.1.1"))
    (tmp_path / "c.eml").write_bytes(b"")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "d.eml").write_bytes(
        multipart("mixed", part(b"\xff\xd8", "Content-Type: image/jpeg; name=anh.jpg"))
    )
    arguments = parser().parse_args(["mail", "check", str(tmp_path)])
    assert arguments.run(arguments) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["file"], line["kind"]) for line in lines] == [
        ("a.eml", "request"), ("b.eml", "bounce"), ("c.eml", "set-aside"), ("sub/d.eml", "request"),
    ]  # fmt: skip
    assert (lines[0]["sender"], lines[0]["text"]) == ("mau@dan.example", WORDS)
    assert (lines[1]["recipient"], lines[1]["status"]) == ("khongco@dan.example", "5.1.1")
    assert lines[2]["reason"] == "the mail is empty"
    assert lines[3]["attachments"] == [{"name": "anh.jpg", "type": "image/jpeg", "size": 2}]
