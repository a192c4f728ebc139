"""Least privilege, asked of a real server: each service may write its own facts and nothing else."""

import asyncio

import pytest
from nats.errors import Error as NatsError
from nats.js.errors import APIError, NotFoundError

from libs.contracts.events import CASE_FACTS
from libs.contracts.streams import SERVICES, WRITERS
from libs.devstack.nats_server import NatsServer
from tests.support.bus import connected

CASE_ID = "c" * 32


def owner(token: str) -> str:
    return next(service for service, facts in WRITERS.items() if f"case:{token}" in facts)


async def denied(service: str, server: NatsServer, subject: str) -> bool:
    """Whether the server refuses this publish; a permitted one is answered, if only with an error."""
    async with connected(server, service) as js:
        try:
            await js.publish(subject, b"{}", timeout=1, headers={"Nats-Expected-Last-Sequence": "999999"})
        except APIError:
            return False
        except (TimeoutError, NatsError):
            return True
        return False


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_may_write_its_own_facts_and_no_others(server: NatsServer, service: str) -> None:
    outcomes = await asyncio.gather(
        *(denied(service, server, f"case.2026.{CASE_ID}.{token}") for token in CASE_FACTS)
    )
    allowed = {token for token, refused in zip(CASE_FACTS, outcomes, strict=True) if not refused}
    assert allowed == {token for token in CASE_FACTS if owner(token) == service}


FORBIDDEN = (
    "clock.c.answer-1.missed",
    "letter.c.l1.sent",
    "dead.sla.CASES.1",
    "$KV.DIRECTORY.current",
    "$O.PACKS.M.x",
    "$JS.API.STREAM.DELETE.CASES",
    "$JS.API.STREAM.PURGE.CASES",
    "$JS.API.STREAM.UPDATE.CASES",
    "$JS.API.CONSUMER.DELETE.CASES.sla",
    "$JS.API.STREAM.MSG.GET.CASES",
    "$JS.API.DIRECT.GET.CASES.case.2026.c.opened",
)


@pytest.mark.parametrize("subject", FORBIDDEN)
async def test_the_portal_may_neither_forge_nor_destroy(server: NatsServer, subject: str) -> None:
    assert await denied("portal", server, subject)


@pytest.mark.parametrize("service", SERVICES)
async def test_who_keeps_a_projection_may_fetch_a_fact_that_its_database_lost(
    server: NatsServer, service: str
) -> None:
    async with connected(server, service) as js:
        with pytest.raises(NotFoundError):
            await js.get_msg("CASES", seq=1, direct=True)


async def test_the_clocks_may_read_a_case_along_its_links_and_write_none(server: NatsServer) -> None:
    async with connected(server, "sla") as js:
        with pytest.raises(NotFoundError):
            await js.get_last_msg("CASES", f"case.2026.{CASE_ID}.>", direct=True)
        with pytest.raises(NotFoundError):
            await js.get_last_msg("CASES", f"case.2026.{CASE_ID}.>")
    assert await denied("sla", server, f"case.2026.{CASE_ID}.answered")


async def test_nobody_writes_without_a_key(server: NatsServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    await reader.readline()
    writer.write(b'CONNECT {"verbose":false}\r\nPING\r\n')
    assert b"Authorization Violation" in await reader.readline()
    writer.close()
    await writer.wait_closed()
