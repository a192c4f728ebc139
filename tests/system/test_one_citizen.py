"""One person on three channels, as the operator meets them: offered as one matter, joined by a person."""

import asyncio
import smtplib
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from libs.contracts.events import CaseOpened
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer, free_port
from libs.packs.folder import load
from tests.support import mailroom, zalo_events
from tests.support.calling import SECRET as PBX_SECRET
from tests.support.channels import facts, settled
from tests.support.pictures import picture
from tests.support.provincial import Province, a_province
from tests.support.waiting import eventually
from tests.support.zalo_tables import zalo_table

ROOT = Path(__file__).parents[2]
CHAT = "Đường vào thôn 3 xã Quảng Lưu, huyện Quảng Xương bị ngập đã ba ngày, số của tôi 0912 345 678"
MAIL = "Gửi Tổng đài ảnh chỗ đường thôn 3 xã Quảng Lưu bị ngập.\n\nTrần Thị Mẫu, 0912.345.678"


def channels(folder: Path, lmtp: int) -> Path:
    """channels.toml with an official account, a mailbox and a telephone system."""
    tables = [zalo_table(folder).read_text(), mailroom.table(folder, lmtp=lmtp).read_text()]
    (folder / "pbx.secret").write_text(PBX_SECRET)
    pbx = f'[tong-dai]\nchannel = "phone"\nkind = "url_pbx"\nsecret_file = "{folder / "pbx.secret"}"'
    file = folder / "channels.toml"
    file.write_text("\n".join([*tables, pbx]), encoding="utf-8")
    return file


def post_mail(port: int) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"] = "Trần Thị Mẫu <mau@dan.example>", mailroom.ADDRESS
    letter["Subject"], letter["Message-ID"] = "Ảnh đường ngập", "<anh-1@dan.example>"
    letter.set_content(MAIL)
    letter.add_attachment(picture(), maintype="image", subtype="jpeg", filename="duong.jpg")
    with smtplib.LMTP("127.0.0.1", port) as server:
        server.send_message(letter)


async def opened(server: NatsServer, channel: str) -> CaseRef:
    return next(
        ref for ref, fact in await facts(server) if isinstance(fact, CaseOpened) and fact.channel == channel
    )


async def known_to_the_operator(province: Province, phone: str) -> list[str]:
    """Cases that the desk offers while the caller's number stands in the form."""
    answer = await province.people["operator"].client.get("/similar", params={"phone": phone})
    assert answer.status_code == 200, answer.text
    return [one["row"]["case_id"] for one in answer.json()]


@pytest.mark.timeout(60)
async def test_who_writes_on_zalo_then_mails_a_photo_then_phones_is_offered_as_one_case(
    server: NatsServer, tmp_path: Path
) -> None:
    lmtp, pack = free_port(), load(ROOT / "packs" / "thanh-hoa-2021")
    async with a_province(server, tmp_path, pack, channels=channels(tmp_path, lmtp)) as province:
        chat = zalo_events.signed(zalo_events.said(CHAT))
        answer = await province.intake.post("/hooks/zalo", content=chat.body, headers=chat.headers)
        assert answer.status_code == httpx.codes.OK
        await asyncio.to_thread(post_mail, lmtp)
        await eventually(lambda: settled(server), within=10, what="both are taken in")
        written, mailed = await opened(server, "zalo"), await opened(server, "email")

        ringing = {"phone": "0912345678", "queue": "1022", "callid": "c-1", "event": "RING", "did": "1022"}
        rang = await province.intake.get(f"/hooks/tong-dai/{PBX_SECRET}/call_in", params=ringing)
        assert rang.status_code == httpx.codes.OK

        async def both_offered() -> bool:
            return {written.case_id, mailed.case_id} <= set(
                await known_to_the_operator(province, "0912 345 678")
            )

        await eventually(both_offered, within=10, what="the caller's cases are offered")
        alike = await province.people["operator"].client.get(f"/cases/{mailed.case_id}/similar")
        offered = {one["row"]["case_id"]: one["same"] for one in alike.json()}
        assert "phone" in offered[written.case_id]

        await province.done("operator", mailed, "join", to=written.case_id)

        async def one_case() -> bool:
            return await known_to_the_operator(province, "0912 345 678") == [written.case_id]

        await eventually(one_case, within=10, what="the caller has one case")
