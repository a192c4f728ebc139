"""What intake takes no more of is told as that: try again later, and when; it is not out of reach."""

from pathlib import Path

from libs.devstack.nats_server import NatsServer
from tests.support.partners import REPORT, V2, partners_file
from tests.support.portals import CONTACT, fill_in, intake, portal
from tests.support.provinces import in_force, thanh_hoa

WORDS = {"text": "Đèn đường ở thôn 3 hỏng đã một tuần nay", "place": "Thôn 3, xã Quảng Lưu", **CONTACT}


async def test_a_partner_beyond_intakes_limit_hears_when_to_come_again(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    async with (
        intake(server, hourly=1) as address,
        portal(
            server,
            tmp_path,
            with_intake=False,
            intake_url=address,
            partners_file=str(partners_file(tmp_path, 100)),
        ) as site,
        site.browser() as client,
    ):
        first = await client.post(f"{V2}/requests.json", data=REPORT)
        second = await client.post(f"{V2}/requests.json", data={**REPORT, "description": "Chuyện khác hẳn"})
    assert (first.status_code, second.status_code) == (200, 429)
    assert 60 <= int(second.headers["retry-after"]) <= 3_600
    assert "thử lại sau" in second.json()[0]["description"]


async def test_a_citizen_beyond_intakes_limit_keeps_the_form_and_hears_to_try_again_later(
    server: NatsServer, tmp_path: Path
) -> None:
    await in_force(server, thanh_hoa())
    async with (
        intake(server, person_hourly=1) as address,
        portal(server, tmp_path, with_intake=False, intake_url=address) as site,
        site.browser() as citizen,
    ):
        first = await fill_in(citizen, "/submit", **WORDS, step="check")
        second = await fill_in(citizen, "/submit", **{**WORDS, "text": "Cây đổ giữa đường"}, step="check")
    assert (first.status_code, second.status_code) == (303, 429), second.text
    assert "xin thử lại sau" in second.text and "Cây đổ giữa đường" in second.text
    assert 60 <= int(second.headers["retry-after"]) <= 3_600
