"""What was kept long enough goes from a running hotline, and nothing else; killed in between, it goes on."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from libs.contracts import events
from libs.contracts.calls import CallRecordingStored
from libs.contracts.casevalues import Attached, Person
from libs.contracts.codes import with_check_digit
from libs.contracts.events import CaseFact
from libs.contracts.facts import Actor
from libs.contracts.subjects import CaseRef
from libs.devstack.stack import ROOT, Stack
from libs.files.expiry import belongs_to
from libs.files.jetstream import JetStreamStore
from libs.runtime.clock import FollowingClock, SystemClock
from libs.runtime.directory import Directory
from libs.runtime.sidelog import SideLog
from tests.support.builders import a_case, make, opened, routed, slip
from tests.support.bus import connected
from tests.support.desks import OFFICER
from tests.support.history import happen
from tests.support.remains import counts, leaks
from tests.support.stacks import command, settled, whole_hotline

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

NOW = SystemClock().now()
OLD = NOW - timedelta(days=3 * 366)
PROJECTING = ("desk", "sla", "notifier", "reporting", "portal")
GONE = Person(name="Lê Thị Cũ", phone="+84987111222", phone_raw="0987 111 222", email="cu@dan.example")
STAYS = Person(name="Phạm Văn Còn", phone="+84987333444", phone_raw="0987 333 444")
SECRETS = [one.encode() for one in ("Lê Thị Cũ", "987111222", "0987 111 222", "cu@dan.example", "tiếng nói")]
PICTURE, SOUND, CALL, RAW = "f" * 32, "e" * 32, "c" * 32, "raw.mail.k1"
RULES = """
basis = "QĐ 12/QĐ-UBND"
[[class]]
name = "junk"
outcomes = ["rejected"]
years = 1
[[class]]
name = "health"
fields = ["F04"]
years = 2
"""


def old(cls: type[CaseFact], **fields: Any) -> CaseFact:
    return make(cls, a_case(), **{"by": OFFICER.actor(), "at": OLD, **fields})


def sent(field: str = "F04") -> CaseFact:
    return routed(a_case(), at=OLD, slip=slip(1, "SYT", field=field))


def rejected(name: str) -> CaseFact:
    return old(events.CaseRejected, reason="out-of-scope", text=f"{name} gọi nhầm")


def ended(name: str) -> tuple[CaseFact, ...]:
    answered = old(events.CaseAnswered, answer=f"Đã báo {name}")
    return answered, old(events.CaseWithheld, ground="personal-data")


NOT_SOLVED = old(
    events.CaseReopened, at=NOW, by=Actor(service="desk", role="citizen"), cycle=2, reason="Chưa xong"
)
DUE = (*[(rejected(GONE.name),)] * 8, (sent(), *ended(GONE.name)))
KEPT: dict[str, tuple[CaseFact, ...]] = {
    "of a class that is kept for ever": (sent("F03"), *ended(STAYS.name)),
    "held": (rejected(STAYS.name), old(events.CaseHoldPlaced, reference="5/CSĐT")),
    "reopened": (sent(), *ended(STAYS.name), NOT_SOLVED),
    "with an open clock": (sent(),),
    "too young": (old(events.CaseRejected, reason="out-of-scope", at=NOW),),
}


async def live(stack: Stack) -> dict[str, CaseRef]:
    """Cases of several classes and ages; those with CALL, PICTURE and RAW are due. Code → case."""
    async with connected(stack.nats, "intake") as js:
        store, side = JetStreamStore(js), SideLog(js)
        directory = Directory(js, FollowingClock())
        await directory.refresh()
        for name in (PICTURE, SOUND):
            await store.put(name, "tiếng nói và hình của bà Lê Thị Cũ".encode())
        await belongs_to(store, SOUND, CALL)
        await js.publish(RAW, b"0987 111 222")
        file = Attached(id=SOUND, type="audio/wav")
        await side.write(
            CallRecordingStored(
                event_id=a_uuid(), at=OLD, by=Actor(service="intake"), call=CALL, system="pbx", file=file,
                caller=GONE.phone,
            )
        )  # fmt: skip
    told: dict[str, CaseRef] = {}
    for number, facts in enumerate((*DUE, *KEPT.values())):
        due = number < len(DUE)
        who, ref, code = GONE if due else STAYS, CaseRef(OLD.year, a_case().case_id), code_of(number)
        more: dict[str, Any] = (
            {"files": (Attached(id=PICTURE),), "raw": RAW, "call": CALL} if number == 8 else {}
        )
        first = opened(ref, person=who, code=code, at=OLD, received_at=OLD, text=f"Tôi là {who.name}", **more)
        own = [one.model_copy(update={"case_id": ref.case_id, "event_id": a_uuid()}) for one in facts]
        told[code] = ref
        version = {"pack_version": directory.current}
        await happen(stack.nats, ref, *(one.model_copy(update=version) for one in (first, *own)))
    return told


def a_uuid() -> Any:
    return make(events.CaseReceived, a_case()).event_id


def code_of(number: int) -> str:
    return with_check_digit(70_000_000 + number)


def apply_and_die(stack: Stack) -> None:
    """`retention --apply`, killed as soon as it has erased something."""
    environment = stack.layout.environment("desk", stack.nats.url, stack.nats.seeds)
    words = [sys.executable, "-m", "services.desk", "retention", "--apply"]
    running = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    while running.poll() is None and not erased(stack):
        time.sleep(0.005)
    running.kill()
    running.wait(10)


def erased(stack: Stack) -> set[str]:
    """Ids of cases with an erasure in CASES."""

    async def asked() -> set[str]:
        async with connected(stack.nats, "provisioner") as js:
            info = await js.stream_info("CASES", subjects_filter="case.*.*.erased")
            return {subject.split(".")[2] for subject in info.state.subjects or {}}

    return asyncio.run(asked())


def whose(stack: Stack) -> dict[str, str]:
    """Case → the name that the desk shows for it."""
    with closing(sqlite3.connect(stack.layout.data / "desk.db")) as database:
        rows = database.execute(
            "select case_id, json_extract(state, '$.person.name') from desk_case"
        ).fetchall()
    return {case_id: name or "" for case_id, name in rows}


def finish(stack: Stack, listed: Path) -> str:
    """`hotline erase`, as it runs every night."""
    words = [sys.executable, "-m", "libs.cli", "erase", "--nats", stack.nats.url, "--list", str(listed)]
    words += ["--seed-file", str(stack.nats.seed("privacy"))]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_is_due_goes_everywhere_and_what_is_not_stays_whole(tmp_path: Path) -> None:
    rules = tmp_path / "retention.toml"
    rules.write_text(RULES, encoding="utf-8")
    with whole_hotline(tmp_path / "run", desk={"retention_file": str(rules)}) as stack:
        stack.end("router")  # it would decide anew what was decided years ago
        told = asyncio.run(live(stack))
        stack.launch("router")
        settled(stack)
        due = {code_of(number) for number in range(len(DUE))}
        before, store = counts(stack), Path(stack.nats.folder)
        listed = command(stack, "desk", "retention").splitlines()
        assert {line.split("\t")[0] for line in listed[:-1]} == due and not erased(stack)
        assert {line.split("\t")[1] for line in listed[:-1]} == {"junk", "health"}

        apply_and_die(stack)
        command(stack, "desk", "retention", "--apply")
        assert erased(stack) == {told[code].case_id for code in due}
        settled(stack)
        assert command(stack, "desk", "retention", "--apply").splitlines() == [
            "0 cases are due, 0 could not be erased"
        ]
        assert "9 in all, 0 made again after a restore, 0 still waiting" in finish(stack, tmp_path / "list")
        assert finish(stack, tmp_path / "list").startswith("erasures: 9 in all")
        assert counts(stack) == before
        for service in PROJECTING:
            stack.end(service)
        assert leaks(stack, SECRETS, stack.layout.data, store) == []
        for service in PROJECTING:
            command(stack, service, "rebuild")
        assert counts(stack) == before
        assert leaks(stack, SECRETS, stack.layout.data, store) == []
        names = whose(stack)
        assert [names[told[code_of(number)].case_id] for number in range(len(DUE))] == [""] * len(DUE)
        for number, kind in enumerate(KEPT, len(DUE)):
            assert names[told[code_of(number)].case_id] == STAYS.name, kind
