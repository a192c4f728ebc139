"""Mails as they come over the wire, built byte by byte; the people in them are invented."""

import base64
import quopri
import unicodedata

WORDS = "Đường vào thôn 3 xã Quảng Lưu bị ngập đã ba ngày, đề nghị sớm khắc phục."


def mail(*headers: str, body: bytes | str = WORDS, sender: str = "Trần Thị Mẫu <mau@dan.example>") -> bytes:
    """A mail with these headers after the usual ones; a header may be given raw."""
    usual = [
        f"From: {sender}",
        "To: 1022@tinh.example",
        "Message-ID: <m1@dan.example>",
        "Date: Mon, 02 Mar 2026 08:00:00 +0700",
    ]
    named = {line.split(":")[0].lower() for line in headers}
    lines = [line for line in usual if line.split(":")[0].lower() not in named] + list(headers)
    raw = body.encode() if isinstance(body, str) else body
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + raw


def multipart(kind: str, *parts: bytes, headers: tuple[str, ...] = ()) -> bytes:
    """A mail of several parts; each part brings its own headers."""
    body = b"".join(b"--b0\r\n" + part + b"\r\n" for part in parts) + b"--b0--\r\n"
    return mail(*headers, f'Content-Type: multipart/{kind}; boundary="b0"', body=body)


def part(content: bytes, *headers: str) -> bytes:
    """One part, in base64."""
    head = "\r\n".join((*headers, "Content-Transfer-Encoding: base64"))
    return head.encode() + b"\r\n\r\n" + base64.encodebytes(content)


def in_windows_1258(words: str) -> bytes:
    """As an old Vietnamese Windows writes it: base letters with combining tone marks, quoted-printable."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    apart = "".join(
        unicodedata.normalize(
            "NFC", "".join(c for c in unicodedata.normalize("NFD", letter) if c not in tones)
        )
        + "".join(c for c in unicodedata.normalize("NFD", letter) if c in tones)
        for letter in words
    )
    return quopri.encodestring(apart.encode("cp1258"))


def report(recipient: str, status: str, action: str = "failed") -> bytes:
    """What a mail server writes back when a mail could not be delivered (RFC 3464)."""
    machine = (
        "Reporting-MTA: dns; mx.tinh.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 No such user\r\n"
    )
    return multipart(
        "report; report-type=delivery-status",
        b"Content-Type: text/plain\r\n\r\nYour message could not be delivered.",
        b"Content-Type: message/delivery-status\r\n\r\n" + machine.encode(),
        b"Content-Type: message/rfc822\r\n\r\n" + mail("Subject: [123456782]"),
        headers=("From: MAILER-DAEMON@mx.tinh.example", "Return-Path: <>", "Subject: Undelivered Mail"),
    )
