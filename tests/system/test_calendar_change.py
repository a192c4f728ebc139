"""A holiday announced on the desk's page reaches sla, moves the running clocks, and the case says why."""

from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from libs.devstack.nats_server import NatsServer
from libs.runtime.clock import ClockSetting
from libs.runtime.service import open_runtime
from services.sla.app import build
from services.sla.settings import Settings
from tests.support.builders import a_case, opened, routed
from tests.support.bus import connected
from tests.support.calendardesk import WEDNESDAY, a_calendar
from tests.support.deskpages import browser, send
from tests.support.desks import ADMINISTRATOR, OFFICER
from tests.support.provinces import thanh_hoa
from tests.support.waiting import eventually

HOLIDAY = {"day": "2026-09-17", "kind": "holiday", "name": "Ngày nghỉ bão", "applies": "yes", "do": "keep"}
DECISION = {"number": "12/CĐ-UBND", "signed": "2026-09-16", "recompute": "yes"}


def sla_settings(server: NatsServer, folder: Path) -> Settings:
    return Settings(
        nats_url=server.url,
        nkey_seed_file=server.seed("sla"),
        database_url=f"sqlite:///{folder / 'sla.db'}",
    )


async def at(server: NatsServer, now: datetime) -> None:
    """The simulated clock stands at this instant; before it passed the decision, nobody acts on it."""
    setting = ClockSetting(mode="simulated", origin=now, real=0, rate=0)
    async with connected(server, "provisioner") as js:
        bucket = await js.key_value("DIRECTORY")
        await bucket.put("clock", setting.model_dump_json().encode())


async def test_what_the_preview_promised_is_what_sla_does_and_the_case_tells_the_decision(
    tmp_path: Path,
) -> None:
    async with a_calendar(tmp_path) as (server, office):
        async with open_runtime("sla", sla_settings(server, tmp_path)) as rt, build(rt):
            start = WEDNESDAY - timedelta(minutes=30)
            ref = a_case()
            told_by = {"at": start, "pack_version": thanh_hoa().version}
            await office.receive(server, ref, opened(ref, **told_by), routed(ref, **told_by))
            async with office.client(await office.token(OFFICER)) as api:

                async def due() -> datetime | None:
                    found = (await api.get(f"/cases/{ref.case_id}/clocks")).json()["clocks"]
                    dues = [one["due"] for one in found if one["clock"] == "answer-1"]
                    return datetime.fromisoformat(dues[0]) if dues else None

                before = thanh_hoa().calendar().add(start, 28_800)

                async def armed() -> bool:
                    return await due() == before

                await eventually(armed, what="sla arms the clock", within=10)
                async with browser(office, ADMINISTRATOR) as web:
                    kept = await send(web, "/calendar/day", "/calendar/day", **HOLIDAY)
                    (draft,) = parse_qs(urlsplit(kept.headers["location"]).query)["d"]
                    page = f"/calendar/preview?d={draft}"
                    assert ref.case_id in (await web.get(page)).text
                    assert (await send(web, page, "/calendar/apply", **DECISION)).status_code == 303
                await at(server, WEDNESDAY + timedelta(minutes=5))

                async def moved() -> bool:
                    return await due() == before + timedelta(days=1)

                await eventually(moved, what="sla moves the clock", within=10)
                found = (await api.get(f"/cases/{ref.case_id}/clocks")).json()["clocks"]
            clock = next(one for one in found if one["clock"] == "answer-1")
            told = unescape("\n".join(clock["explanation"]["vi"]))
            assert "theo 12/CĐ-UBND ngày 16/09/2026; người áp dụng: Vũ Văn Trị (quantri)" in told
            assert "ngày nghỉ (Ngày nghỉ bão, 12/CĐ-UBND ngày 16/09/2026), không tính" in told
            assert clock["explanation"]["recomputed_alike"]
            assert clock["calendar"]["pack"] == office.runtime.directory.current
