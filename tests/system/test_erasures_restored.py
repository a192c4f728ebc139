"""A backup from before an erasure brings the person back: the list of erasures takes them out again."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from libs.cli import erase
from libs.cli.erasures import entry, read_list, write_list
from libs.contracts import events
from libs.contracts.events import CaseErased
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.privacy.remains import what_is_left
from libs.runtime.caselog import CaseLog, Stored
from tests.support.backups import brought_back, empty_desk, lived, saved
from tests.support.builders import CITIZEN, make
from tests.support.bus import connected, provisioned
from tests.support.history import happen


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with provisioned(tmp_path / "other") as running:
        yield running


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Engine]:
    engine = empty_desk(f"sqlite:///{tmp_path / 'desk.db'}")
    yield engine
    engine.dispose()


async def stored(server: NatsServer, ref: CaseRef) -> list[Stored]:
    async with connected(server, "desk") as js:
        return await CaseLog(js).since(ref, 0)


async def test_what_was_erased_after_the_backup_is_erased_again(
    server: NatsServer, other: NatsServer, people: Engine, tmp_path: Path
) -> None:
    _, refs = await lived(server, tmp_path / "pack")
    await saved(server, people, tmp_path / "backup")
    ref, listed = refs[0], tmp_path / "erasures.jsonl"
    facts = [(one.seq, one.fact) for one in await stored(server, ref) if one.fact]
    fact = make(
        events.CaseErased, ref, ground="asked", reference="12/YC", history=what_is_left(facts), files=("f1",)
    )
    seq = await happen(server, ref, fact, after=facts[-1][0])
    write_list(listed, {ref.case_id: entry(ref, seq, fact)})
    assert CITIZEN.name not in listed.read_text(encoding="utf-8")

    await brought_back(other, people, tmp_path / "backup")
    assert await stored(other, ref) and not any(
        isinstance(one.fact, CaseErased) for one in await stored(other, ref)
    )
    assert await erase.repeat(other.url, other.seed("privacy"), listed) == 1
    assert await erase.repeat(other.url, other.seed("privacy"), listed) == 0
    (only,) = await stored(other, ref)
    assert isinstance(only.fact, CaseErased)
    assert (only.fact.reference, only.fact.history) == ("12/YC", fact.history)
    assert only.fact.files == ("f1",)
    assert CITIZEN.name not in only.data.decode()
    assert len(await stored(other, refs[1])) == 2
    assert read_list(listed)[ref.case_id].case_id == ref.case_id


async def test_only_the_privacy_key_empties_a_case(server: NatsServer) -> None:
    for user in ("provisioner", "desk", "operations"):
        async with connected(server, user) as js:
            with pytest.raises(TimeoutError):
                await js.purge_stream("CASES", subject="case.2026.c.>")
    async with connected(server, "privacy") as js:
        assert await js.purge_stream("CASES", subject="case.2026.c.>")
