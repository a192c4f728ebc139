"""The letter templates in the administrator's browser, down to the letter that a notifier sends."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from libs.devstack.nats_server import NatsServer
from libs.packs.letters import read_letter
from libs.runtime.clock import SystemClock
from services.desk.pages.letters import cells_of
from tests.support.builders import CITIZEN, a_case, opened
from tests.support.deskpages import browser, held
from tests.support.desks import ADMINISTRATOR, AUDITOR, HEAD, OPERATOR
from tests.support.deskweb import SAME
from tests.support.history import happen
from tests.support.letters import notifier, notifier_settings, settled
from tests.support.mailbox import mailbox
from tests.support.office import Office
from tests.support.portals import hidden
from tests.support.provinces import in_force, thanh_hoa
from tests.support.waiting import eventually

PAGE = "/texts/receipt.vi"
DOCUMENT = "QĐ 15/QĐ-UBND ngày 02/03/2026"
OURS = {
    "subject": "Tổng đài đã nhận yêu cầu {code}",
    "body": "Kính gửi Ông/Bà,\n\nTổng đài đã nhận yêu cầu {code}.\nXem tại {link}.",
    "sms": "1022 da nhan {code}. Xem: {link}",
}


@pytest.fixture
async def web(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(office, ADMINISTRATOR) as web:
        yield web


async def sent(web: httpx.AsyncClient, page: str = PAGE, **cells: str) -> httpx.Response:
    """The form of the page with these words."""
    kept = held((await web.get(page)).text, page.partition("?")[0])
    return await web.post(page.partition("?")[0], data={**kept, **OURS, **cells}, headers=SAME)


async def test_only_administrators_see_letters(office: Office) -> None:
    for account in (OPERATOR, HEAD, AUDITOR):
        async with browser(office, account) as web:
            for page in ("/texts", PAGE, f"{PAGE}/file"):
                assert (await web.get(page)).status_code == 403, (account.login, page)


async def test_every_letter_of_the_pack_is_listed_in_its_languages(web: httpx.AsyncClient) -> None:
    text = (await web.get("/texts")).text
    for letter in thanh_hoa().letters:
        assert f'href="/texts/{letter.code}.{letter.language}"' in text
    assert text.index("Gửi người dân") < text.index("Xác nhận tiếp nhận") < text.index("Gửi cơ quan")


async def test_a_preview_shows_the_letter_and_what_changed_and_stores_nothing(
    office: Office, web: httpx.AsyncClient
) -> None:
    page = (await sent(web, do="try")).text
    assert "<b>Tổng đài đã nhận yêu cầu 123 456 782</b>" in page
    assert "1022 da nhan 123 456 782." in page and "GSM-7: 1 phần" in page
    assert "Thêm:</b> Tổng đài đã nhận yêu cầu {code}" in page and "<del>" in page
    assert len(office.runtime.directory.history) == 1


async def test_a_letter_in_force_says_who_on_what_decision_and_can_be_taken_back(
    office: Office, web: httpx.AsyncClient
) -> None:
    before = thanh_hoa().letter("receipt")
    saved = await sent(web, do="save", document=DOCUMENT, note="Ngắn hơn")
    assert saved.headers["location"] == f"{PAGE}?done=yes"
    directory = office.runtime.directory
    change = directory.history[-1]
    assert (change.by, change.document) == (f"{ADMINISTRATOR.name} ({ADMINISTRATOR.login})", DOCUMENT)
    assert cells_of(directory.pack.letter("receipt")) == OURS
    page = (await web.get(saved.headers["location"])).text
    assert "Đã áp dụng" in page and '<p class="small">Ngắn hơn</p>' in page
    back = re.search(r"/texts/receipt\.vi\?back=(\d+)", page)
    assert back
    form = f"{PAGE}?back={back[1]}"
    assert before.subject in (await web.get(form)).text
    again = await sent(web, form, **cells_of(before), do="save", document=DOCUMENT)
    assert again.status_code == 303, again.text
    assert directory.pack.letter("receipt") == before and len(directory.history) == 3
    file = await web.get(f"{PAGE}/file")
    assert read_letter("receipt.vi.txt", file.text) == (before, [])


async def test_mistakes_come_back_at_their_input_with_nothing_stored(
    office: Office, web: httpx.AsyncClient
) -> None:
    for cells, name, words in (
        ({"body": "{ten}"}, "body", "{ten}: biến không được dùng; được dùng: code, hotline, link"),
        ({"sms": "đã nhận"}, "sms", "không dấu"),
        ({"document": ""}, "document", "văn bản"),
        ({**cells_of(thanh_hoa().letter("receipt"))}, "body", "Chưa có gì thay đổi"),
    ):
        answer = await sent(web, **{"do": "save", "document": DOCUMENT, **cells})
        assert answer.status_code == 422 and f'href="#{name}"' in answer.text and words in answer.text
    assert len(office.runtime.directory.history) == 1


async def test_the_same_form_twice_is_one_change(office: Office, web: httpx.AsyncClient) -> None:
    kept = held((await web.get(PAGE)).text, PAGE)
    for _ in range(2):
        form = {**kept, **OURS, "do": "save", "document": DOCUMENT}
        assert (await web.post(PAGE, data=form, headers=SAME)).status_code == 303
    assert len(office.runtime.directory.history) == 2


async def test_a_form_taken_back_and_sent_with_other_words_is_not_called_done(
    office: Office, web: httpx.AsyncClient
) -> None:
    form = {**held((await web.get(PAGE)).text, PAGE), **OURS, "do": "save", "document": DOCUMENT}
    assert (await web.post(PAGE, data=form, headers=SAME)).status_code == 303
    again = await web.post(PAGE, data={**form, "subject": "Chữ khác {code}"}, headers=SAME)
    assert again.status_code == 409 and "Chữ khác {code}" in again.text
    assert len(office.runtime.directory.history) == 2


async def test_who_comes_second_sees_both_texts_and_may_put_theirs_over_it(
    office: Office, web: httpx.AsyncClient
) -> None:
    mine = held((await web.get(PAGE)).text, PAGE) | OURS | {"do": "save", "document": DOCUMENT}
    theirs = await sent(web, do="save", document=DOCUMENT, subject="Bản của người khác {code}")
    assert theirs.status_code == 303
    late = await web.post(PAGE, data=mine, headers=SAME)
    assert late.status_code == 409
    assert "Bản của người khác {code}" in late.text and OURS["subject"] in late.text
    again = mine | {name: hidden(late.text, name) for name in ("csrf", "was", "command_id")}
    assert (await web.post(PAGE, data=again, headers=SAME)).status_code == 303
    assert office.runtime.directory.pack.letter("receipt").subject == OURS["subject"]


async def test_a_change_of_something_else_stands_beside_that_of_a_letter(
    office: Office, server: NatsServer, web: httpx.AsyncClient
) -> None:
    kept = held((await web.get(PAGE)).text, PAGE)
    pack = thanh_hoa()
    await in_force(server, pack.model_copy(update={"hotline": "1022 phím 2", "version": "meanwhile"}))
    form = kept | OURS | {"do": "save", "document": DOCUMENT}
    assert (await web.post(PAGE, data=form, headers=SAME)).status_code == 303
    now = office.runtime.directory.pack
    assert (now.hotline, now.letter("receipt").subject) == ("1022 phím 2", OURS["subject"])


async def test_the_next_letter_of_a_notifier_has_the_new_words(
    office: Office, server: NatsServer, web: httpx.AsyncClient, tmp_path: Path
) -> None:
    with mailbox() as box:
        settings = notifier_settings(server, f"sqlite:///{tmp_path / 'notifier.db'}", smtp_port=box.port)
        async with notifier(settings) as runtime:
            first, second = a_case(), a_case()
            await happen(server, first, opened(first, at=SystemClock().now()))
            await settled(settings, 1)
            saved = await sent(web, do="save", document=DOCUMENT)
            assert saved.status_code == 303
            version = office.runtime.directory.current
            await eventually(lambda: runtime.directory.current == version)
            await happen(server, second, opened(second, at=SystemClock().now()))
            await settled(settings, 2)
        assert box.to == [CITIZEN.email, CITIZEN.email]
        assert [one.startswith("Tổng đài đã nhận yêu cầu") for one in box.subjects] == [False, True]
