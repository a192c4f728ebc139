"""`python -m services.router replay`: what was buried is routed once more, and its pointer goes."""

from typing import Any

import pytest

from libs.contracts.sidefacts import Dead
from libs.devstack.nats_server import NatsServer
from libs.runtime.caselog import CaseLog
from libs.runtime.redeliver import redeliver
from libs.runtime.service import open_runtime
from libs.runtime.sidelog import SideLog
from services.router.app import router_of
from services.router.settings import Settings
from tests.support.builders import MONDAY_MORNING, a_case, opened
from tests.support.bus import connected
from tests.support.provinces import in_force, thanh_hoa


async def test_a_buried_case_is_routed_once_more_and_its_pointer_goes(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_PROVISIONER_SEED_FILE", str(server.seed("provisioner")))
    await in_force(server, thanh_hoa())
    ref = a_case()
    fact = opened(ref)
    async with connected(server, "intake") as intake:
        stored = await CaseLog(intake).append(ref, None, 0, decide=lambda _: fact, fold=lambda s, _: s)
    assert stored
    settings = Settings(nats_url=server.url, nkey_seed_file=server.seed("router"))
    async with open_runtime("router", settings) as rt, connected(server, "provisioner") as admin:
        subject = f"case.{ref.year}.{ref.case_id}.opened"
        pointer: dict[str, Any] = {"service": "router", "stream": "CASES", "seq": stored.seq}
        await SideLog(rt.js).bury(Dead(**pointer, subject=subject, error="ValueError", at=MONDAY_MORNING))
        assert await redeliver(rt, (await router_of(rt)).react) == 1
        assert (await admin.stream_info("DEAD")).state.messages == 0
        after = [one.fact.token for one in await CaseLog(rt.js).since(ref, 0) if one.fact]
        assert after[0] == "opened"
        assert after[1] in {"routed", "triaged"}
        assert await redeliver(rt, (await router_of(rt)).react) == 0
