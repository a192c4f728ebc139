"""`hotline journey`: one case from the form to the published answer, by HTTP alone, each step timed."""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from libs.cli.visitors import Citizen, JourneyFailed, Staff, until

WORDS = (
    "Nhà bên cạnh tôi ở xã Quảng Lưu, huyện Quảng Xương có người mới về từ vùng dịch mà không khai báo "
    "y tế, không thực hiện cách ly tại nhà, đề nghị kiểm tra"
)
PHONE = "0912 345 678"
LEAD = "UBND_406"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "journey", help="take one case through a running hotline and time each step"
    )
    command.add_argument(
        "--running",
        type=Path,
        default=Path(".run/hotline/running.json"),
        help="addresses and log-ins that `make run` wrote",
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when the answer stands on the portal."""
    if not arguments.running.exists():
        raise JourneyFailed(f"{arguments.running} is not there: start the hotline with `make run` first")
    running = json.loads(arguments.running.read_text(encoding="utf-8"))
    started = time.monotonic()
    try:
        for step in steps(running):
            print(f"{time.monotonic() - started:7.3f} s  {step}", flush=True)
    except httpx.TransportError as error:
        raise JourneyFailed(f"the hotline does not answer ({error}): is `make run` still running?") from error
    return 0


@contextmanager
def staff(running: dict[str, Any], role: str, agency: str = "") -> Iterator[Staff]:
    """Sign in with the demo account of this role and agency."""
    one = next(who for who in running["accounts"] if (who["role"], who["agency"]) == (role, agency))
    with Staff(running["desk"], one["login"], one["password"]) as person:
        yield person


def steps(running: dict[str, Any]) -> Iterator[str]:
    """Each step done, in words; ends with the published answer read back by somebody else."""
    mark = f"{time.time_ns() % 10**8:08d}"
    with (
        Citizen(running["portal"]) as citizen,
        staff(running, "operator") as operator,
        staff(running, "officer", LEAD) as officer,
    ):
        code = citizen.submit(
            WORDS, name="Nguyễn Văn Mẫu", phone=PHONE, address="Thôn 3, xã Quảng Lưu, huyện Quảng Xương"
        )
        yield f"citizen: form sent, look-up code {code}"
        case_id = until("the desk sees the case", lambda: operator.find(code))["case_id"]
        yield "operator: sees the case"
        yield _slip(operator, case_id)
        until("the officer's inbox", lambda: officer.find(code))
        officer.do(case_id, "receive")
        yield "officer: slip received"
        until("the 8-hour clock", lambda: due_of(officer, case_id))
        yield f"sla: the clock runs, due {due_of(officer, case_id)}"
        officer.do(case_id, "verify", note="Đang cử cán bộ trạm y tế xã đến kiểm tra")
        yield "officer: needs checking, citizen told to wait"
        promised = datetime.fromisoformat(due_of(officer, case_id)) + timedelta(hours=24)
        promised = max(promised, datetime.fromtimestamp(time.time(), UTC) + timedelta(hours=24))
        progress = "Đã xác định được hộ gia đình, đang lập biên bản"
        officer.do(case_id, "promise-progress", progress=progress, promised_at=promised.isoformat())
        yield "officer: progress, and a promise"
        officer.do(
            case_id, "answer", answer=f"Đã yêu cầu người về từ vùng dịch khai báo và cách ly ({mark})."
        )
        yield "officer: answered"
        officer.do(
            case_id,
            "publish",
            question="Người về từ vùng dịch không khai báo y tế thì xử lý thế nào?",
            answer=f"Xã đã yêu cầu khai báo y tế và cách ly tại nhà theo quy định. Số việc {mark}.",
        )
        yield "officer: published"
        until("the citizen's page", lambda: mark in citizen.track(code, PHONE.replace(" ", "")[-4:]))
        yield "citizen: reads the answer by code and four digits"
    with Citizen(running["portal"]) as neighbour:
        until("the portal's published answers", lambda: mark in neighbour.words("/answers", q=mark))
        yield "neighbour: finds the published answer"


def due_of(officer: Staff, case_id: str) -> str:
    """When the answer is due; empty while its clock does not run yet."""
    clocks = officer.case(case_id)["clocks"]
    return next((str(one["due"]) for one in clocks if one["kind"] == "answer"), "")


def _slip(operator: Staff, case_id: str) -> str:
    """By rule when everything was sure; otherwise the operator sends it."""

    def decided() -> str | None:
        status: str = operator.case(case_id)["state"]["status"]
        return status if status in {"routed", "triage"} else None

    if until("the router", decided) == "routed":
        return "router: slip sent by rule"
    operator.do(case_id, "direct", lead=LEAD, field="F03")
    return "operator: slip sent by hand"
