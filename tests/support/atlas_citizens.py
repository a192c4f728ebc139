"""The world of the portal's atlas: a case in each step as its sender sees it, and a desk that listens."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from libs.contracts import events
from libs.contracts.events import CaseFact
from libs.contracts.facts import Actor
from libs.contracts.subjects import CaseRef
from libs.contracts.surge import SURGE, Surge
from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import SystemClock
from tests.support.atlas_portal import CODES, FLOOD
from tests.support.builders import a_case, make, opened, routed, slip
from tests.support.bus import connected
from tests.support.desks import OPERATOR
from tests.support.office import Office, desk_settings, hire, running_desk
from tests.support.portals import OpenPortal, fill_in, portal
from tests.support.provinces import in_force, thanh_hoa
from tests.support.serving import serving
from tests.support.waiting import eventually

KEY = "khoa-cua-cong-o-ban-truc"
NOW = SystemClock().now()
SOME = a_case()
ROUTER = Actor(service="router")


def told(cls: type[CaseFact], **fields: Any) -> CaseFact:
    return make(cls, SOME, at=NOW - timedelta(hours=1), **fields)


SENT = routed(SOME, at=NOW - timedelta(hours=3), slip=slip(1, "SYT", place="406"))
ANSWER = told(events.CaseAnswered, answer="Mời bác Mẫu ra trạm y tế xã sáng thứ Bảy, mang căn cước.")
PUBLIC = told(
    events.CasePublished,
    question="Khi nào xã Quảng Lưu tiêm mũi hai cho người trên 50 tuổi?",
    answer="Trạm y tế xã tiêm vào sáng thứ Bảy hằng tuần, từ 7 giờ 30.\n\nNgười đang ốm báo trước cho trạm.",
)
PROMISE = told(
    events.CaseProgressPromised, number=1, progress="Đã mời ba hộ.", promised_at=NOW + timedelta(days=4)
)
STORIES: Mapping[str, tuple[CaseFact, ...]] = {
    "new": (),
    "arbiter": (
        told(events.CaseTriaged, reasons=("margin",), by=ROUTER),
        told(events.CaseReferred, question="Thuộc Sở nào?"),
    ),
    "routed": (SENT,),
    "promised": (SENT, PROMISE, told(events.CaseInformationAsked, question="Quán hay mở cửa mấy giờ?")),
    "phoned": (SENT, told(events.CaseAnsweredByPhone, summary="Đã hướng dẫn qua điện thoại.")),
    "answered": (SENT, ANSWER),
    "published": (SENT, ANSWER, PUBLIC),
    "withheld": (SENT, ANSWER, told(events.CaseWithheld, ground="child")),
    "rejected": (told(events.CaseRejected, reason="other-province", text="Mời gọi 1022 của tỉnh Nghệ An."),),
}


@asynccontextmanager
async def a_full_portal(
    server: NatsServer, folder: Path, *, surge: bool = False
) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """Its address, and what the addresses of its pages are filled with."""
    await in_force(server, thanh_hoa())
    url = f"sqlite:///{folder / 'desk.db'}"
    await hire(url, OPERATOR)
    (folder / "portal-desk.key").write_text(KEY)
    settings = desk_settings(server, url, folder, portal_key_file=folder / "portal-desk.key")
    async with running_desk(settings) as desk, serving(desk.app) as address:
        more: Any = {"desk_url": address, "desk_key_file": str(folder / "portal-desk.key")}
        async with portal(server, folder / "p", **more) as site, serving(site.app) as origin:
            names = await _filled(server, desk, site)
            if surge:
                async with connected(server, "provisioner") as js:
                    on = Surge(on=True, at=NOW, reason="Bão vào")
                    await js.publish(f"$KV.DIRECTORY.{SURGE}", on.model_dump_json().encode())
                await eventually(lambda: site.runtime.directory.surge.on, what="the surge")
            yield origin, names


async def _filled(server: NatsServer, desk: Office, site: OpenPortal) -> dict[str, str]:
    for name, facts in STORIES.items():
        await _case(server, desk, CODES[name], facts)
    flood = routed(SOME, at=NOW, slip=slip(lead="UBND_406", field="F07", place="16543"))
    await _case(server, desk, "123456782", (flood,), text=f"{FLOOD}, trẻ em không đến trường", field="F07")
    async with site.browser() as web:
        sent = await fill_in(web, "/submit", text="Chợ có mở không?", asked="yes")
        receipt = (await web.get("/sent")).text
        token = re.search(r"/t/([\w.-]+)", receipt)
        assert token, (sent.status_code, receipt[:2000])

        async def published() -> bool:
            found = re.search(r'href="/answers/([\w-]+)"', (await web.get("/answers")).text)
            link = await web.get(f"/t/{token[1]}")
            return bool(found) and link.status_code == 200

        await eventually(published, within=10, what="all cases read")
        answer = re.search(r'href="/answers/([\w-]+)"', (await web.get("/answers")).text)
    assert answer
    entry = next(one.id for one in thanh_hoa().questions if one.field == "F04")
    return {"token": token[1], "answer": answer[1], "entry": entry}


async def _case(
    server: NatsServer, desk: Office, code: str, facts: tuple[CaseFact, ...], **more: Any
) -> CaseRef:
    ref, at = a_case(), NOW - timedelta(hours=3)
    first = opened(ref, code=code, at=at, received_at=at, **more)
    own = [one.model_copy(update={"case_id": ref.case_id, "event_id": uuid4()}) for one in facts]
    await desk.receive(server, ref, first, *own)
    return ref
