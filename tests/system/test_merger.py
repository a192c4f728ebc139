"""Two communes merge at midnight on a simulated clock: their open cases move, no deadline does."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from nats.js.errors import NotFoundError

from libs.contracts.events import CaseSucceeded, Slip
from libs.contracts.sidefacts import ClockMissed
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.packs.entries import Agency, Unit
from libs.packs.model import Pack
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import ClockSetting
from tests.support.builders import a_case, opened, routed
from tests.support.bus import connected, provisioned
from tests.support.provinces import province
from tests.support.provincial import Province, a_province
from tests.support.waiting import eventually
from tests.support.worktime import at

EVE = "2026-03-03 16:00"
LAST, FIRST = date(2026, 3, 3), date(2026, 3, 4)
GONE, HEIR, PLACE = "UBND_16543", "UBND_16498", "16543"


def merging() -> Pack:
    """Today's pack, in which one commune becomes part of its neighbour after 3 March 2026."""
    pack = province("thanh-hoa")
    unit = next(one for one in pack.units if one.code == PLACE and one.in_force(LAST))
    heir = pack.agency(HEIR)
    assert heir.unit

    def ends(row: Agency | Unit, into: str | None) -> Any:
        return row.model_copy(update={"valid_to": LAST, "merged_into": into})

    agencies = [ends(one, HEIR) if one.code == GONE else one for one in pack.agencies]
    units = [ends(one, heir.unit) if one is unit else one for one in pack.units]
    return pack.model_copy(
        update={"agencies": tuple(agencies), "units": tuple(units), "version": "thanh-hoa-merger"}
    )


async def it_is(server: NatsServer, when: str) -> None:
    """A clock that stands still is moved by hand."""
    setting = ClockSetting(mode="simulated", origin=at(when), rate=0)
    async with connected(server, "provisioner") as js:
        bucket = await js.key_value("DIRECTORY")
        await bucket.put("clock", setting.model_dump_json().encode())


async def held(there: Province, server: NatsServer, lead: str) -> CaseRef:
    """An open case at the commune that is to end, sent on the eve."""
    ref, slip = a_case(), Slip(number=1, lead=lead, field="F03", place=PLACE, rule="R03-COMMUNE")
    fact = routed(ref, at=at(EVE), slip=slip, pack_version=there.pack.version)
    await there.desk.receive(server, ref, opened(ref, at=at(EVE), pack_version=there.pack.version), fact)
    await there.armed(ref, "answer-1", lead)
    return ref


async def successions(server: NatsServer, ref: CaseRef) -> list[CaseSucceeded]:
    async with connected(server, "desk") as js:
        stored = await CaseLog(js).since(ref, 0)
    return [one.fact for one in stored if isinstance(one.fact, CaseSucceeded)]


async def clock(there: Province, ref: CaseRef) -> dict[str, Any]:
    """The eight hours of the slip, as the desk shows them."""
    answer = await there.people["operator"].client.get(f"/cases/{ref.case_id}/clocks")
    return next(one for one in answer.json()["clocks"] if one["clock"] == "answer-1")


@pytest.mark.timeout(60)
async def test_at_midnight_the_open_cases_of_a_merged_commune_move_and_their_deadlines_stand(
    tmp_path: Path,
) -> None:
    standing = ClockSetting(mode="simulated", origin=at(EVE), rate=0)
    async with (
        provisioned(tmp_path / "nats", clock=standing) as server,
        a_province(server, tmp_path, merging(), GONE, HEIR) as there,
    ):
        cases = [await held(there, server, GONE) for _ in range(3)]
        neighbour = await held(there, server, HEIR)
        before = [await clock(there, ref) for ref in cases]
        await it_is(server, "2026-03-03 23:59")
        assert (await there.act(GONE, cases[0], "receive")).status_code == 201
        assert not any([await successions(server, ref) for ref in cases])

        await it_is(server, "2026-03-04 00:00")
        for ref in cases:
            await eventually(lambda ref=ref: successions(server, ref), within=10)  # type: ignore[misc]
            await there.armed(ref, "answer-1", HEIR)
        after = [await clock(there, ref) for ref in cases]
        assert [one["due"] for one in after] == [one["due"] for one in before]
        assert [one["start"] for one in after] == [one["start"] for one in before]
        assert (await there.state(cases[0]))["status"] == "received"
        assert await successions(server, neighbour) == []

        assert (await there.act(GONE, cases[1], "receive")).status_code == 409
        state = await there.done(HEIR, cases[1], "answer", answer="Đã kiểm tra tại thôn.")
        assert state["slips"][0]["issued"]["lead"] == GONE

        await it_is(server, "2026-03-05 09:00")
        await eventually(lambda: missed_by(server, cases[2], HEIR), within=15, what="the successor is late")

        late = await there.ask("Xã Quảng Lưu, huyện Quảng Xương có mấy ca F0 cách ly tại nhà?", field="F03")
        assert (await there.state(late))["slips"][0]["slip"]["lead"] == HEIR
        assert [len(await successions(server, ref)) for ref in cases] == [1, 1, 1]


async def missed_by(server: NatsServer, ref: CaseRef, agency: str) -> bool:
    """Whether the breach is the successor's, and at the instant it always was."""

    async with connected(server, "provisioner") as js:
        try:
            message = await js.get_last_msg("CLOCKS", f"clock.{ref.case_id}.answer-1.missed")
        except NotFoundError:
            return False
    return ClockMissed.model_validate_json(message.data or b"").agency == agency
