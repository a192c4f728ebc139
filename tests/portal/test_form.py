"""The form, one thing per page, as a browser without a script sends it."""

import asyncio
import re
from pathlib import Path

import httpx

from libs.contracts.events import CaseAdded
from libs.contracts.surge import SURGE, Surge
from libs.devstack.nats_server import NatsServer
from tests.portal.test_pages import cases
from tests.support.bus import connected
from tests.support.pictures import PDF, picture
from tests.support.portals import CONTACT, SITE, OpenPortal, portal
from tests.support.waiting import eventually

WORDS = "Đường vào thôn 3 ngập sâu ba ngày nay"
HERE = {"origin": SITE, "sec-fetch-site": "same-origin"}
Files = list[tuple[str, tuple[str, bytes]]]


def inputs(page: str) -> dict[str, str]:
    """The hidden inputs of the form on a page."""
    return dict(re.findall(r'<input type="hidden"[^>]* name="([^"]+)" value="([^"]*)"', page)) | dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    )


def written(page: str) -> dict[str, str]:
    """What stands in the text areas."""
    return dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)</textarea>', page))


async def press(
    browser: httpx.AsyncClient, page: httpx.Response, files: Files | None = None, **typed: str
) -> httpx.Response:
    """Fill in what the page asks for and send it where its form goes."""
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action
    typed = {**written(page.text), **typed}
    if "csrf=" in action[1] and not files:
        files = chosen(("", b""))  # what a browser sends when nothing was chosen
    return await browser.post(action[1], data={**inputs(page.text), **typed}, files=files, headers=HERE)


def chosen(*files: tuple[str, bytes]) -> Files:
    return [("file", file) for file in files]


async def to_photos(browser: httpx.AsyncClient) -> httpx.Response:
    where = await press(browser, await browser.get("/submit"), text=WORDS, field="F07")
    assert "<h1>Ở đâu?</h1>" in where.text
    return await press(browser, where, place="Xã Quảng Lưu", lat="19.8067", long="105.7852")


async def test_step_by_step_everything_arrives_in_one_case(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        photos = await to_photos(browser)
        assert "<h1>Có ảnh không?</h1>" in photos.text
        who = await press(browser, photos, chosen(("một.png", picture(kind="PNG")), ("đơn.pdf", PDF)))
        assert "<h1>Liên hệ với Ông/Bà thế nào?</h1>" in who.text, who.text
        check = await press(browser, who, None, **CONTACT, secret="yes")
        for shown in (WORDS, "Xã Quảng Lưu", "19.80670", "một.png", "đơn.pdf", "0912 345 678", "Giữ kín"):
            assert shown in check.text, shown
        sent = await press(browser, check)
        assert (sent.status_code, sent.headers["location"]) == (303, "/sent")
        (case,) = await cases(server)
        assert (case.text, case.place, case.field) == (WORDS, "Xã Quảng Lưu", "F07")
        assert case.spot and (case.spot.lat, case.spot.long) == (19.8067, 105.7852)
        assert [(one.label, one.type, one.lost) for one in case.files] == [
            ("một.png", "image/jpeg", ""),
            ("đơn.pdf", "application/pdf", ""),
        ]
        assert case.secret and case.person.phone == "+84912345678"


async def test_back_keeps_what_this_page_and_the_others_hold(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        where = await press(browser, await browser.get("/submit"), text=WORDS)
        what = await press(browser, where, place="Chợ Vườn Hoa", to="what")
        assert f">\n{WORDS}</textarea>" in what.text
        again = await press(browser, what, text=f"{WORDS}!")
        assert 'id="place" name="place" value="Chợ Vườn Hoa"' in again.text


async def test_an_empty_first_page_goes_no_further_but_back_needs_nothing(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = await browser.get("/submit")
        assert "113" in page.text
        empty = await press(browser, page, text=" ")
        assert empty.status_code == 422 and 'href="#text"' in empty.text and "<title>Lỗi:" in empty.text
        assert (
            await browser.post("/submit/nothing", data=inputs(page.text), headers=HERE)
        ).status_code == 404
        assert (await browser.get("/submit/who")).headers["location"] == "/submit"


async def test_each_photo_is_taken_or_told_why_not_and_can_be_taken_out(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = await to_photos(browser)
        brought = chosen(
            ("tốt.jpg", picture()), ("lừa.jpg", b"MZ" + b"\0" * 99), ("hỏng.jpg", b"\xff\xd8\xff x")
        )
        page = await press(browser, page, brought)
        assert page.status_code == 422
        assert "lừa.jpg: loại tệp này không nhận" in page.text and "hỏng.jpg: ảnh hỏng" in page.text
        assert "tốt.jpg" in page.text
        page = await press(browser, page, chosen(*((f"{n}.jpg", picture(40 + n)) for n in range(6))))
        assert (
            page.status_code == 422 and "Chỉ gửi được 5 ảnh" in page.text and 'type="file"' not in page.text
        )
        found = re.findall(r'name="remove" value="([0-9a-f]{32})"', page.text)
        assert len(found) == 5
        page = await press(browser, page, remove=found[0])
        assert page.status_code == 200 and "tốt.jpg" not in page.text and 'type="file"' in page.text
        check = await press(browser, await press(browser, page))
        await press(browser, check)
        (case,) = await cases(server)
        assert [one.id for one in case.files] == found[1:]


async def test_a_list_of_photos_that_we_did_not_sign_is_not_believed(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = await to_photos(browser)
        forged = await press(browser, page, photos="9999999999.W10.abcd")
        assert forged.status_code == 422 and "chọn lại" in forged.text
        late = {**inputs((await browser.get("/submit")).text), "text": WORDS, "photos": "9.W10.ab"}
        assert (await browser.post("/submit", data=late, headers=HERE)).status_code == 422
        assert await cases(server) == []


async def test_the_same_photo_and_the_last_page_sent_twice_are_one_case_with_one_photo(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = await to_photos(browser)
        for _ in range(2):
            page = await press(browser, page, chosen(("a.jpg", picture())), to="photos")
        check = await press(browser, await press(browser, page))
        assert {(await press(browser, check)).status_code for _ in range(2)} == {303}
        (case,) = await cases(server)
        assert len(case.files) == 1


async def test_photos_need_the_token_and_have_a_limit(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = await to_photos(browser)
        bare = await browser.post("/submit/photos", files=chosen(("a.jpg", picture())), headers=HERE)
        assert bare.status_code == 403
        huge = await press(browser, page, chosen(("a.jpg", b"\0" * 61_000_000)))
        assert huge.status_code == 413
        large = await press(browser, page, chosen(("a.jpg", b"\xff\xd8\xff" + b"\0" * 11_000_000)))
        assert large.status_code == 422 and "lớn quá 10 MB" in large.text and WORDS in large.text


async def test_when_photos_cannot_be_kept_the_request_goes_without(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p", with_intake=False) as site, site.browser() as browser:
        page = await press(browser, await to_photos(browser), chosen(("a.jpg", picture())))
        assert page.status_code == 422 and "tiếp tục không kèm ảnh" in page.text
        check = await press(browser, await press(browser, page))
        down = await press(browser, check)
        assert down.status_code == 503 and WORDS in down.text
        assert inputs(down.text)["key"] == inputs(check.text)["key"]


async def test_what_intake_refuses_is_put_right_on_its_own_page(server: NatsServer, tmp_path: Path) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        who = await press(browser, await to_photos(browser))
        check = await press(browser, who, phone="số của mẹ tôi")
        wrong = await press(browser, check)
        assert wrong.status_code == 422 and "<h1>Liên hệ với Ông/Bà thế nào?</h1>" in wrong.text
        assert 'href="#phone"' in wrong.text and 'value="số của mẹ tôi"' in wrong.text
        assert (await press(browser, await press(browser, wrong, phone="0912 345 678"))).status_code == 303


async def switch(server: NatsServer, site: OpenPortal, surge: Surge) -> None:
    async with connected(server, "desk") as js:
        await js.publish(f"$KV.DIRECTORY.{SURGE}", surge.model_dump_json().encode())
    await eventually(lambda: site.runtime.directory.surge.on == surge.on, what="the surge")


async def test_in_a_surge_questions_with_answers_come_first_and_nothing_is_refused(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        assert "rất đông" not in (await browser.get("/submit")).text
        await switch(server, site, Surge(on=True, reason="bão"))
        page = await browser.get("/submit")
        assert "trả lời sẽ lâu hơn" in page.text and "/questions" in page.text
        known = await press(browser, page, text="Cấp độ dịch của xã tôi là mấy?")
        assert "<h1>Có phải điều Ông/Bà cần?</h1>" in known.text and "<details open>" in known.text
        where = await press(browser, known)
        assert "<h1>Ở đâu?</h1>" in where.text
        await switch(server, site, Surge())
        calm = await press(browser, await browser.get("/submit"), text="Cấp độ dịch của xã tôi là mấy?")
        assert "<h1>Ở đâu?</h1>" in calm.text


async def test_photos_are_added_to_a_case_that_is_followed_with_words_or_without(
    server: NatsServer, tmp_path: Path
) -> None:
    async with portal(server, tmp_path / "p") as site, site.browser() as browser:
        page = await browser.get("/submit")
        await browser.post("/submit", data={**inputs(page.text), "text": WORDS}, headers=HERE)
        link = re.search(r'href="(/t/[^"]+)"', (await browser.get("/sent")).text)
        assert link
        await eventually_there(browser, link[1])
        page = await browser.get(link[1])
        wrong = await press(
            browser, page, chosen(("a.jpg", b"GIF89a"), ("b.jpg", picture())), text="Thêm ảnh"
        )
        assert wrong.status_code == 422 and "a.jpg: " in wrong.text and "b.jpg" in wrong.text
        assert (await press(browser, wrong)).status_code == 303
        page = await browser.get(link[1])
        assert (await press(browser, page)).status_code == 422
        assert (await press(browser, page, chosen(("c.jpg", picture(10, 10))))).status_code == 303
        async with connected(server, "provisioner") as js:
            last = [await js.get_msg("CASES", seq) for seq in (2, 3)]
        added = [CaseAdded.model_validate_json(one.data or b"") for one in last]
        assert [(one.text, [file.label for file in one.files]) for one in added] == [
            ("Thêm ảnh", ["b.jpg"]),
            ("Gửi thêm ảnh.", ["c.jpg"]),
        ]


async def eventually_there(browser: httpx.AsyncClient, address: str) -> None:
    """Wait until the portal has read the case."""
    for _ in range(200):
        if (await browser.get(address)).status_code == 200:
            return
        await asyncio.sleep(0.02)
