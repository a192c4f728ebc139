"""The reform over open cases: the pack of 2021 gives way to today's while the services run."""

import functools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from libs.contracts import events
from libs.contracts.events import CaseFact, CaseSucceeded, Slip
from libs.contracts.facts import Actor
from libs.contracts.sidefacts import LetterFact
from libs.contracts.subjects import CaseRef, decode
from libs.devstack.nats_server import NatsServer
from libs.packs.takeover import BY_FIELD, BY_PLACE, MERGED
from libs.runtime.caselog import CaseLog
from libs.runtime.clock import SystemClock
from libs.runtime.service import Runtime, open_runtime
from services.desk.domain.people import Account
from services.portal import app as portal_app
from tests.support.builders import a_case, make, opened, routed
from tests.support.bus import connected, has_read
from tests.support.letters import notifier, notifier_settings
from tests.support.office import hire
from tests.support.portals import portal_settings
from tests.support.provinces import in_force, province
from tests.support.provincial import Province, a_province
from tests.support.reporting import reporting, reporting_settings
from tests.support.waiting import eventually

OLD, NEW = province("thanh-hoa-2021"), province("thanh-hoa")
QUANG_LUU = "16543"

SERVICES = ("router", "desk", "sla", "notifier", "portal", "reporting")

SLIPS: dict[str, tuple[dict[str, Any], dict[str, tuple[str, str]]]] = {
    "stays": ({"lead": "SYT", "field": "F04"}, {}),
    "merged": ({"lead": "SGTVT", "field": "F07"}, {"SGTVT": ("SXD", MERGED)}),
    "arbiter": ({"lead": "STTTT", "field": "F10"}, {"STTTT": ("SKHCN", MERGED)}),
    "by place": (
        {"lead": "UBND_406", "field": "F03", "place": QUANG_LUU},
        {"UBND_406": ("UBND_16543", BY_PLACE)},
    ),
    "co-lead": (
        {"lead": "SCT", "co_leads": ("UBND_406",), "field": "F08", "place": QUANG_LUU},
        {"UBND_406": ("UBND_16543", BY_PLACE)},
    ),
    "by field": ({"lead": "SLDTBXH", "field": "F05", "place": QUANG_LUU}, {"SLDTBXH": ("SNV", BY_FIELD)}),
    "nobody": ({"lead": "UBND_406", "field": "F03", "place": "406"}, {}),
}
"""Name → the slip of 2021, and who goes on with it by which rule."""

NEW_ARBITER = Account(id="a2", login="trongtai2", name="Đỗ Thị Mới", role="arbiter", agency=NEW.arbiter)


@pytest.mark.timeout(90)
async def test_open_cases_of_2021_go_on_under_todays_pack(server: NatsServer, tmp_path: Path) -> None:
    agencies = ("SYT", "SGTVT", "SXD", "UBND_16543", "UBND_406")
    async with a_province(server, tmp_path, OLD, *agencies) as there, the_others(server, tmp_path) as others:
        await hire(there.desk.settings.database_url, NEW_ARBITER)
        cases = {name: await sent(there, server, slip) for name, (slip, _) in SLIPS.items()}
        waits = await in_triage(there, server)
        before = {name: await dues(there, ref) for name, ref in cases.items()}
        await in_force(server, NEW)

        for name, (_, heirs) in SLIPS.items():
            await eventually(functools.partial(moved, server, cases[name], heirs), within=15, what=name)
        for name, ref in cases.items():
            after = await dues(there, ref)
            assert {clock: due for clock, (due, _) in after.items()} == {
                clock: due for clock, (due, _) in before[name].items()
            }, name
        await there.armed(cases["merged"], "answer-1", "SXD")
        await there.armed(cases["co-lead"], "part-1-1", "UBND_16543")

        assert (await there.act("SGTVT", cases["merged"], "receive")).status_code == 409
        await there.done("SXD", cases["merged"], "receive")
        state = await there.done("UBND_16543", cases["by place"], "answer", answer="Đã kiểm tra tại thôn.")
        assert state["status"] == "answered" and state["slips"][0]["issued"]["lead"] == "UBND_406"
        await there.done("operator", cases["nobody"], "succeed", agency="UBND_406", to="UBND_16543")
        assert (await there.state(cases["nobody"]))["slips"][0]["slip"]["lead"] == "UBND_16543"

        await there.done("operator", waits, "refer", question="Thuộc cơ quan nào?")
        there.people["arbiter"] = await others.enter(there, NEW_ARBITER)
        await there.done("arbiter", waits, "determine", agency="SXD", opinion="Thuộc Sở Xây dựng")
        await there.done("operator", waits, "direct", lead="SXD", field="F07")

        ref = await there.ask("Xin hỏi lịch tiêm vắc xin Covid-19 mũi 2 cho người trên 65 tuổi", field="F04")
        assert (await there.state(ref))["slips"][0]["slip"]["lead"] == "SYT"
        await eventually(
            lambda: told(server, cases["merged"], "SXD"), within=10, what="a letter to the successor"
        )
        await eventually(lambda: all_read(server), within=15, what="every service has read everything")
        await nothing_is_dead(server)
        assert not [rt.service for rt in (there.desk.runtime, *others.runtimes) if rt.failed.is_set()]


class Others:
    """Notifier, portal and reporting beside the province, and who signs in later."""

    def __init__(self, stack: AsyncExitStack, runtimes: list[Runtime]) -> None:
        self._stack = stack
        self.runtimes = runtimes

    async def enter(self, there: Province, account: Account) -> Any:
        return await self._stack.enter_async_context(there.desk.person(account))


@asynccontextmanager
async def the_others(server: NatsServer, folder: Path) -> AsyncIterator[Others]:
    async with AsyncExitStack() as stack:
        letters = notifier_settings(server, f"sqlite:///{folder / 'notifier.db'}")
        sender = await stack.enter_async_context(notifier(letters))
        portal = await stack.enter_async_context(
            open_runtime("portal", portal_settings(server, folder / "p"))
        )
        await stack.enter_async_context(portal_app.build(portal))
        counts = reporting_settings(server, f"sqlite:///{folder / 'reporting.db'}")
        counting, _ = await stack.enter_async_context(reporting(counts))
        yield Others(stack, [sender, portal, counting])


async def sent(there: Province, server: NatsServer, slip: dict[str, Any]) -> CaseRef:
    """A case whose slip went out under the old pack just now."""
    now, ref = SystemClock().now(), a_case()
    fact = routed(ref, at=now, slip=Slip(number=1, rule="operator", **slip), pack_version=OLD.version)
    await there.desk.receive(server, ref, opened(ref, at=now, pack_version=OLD.version), fact)
    await there.armed(ref, "answer-1", slip["lead"])
    return ref


async def in_triage(there: Province, server: NatsServer) -> CaseRef:
    """A case that waits for the operator with a field and a place of the old pack."""
    now, ref = SystemClock().now(), a_case()
    waits = make(
        events.CaseTriaged, ref, at=now, pack_version=OLD.version, by=Actor(service="router"),
        reasons=("margin",), places=("406",),
        suggestions=(events.Suggestion(field="F03", lead=("UBND_406",), rule="R03-DISTRICT"),),
    )  # fmt: skip
    await there.desk.receive(server, ref, opened(ref, at=now, pack_version=OLD.version), waits)
    return ref


async def dues(there: Province, ref: CaseRef) -> dict[str, tuple[str, str]]:
    """Clock → when it ends and whose it is."""
    answer = await there.people["operator"].client.get(f"/cases/{ref.case_id}/clocks")
    return {one["clock"]: (one["due"], one["agency"]) for one in answer.json()["clocks"]}


async def moved(server: NatsServer, ref: CaseRef, heirs: dict[str, tuple[str, str]]) -> bool:
    async with connected(server, "desk") as js:
        facts: list[CaseFact] = [one.fact for one in await CaseLog(js).since(ref, 0) if one.fact]
    found = {fact.agency: (fact.to, fact.rule) for fact in facts if isinstance(fact, CaseSucceeded)}
    return found == heirs


async def told(server: NatsServer, ref: CaseRef, agency: str) -> bool:
    """Whether the agency was written to about the slip that is now its own."""
    async with connected(server, "provisioner") as js:
        state = (await js.stream_info("LETTERS", subjects_filter=f"letter.{ref.case_id}.>")).state
        for subject in state.subjects or {}:
            message = await js.get_last_msg("LETTERS", subject)
            fact = decode(message.subject or "", message.data or b"")
            if isinstance(fact, LetterFact) and (fact.template, fact.agency) == ("slip-succeeded", agency):
                return True
    return False


async def all_read(server: NatsServer) -> bool:
    return all([await has_read(server, name) for name in SERVICES])


async def nothing_is_dead(server: NatsServer) -> None:
    async with connected(server, "provisioner") as js:
        state = (await js.stream_info("DEAD", subjects_filter=">")).state
        dead = [(await js.get_last_msg("DEAD", subject)).data for subject in state.subjects or {}]
    assert dead == []
