"""Only what our own mail server says of a mail's sender is believed, and only of the sender's own domain."""

import pytest

from libs.mail.read import read
from tests.support.mails import mail

SERVER = "mx.tinh.gov.vn"
HER = "Trần Thị Mẫu <mau@dan.example>"


def doubted(*results: str, sender: str = HER) -> bool:
    headers = [f"Authentication-Results: {one}" for one in results]
    return read(mail(*headers, sender=sender), server=SERVER).doubted


@pytest.mark.parametrize(
    "result",
    [
        f"{SERVER}; dmarc=pass (p=none dis=none) header.from=dan.example",
        f"{SERVER} 1; spf=none; dkim=pass header.d=dan.example header.s=s1",
        f"{SERVER}; dkim=fail header.d=dan.example; dkim=pass (2048 bit (rsa)) header.i=@dan.example",
        f"{SERVER}; spf=pass smtp.mailfrom=bounce@mail.dan.example",
    ],
)
def test_a_sender_whose_domain_stands_behind_the_mail_is_believed(result: str) -> None:
    assert not doubted(result)


@pytest.mark.parametrize(
    "result",
    [
        f"{SERVER}; none",
        f"{SERVER}; dmarc=fail header.from=dan.example; spf=pass smtp.mailfrom=a@dan.example",
        f"{SERVER}; spf=pass smtp.mailfrom=a@ke-gian.example; dkim=pass header.d=ke-gian.example; dmarc=none",
        f"{SERVER}; spf=softfail smtp.mailfrom=mau@dan.example; dkim=none",
        f'{SERVER}; spf=pass smtp.mailfrom="a; dkim=pass header.d=dan.example"@ke-gian.example',
        f"{SERVER}; spf=pass (x; dkim=pass header.d=dan.example) smtp.mailfrom=a@ke-gian.example",
        f"{SERVER}; spf=pass (a) b) smtp.mailfrom=a@ke-gian.example; dkim=pass header.d=dan.example",
        f"{SERVER}; dkim=pass header.d=example",
        "mx.khac.example; dmarc=pass header.from=dan.example",
    ],
)
def test_whoever_only_says_so_is_not(result: str) -> None:
    assert doubted(result)


def test_what_a_stranger_wrote_in_our_servers_name_below_its_own_words_does_not_count() -> None:
    forged = f"{SERVER}; dkim=pass header.d=dan.example; dmarc=pass header.from=dan.example"
    assert doubted(f"{SERVER}; dkim=none; spf=none; dmarc=none", forged) and doubted()


def test_without_a_server_that_vouches_every_sender_is_believed() -> None:
    assert not read(mail(sender=HER)).doubted
