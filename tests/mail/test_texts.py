"""What a mail says: in whatever charset, in HTML or not, without what it quotes."""

import unicodedata

import pytest

from libs.mail.quotes import OUR_MARK, said
from libs.mail.read import MAX_TEXT, read
from tests.support.mails import WORDS, in_windows_1258, mail, multipart, part


def test_utf_8_that_nobody_declared_is_read() -> None:
    assert read(mail(body=WORDS)).text == WORDS


@pytest.mark.parametrize("declared", ["us-ascii", "iso-8859-1", "x-unknown", "ansi_x3.110-1983", "base64"])
def test_utf_8_declared_as_something_else_is_read(declared: str) -> None:
    assert read(mail(f"Content-Type: text/plain; charset={declared}")).text == WORDS


def test_vietnamese_windows_is_put_together_again() -> None:
    raw = mail(
        "Content-Type: text/plain; charset=windows-1258",
        "Content-Transfer-Encoding: quoted-printable",
        body=in_windows_1258(WORDS),
    )
    assert read(raw).text == WORDS


def test_letters_written_apart_by_a_telephone_are_put_together() -> None:
    apart = unicodedata.normalize("NFD", WORDS)
    assert apart != WORDS
    assert read(mail("Content-Type: text/plain; charset=utf-8", body=apart)).text == WORDS


def test_one_broken_byte_spoils_one_letter_and_not_the_mail() -> None:
    broken = WORDS.encode().replace("ngập".encode(), b"ng\xe1\xbap")
    assert "đã ba ngày, đề nghị sớm khắc phục." in read(mail(body=broken)).text


def test_a_word_cut_in_the_middle_of_a_letter_is_whole_again() -> None:
    subject = "=?utf-8?q?Ng=E1=BA?= =?utf-8?q?=ADp?="
    assert read(mail(f"Subject: {subject}")).subject == "Ngập"


def test_a_subject_can_neither_break_lines_nor_turn_the_reading_direction() -> None:
    found = read(mail("Subject: =?utf-8?Q?abc=0D=0ABcc:_x?= \u202egnp.exe"))
    assert found.subject == "abc Bcc: x gnp.exe"


def test_html_is_read_as_text() -> None:
    page = f"<html><style>p {{}}</style><script>x()</script><p>{WORDS}</p><p>Xin cảm ơn.</p></html>"
    raw = mail("Content-Type: text/html; charset=utf-8", body=page)
    assert read(raw).text.split() == f"{WORDS} Xin cảm ơn.".split()


def test_the_plain_form_wins_where_a_mail_has_both() -> None:
    plain = part("chữ thường".encode(), "Content-Type: text/plain; charset=utf-8")
    page = part("<b>chữ trang</b>".encode(), "Content-Type: text/html; charset=utf-8")
    assert read(multipart("alternative", plain, page)).text == "chữ thường"


def test_lines_that_flow_are_one_paragraph() -> None:
    raw = mail(
        "Content-Type: text/plain; charset=utf-8; format=flowed", body="Đường vào \r\nthôn ba\r\nbị ngập"
    )
    assert read(raw).text == "Đường vào thôn ba\nbị ngập"


SAID = "Cảm ơn, đường đã khô."
QUOTES = {
    "Gmail": f"{SAID}\n\nVào Th 2, 2 thg 3, 2026 vào lúc 08:00 Tổng đài 1022\n"
    "<1022@tinh.example> đã viết:\n\n> Kính gửi Ông/Bà\n> Đã chuyển phiếu.\n",
    "Apple Mail": f"{SAID}\n\nVào 08:00, 2 thg 3, 2026, Tổng đài <1022@tinh.example> đã viết:\n\n"
    "Kính gửi Ông/Bà\n",
    "Outlook": f"{SAID}\n\nTừ: Tổng đài 1022 <1022@tinh.example>\nĐã gửi: Thứ Hai, 2 tháng 3 2026 08:00\n"
    "Đến: Trần Thị Mẫu\nChủ đề: Phản ánh\n\nKính gửi Ông/Bà\n",
    "Outlook, English": f"{SAID}\n\n-----Original Message-----\nFrom: 1022\nSent: Monday\nTo: Mẫu\n\nDear\n",
    "our own mark": f"{SAID}\n\n{OUR_MARK}\nKính gửi Ông/Bà\n",
    "our own mark, broken": f"{SAID}\n\nVào Th 2, 2 thg 3, 2026 Tổng đài <1022@tinh.example> đã viết:\n"
    "> — Vui lòng trả lời\n> phía trên dòng này —\nKính gửi Ông/Bà\n".replace("\n> phía", "\nphía"),
    "Outlook on a telephone": f"{SAID}\n\nTải Outlook cho Android\n________________________________\n"
    "Từ: Tổng đài 1022 <1022@tinh.example>\nĐã gửi: Thứ Hai\nĐến: Mẫu\nChủ đề: x\n\nKính gửi\n",
    "a telephone": f"{SAID}\n\nĐã gửi từ iPhone của tôi\n\n"
    "> Vào 08:00, 2 thg 3, 2026, Tổng đài đã viết:\n> Kính gửi\n",
    "answers below": f"> Đường còn ngập không?\n{SAID}\n",
    "Thunderbird": f"On 02/03/2026 08:00, Tổng đài wrote:\n> Đường còn ngập không?\n\n{SAID}\n",
}


@pytest.mark.parametrize("program", QUOTES)
def test_what_is_quoted_is_cut_off(program: str) -> None:
    assert said(QUOTES[program]) == SAID


def test_a_last_line_with_a_number_is_the_writers_own() -> None:
    words = f"{SAID}\nGửi từ điện thoại 0912 345 678"
    assert said(words) == words


def test_a_mail_of_nothing_but_rules_is_read_at_once() -> None:
    assert said("_____\n" * 200_000).startswith("_____")


def test_the_whole_text_stays_beside_what_is_said() -> None:
    found = read(mail("Subject: Re: x", body=QUOTES["Gmail"]))
    assert found.text == SAID
    assert "Đã chuyển phiếu." in found.full


def test_a_mail_that_only_quotes_says_what_it_quotes() -> None:
    assert said("> Đường còn ngập không?") == "> Đường còn ngập không?"


def test_what_somebody_passes_on_is_what_they_want_to_say() -> None:
    mark = "---------- Forwarded message ---------"
    head = "Từ: Ông B <b@dan.example>\nNgày: Th 2\nChủ đề: x"
    assert WORDS in said(f"Nhờ xử lý.\n\n{mark}\n{head}\n\n{WORDS}")


def test_quoted_html_is_cut_off_as_well() -> None:
    page = (
        f"<div>{WORDS}</div><div class='gmail_quote'>Vào Th 2 đã viết:<blockquote>Kính gửi</blockquote></div>"
    )
    found = read(mail("Content-Type: text/html; charset=utf-8", body=page))
    assert found.text == WORDS
    assert "Kính gửi" in found.full


def test_a_date_in_the_citizens_own_words_is_no_quote() -> None:
    words = "Vào ngày 2/3 tôi đã gọi điện.\nVào ngày 3/3 tôi gọi lại: không ai nghe."
    assert said(words) == words


def test_a_very_long_text_is_cut_and_the_rest_stays_in_the_mail() -> None:
    assert len(read(mail(body="ngập " * 50_000)).text) == MAX_TEXT


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('filename="../../etc/passwd"', "passwd"),
        ('filename="C:\\\\Users\\\\a\\\\anh.jpg"', "anh.jpg"),
        ("filename*=utf-8''%E1%BA%A3nh.jpg", "ảnh.jpg"),
        ('filename="=?utf-8?q?=E1=BA=A3nh.jpg?="', "ảnh.jpg"),
        ('filename="..."', "image-1"),
        ('filename="a\u202egpj.exe"', "agpj.exe"),
    ],
)
def test_the_name_of_an_attachment_is_a_label_and_never_a_path(given: str, name: str) -> None:
    raw = multipart(
        "mixed", part(b"\xff\xd8", "Content-Type: image/jpeg", f"Content-Disposition: attachment; {given}")
    )
    assert [one.name for one in read(raw).attachments] == [name]
