"""The gateways, each against a real server: what it says, and what it makes of every kind of answer."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from libs.devstack.nats_server import free_port
from libs.packs.gsm import parts
from services.notifier.gateways.console import Console
from services.notifier.gateways.gateway import Gateway, GatewayDown, Message, Outcome, Reply
from services.notifier.gateways.kannel import Kannel
from services.notifier.gateways.smtp import Smtp, TlsMode
from tests.support.mailbox import DROP, HOLD, Mailbox, mailbox

LETTER = Message(
    id="0123456789abcdef0123456789abcdef",
    to="mau@dan.example",
    subject="Tổng đài 1022 đã tiếp nhận yêu cầu 123 456 782, sẽ trả lời trước 17:30 thứ Hai, 02/03/2026",
    body="Kính gửi Quý ông/bà,\n\n.dòng bắt đầu bằng dấu chấm\nTrân trọng",
    sms="1022: yeu cau 123 456 782",
)
TEXT = Message(id=LETTER.id, to="+84912345678", subject="", body="", sms=LETTER.sms)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


def smtp(port: int, tls: TlsMode = "none", ca_file: Path | None = None, *, timeout: float = 10) -> Smtp:
    sender = "Tổng đài 1022 <tong-dai@hotline.example>"
    return Smtp("127.0.0.1", port, tls, sender, ca_file=ca_file, timeout=timeout)


async def hand_over(gateway: Gateway, message: Message = LETTER) -> Reply:
    async with gateway.open() as send:
        return await send(message)


async def test_a_mail_arrives_as_it_was_written(box: Mailbox) -> None:
    assert await hand_over(smtp(box.port)) == Reply(Outcome.ACCEPTED)
    (mail,) = box.mails
    assert mail["Subject"] == LETTER.subject
    assert mail["Message-ID"] == f"<{LETTER.id}@hotline.example>"
    assert mail["From"] == "Tổng đài 1022 <tong-dai@hotline.example>"
    assert (mail["Auto-Submitted"], "NDR" in mail["X-Auto-Response-Suppress"]) == ("auto-generated", False)
    assert mail.get_content_type() == "text/plain" and mail.get_content_charset() == "utf-8"
    assert mail.get_content().replace("\r\n", "\n") == LETTER.body + "\n"
    assert box.to == [LETTER.to]


async def test_a_batch_takes_one_connection_and_a_transaction_each(box: Mailbox) -> None:
    async with smtp(box.port).open() as send:
        replies = [await send(LETTER) for _ in range(3)]
    assert [reply.outcome for reply in replies] == [Outcome.ACCEPTED] * 3
    assert (box.connections, len(box.mails)) == (1, 3)


@pytest.mark.parametrize(
    ("where", "answer", "reply"),
    [
        (
            "recipients",
            "450 4.2.1 <mau@dan.example> greylisted",
            Reply(Outcome.PUT_OFF, "recipient 450 4.2.1"),
        ),
        ("recipients", "550 5.1.1 <mau@dan.example> unknown", Reply(Outcome.REFUSED, "recipient 550 5.1.1")),
        ("recipients", "421 closing", Reply(Outcome.PUT_OFF, "recipient 421")),
        ("contents", "452 4.3.1 full", Reply(Outcome.PUT_OFF, "content 452 4.3.1")),
        ("contents", "554 5.7.1 spam", Reply(Outcome.REFUSED, "content 554 5.7.1")),
        ("contents", DROP, Reply(Outcome.UNKNOWN, "SMTPServerDisconnected")),
        ("contents", HOLD, Reply(Outcome.UNKNOWN, "SMTPReadTimeoutError")),
    ],
)
async def test_each_answer_of_a_mail_server_has_its_meaning(
    box: Mailbox, where: str, answer: str, reply: Reply
) -> None:
    getattr(box, where).append(answer)
    assert await hand_over(smtp(box.port, timeout=1 if answer == HOLD else 10)) == reply


async def test_a_mail_server_that_is_away_is_not_the_letters_fault() -> None:
    with pytest.raises(GatewayDown):
        await hand_over(smtp(free_port()))


async def test_mail_never_goes_in_clear_when_encryption_was_asked_for(box: Mailbox) -> None:
    with pytest.raises(GatewayDown):
        await hand_over(smtp(box.port, "starttls"))
    with pytest.raises(GatewayDown):
        await hand_over(smtp(box.port, "tls"))
    assert box.mails == []


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 and the context of a server that shows it."""
    folder = tmp_path_factory.mktemp("tls")
    key, shown = folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(shown)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown, key)
    return shown, context


async def test_mail_goes_over_tls_and_starttls(certificate: tuple[Path, ssl.SSLContext]) -> None:
    ca_file, context = certificate
    with mailbox(certificate=context) as box:
        assert await hand_over(smtp(box.port, "tls", ca_file)) == Reply(Outcome.ACCEPTED)
    with mailbox(starttls=context) as box:
        assert await hand_over(smtp(box.port, "starttls", ca_file)) == Reply(Outcome.ACCEPTED)
        with pytest.raises(GatewayDown):
            await hand_over(smtp(box.port, "starttls"))  # a certificate that nobody vouches for


async def test_the_console_writes_one_line_a_message(tmp_path: Path) -> None:
    console = Console(tmp_path / "sms.txt")
    async with console.open() as send:
        assert [(await send(TEXT)).outcome for _ in range(2)] == [Outcome.ACCEPTED] * 2
    assert (tmp_path / "sms.txt").read_text() == f"{TEXT.id} {TEXT.to} {TEXT.sms}\n" * 2


async def test_a_console_that_cannot_be_written_to_is_down(tmp_path: Path) -> None:
    with pytest.raises(GatewayDown):
        await hand_over(Console(tmp_path / "missing" / "sms.txt"), TEXT)


@asynccontextmanager
async def http_server(answer: bytes | None) -> AsyncIterator[tuple[str, list[str]]]:
    """A server on loopback that gives every request this answer (None: hangs up) and keeps what was asked."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if line := (await reader.readline()).decode():
            asked.append(line.split()[1])
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer or b"")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/cgi-bin/sendsms", asked


def http(status: str, body: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


def kannel(url: str) -> Kannel:
    return Kannel(url, "hotline", "mat-khau", "1022", timeout=10)


async def test_kannel_is_asked_for_plain_text_in_the_small_alphabet_and_for_accents_in_the_large() -> None:
    accented = Message(TEXT.id, TEXT.to, "", "", "Yêu cầu đã tiếp nhận & xử lý")
    async with http_server(http("202 Accepted", "0: Accepted for delivery")) as (url, asked):
        assert await hand_over(kannel(url), TEXT) == Reply(Outcome.ACCEPTED, "kannel 202")
        await hand_over(kannel(url), accented)
    first, second = (parse_qs(urlsplit(one).query) for one in asked)
    assert (first["to"], first["text"], first["coding"]) == ([TEXT.to], [TEXT.sms], ["0"])
    assert (second["text"], second["coding"], second["charset"]) == ([accented.sms], ["2"], ["UTF-8"])


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            http("400 Bad Request", "Number(s) has/have been denied by white- and/or black-lists."),
            Outcome.REFUSED,
        ),
        (http("403 Forbidden", "Not routable. Do not try again."), Outcome.REFUSED),
        (http("403 Forbidden", "Authorization failed for sendsms"), Outcome.PUT_OFF),
        (http("404 Not Found", ""), Outcome.PUT_OFF),
        (http("503 Service Unavailable", "Temporal failure, try again later."), Outcome.PUT_OFF),
        (None, Outcome.UNKNOWN),
    ],
)
async def test_each_answer_of_kannel_has_its_meaning(answer: bytes | None, outcome: Outcome) -> None:
    async with http_server(answer) as (url, _):
        assert (await hand_over(kannel(url), TEXT)).outcome is outcome


async def test_kannel_away_is_not_the_letters_fault() -> None:
    with pytest.raises(GatewayDown):
        await hand_over(kannel(f"http://127.0.0.1:{free_port()}/cgi-bin/sendsms"), TEXT)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("a" * 460, 4),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 5, 2),
        ("đ" * 70, 1),
        ("đ" * 71, 2),
        ("đ" * 134, 2),
        ("đ" * 135, 3),
        ("đ" * 201, 3),
        ("đ" * 202, 4),
        ("àèéìòù" * 26, 1),
    ],
)
def test_the_parts_of_a_text_message_are_counted_as_the_operators_do(text: str, count: int) -> None:
    assert parts(text) == count
