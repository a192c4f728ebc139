"""What gateways report of letters."""

from typing import TypeVar
from uuid import uuid4

from libs.contracts.deliveries import DeliveryFact
from libs.contracts.facts import Actor
from libs.devstack.nats_server import NatsServer
from libs.runtime.sidelog import SideLog
from tests.support.builders import MONDAY_MORNING
from tests.support.bus import connected

D = TypeVar("D", bound=DeliveryFact)


def report(cls: type[D], way: str, *, letter: str = "", gateway_id: str = "", status: str = "") -> D:
    return cls(
        event_id=uuid4(),
        at=MONDAY_MORNING,
        by=Actor(service="intake"),
        way=way,
        reference=uuid4().hex,
        letter=letter,
        gateway_id=gateway_id,
        status=status,
    )


async def reported(server: NatsServer, *facts: DeliveryFact) -> None:
    """Intake wrote these reports down."""
    async with connected(server, "intake") as js:
        for fact in facts:
            await SideLog(js).write(fact)
