"""A partner's way through Open311: from the bytes of a form to the case, and back to what was published."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from libs.contracts.casevalues import Spot
from libs.contracts.partners import public_id
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import ClockSetting
from tests.support.bus import provisioned
from tests.support.partners import APP_KEY, FIX_KEY, V2, WORDS, partnered
from tests.support.pictures import picture
from tests.support.publishing import ANSWER, published


async def test_a_report_becomes_a_case_with_everything_that_was_said(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent({"attribute[secret]": "yes", "attribute[cột đèn]": "số 12"})
        case, _ = await ours.the_case()
        assert number == public_id(case.case_id)
        assert (case.channel, case.field, case.secret) == ("open311", "F09", True)
        assert (case.person.name, case.person.phone) == ("Nguyễn Văn Mẫu", "+84912345678")
        assert case.text.startswith(WORDS) and "cột đèn: số 12" in case.text
        assert (case.place, case.spot) == (
            "Xã Quảng Lưu, huyện Quảng Xương",
            Spot(lat=19.6512, long=105.8231),
        )
        assert (case.origin.person, case.origin.thread.split("/")[0]) == ("fix/may-7", "fix")


async def test_a_published_answer_comes_back_closed_with_the_public_text_and_shows_nobody(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        await ours.sent()
        number = await published(ours)
        (row,) = await ours.get("requests", status="closed")
        assert (row["service_request_id"], row["status"]) == (number, "closed")
        assert row["description"] == "Hố ga mất nắp?" and row["status_notes"].endswith(ANSWER)
        case, _ = await ours.the_case()
        said = str(row)
        assert not [word for word in ("Mẫu", "0912", case.code, case.case_id, WORDS) if word in said]
        assert await ours.get("requests", status="open") == []


async def test_an_unpublished_report_says_how_it_stands_to_who_has_its_number_and_none_of_its_words(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent()
        assert await ours.get("requests") == []
        assert await ours.get("requests", api_key=APP_KEY) == []
        (mine,) = await ours.get("requests", api_key=FIX_KEY)
        (known,) = await ours.get(f"requests/{number}")
        assert mine == known
        assert (known["status"], known["status_notes"]) == ("open", "OPEN: Mới tiếp nhận")
        assert (known["description"], known["address"], known["lat"]) == ("", "", None)
        assert await ours.get(f"tokens/{number}") == [{"service_request_id": number, "token": number}]


async def test_the_number_tracks_nobodys_case(server: NatsServer, tmp_path: Path) -> None:
    async with partnered(server, tmp_path) as ours:
        number = await ours.sent()
        case, _ = await ours.the_case()
        assert case.code not in number
        for guess in (case.code, case.case_id):
            assert (await ours.client.get(f"{V2}/requests/{guess}.json")).status_code == 404
        assert (await ours.client.get(f"/answers/{number}")).status_code == 404


@pytest.mark.parametrize("times", [2, 50])
async def test_a_report_that_is_sent_again_at_once_or_later_is_one_case(
    server: NatsServer, tmp_path: Path, times: int
) -> None:
    async with partnered(server, tmp_path) as ours:
        numbers = await asyncio.gather(*(ours.sent() for _ in range(times)))
        numbers.append(await ours.sent())
        assert len(set(numbers)) == 1
        assert len(await ours.opened()) == 1
        other = await ours.sent({"description": "Cây đổ chắn đường."})
        assert other not in numbers


async def test_a_report_sent_again_after_midnight_is_the_same_case(tmp_path: Path) -> None:
    almost = datetime(2026, 3, 2, 16, 59, 58, tzinfo=UTC)  # two seconds before midnight in Vietnam
    standing = ClockSetting(mode="simulated", origin=almost, rate=0)
    async with provisioned(tmp_path / "nats", standing) as server, partnered(server, tmp_path / "p") as ours:
        first = await ours.sent()
        for later, same in (
            (timedelta(seconds=4), True),
            (timedelta(hours=23), True),
            (timedelta(hours=25), False),
        ):
            ours.site.runtime.clock.follow(standing.model_copy(update={"origin": almost + later}))
            assert (await ours.sent() == first) is same, later
        assert len(await ours.opened()) == 2


async def test_the_clients_own_key_tells_requests_apart_and_never_takes_other_words(
    server: NatsServer, tmp_path: Path
) -> None:
    async with partnered(server, tmp_path) as ours:
        first = await ours.sent(key="report-1")
        assert await ours.sent(key="report-1") == first
        assert await ours.sent(key="report-2") != first
        changed = await ours.send({"description": "Việc khác"}, key="report-1")
        assert changed.status_code == 400 and "Idempotency-Key" in changed.text
        assert {case.origin.thread for case in await ours.opened()} == {"fix/report-1", "fix/report-2"}
        assert (await ours.send(key="hai chu")).status_code == 400
        theirs = await ours.sent({"api_key": APP_KEY}, key="report-1")
        assert theirs != first


async def test_fixmystreet_sends_several_photos_in_parts(server: NatsServer, tmp_path: Path) -> None:
    async with partnered(server, tmp_path) as ours:
        parts = [
            ("api_key", FIX_KEY), ("service_code", "F09"), ("lat", "19.6512"), ("long", "105.8231"),
            ("jurisdiction_id", ""), ("description", "title: Hố ga\r\n\r\ndetail: Mất nắp"), ("phone", ""),
            ("media_url", "https://fix.example/1.jpeg"), ("media_url", "https://fix.example/2.jpeg"),
        ]  # fmt: skip
        files = [(name, (None, value.encode())) for name, value in parts]
        photos = [
            ("photo1", ("C:\\ảnh.jpeg", picture())),
            ("photo2", ("hỏng.jpeg", b"\xff\xd8" + b"x" * 300_000)),
        ]
        answers = [await ours.client.post(f"{V2}/requests.xml", files=[*files, *photos]) for _ in range(2)]
        assert {one.status_code for one in answers} == {200}, answers[0].text
        answer = answers[0]
        number = ET.fromstring(answer.content).findtext("request/service_request_id")
        case, _ = await ours.the_case()
        assert number == public_id(case.case_id)
        assert case.text.startswith(
            "title: Hố ga\n\ndetail: Mất nắp\n\n"
            "Ảnh: https://fix.example/1.jpeg\nẢnh: https://fix.example/2.jpeg\n"
            "Tệp không nhận được: hỏng.jpeg (loại tệp này không nhận"
        )
        assert [(one.type, one.label) for one in case.files] == [("image/jpeg", "ảnh.jpeg")]
