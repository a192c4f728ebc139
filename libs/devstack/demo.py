"""`make demo`: a day of contacts through a hotline of its own, on a simulated clock, while one watches.

Citizens write on several channels, two operators work off the queue, some officers answer in time, some late
with a promise, and some not at all, so that warnings and breaches pass by within minutes.
"""

import argparse
import contextlib
import csv
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from libs.cli.journey import due_of, staff
from libs.cli.visitors import JourneyFailed, Staff
from libs.contracts.errors import HotlineError
from libs.devstack.__main__ import announce, interrupt, show_mail
from libs.devstack.layout import Layout
from libs.devstack.stack import ROOT, Stack
from libs.runtime.clock import ClockSetting

SENTENCES = ROOT / "benchmarks" / "data" / "classify-dev.csv"
HERE = timezone(timedelta(hours=7))
MORNING = datetime(2026, 3, 2, 0, 20, tzinfo=UTC)
"""07:20 on an ordinary Monday in Vietnam."""
CHANNELS = ("portal", "email", "zalo", "facebook", "app")
OFFICERS = (("officer", "SYT"), ("officer", "SCT"), ("officer", "UBND_406"))
PEOPLE = ("Nguyễn Văn Mẫu", "Trần Thị Mẫu", "Lê Văn Mẫu", "Phạm Thị Mẫu", "Hoàng Văn Mẫu")


@dataclass
class Day:
    """The players of the demo; each runs in a thread of its own until `over`."""

    stack: Stack
    rate: float
    chance: random.Random = field(default_factory=lambda: random.Random(1022))
    over: threading.Event = field(default_factory=threading.Event)
    sent: int = 0

    def sleep(self, simulated_minutes: float) -> None:
        """Wait so many minutes of the simulated clock."""
        self.over.wait(simulated_minutes * 60 / self.rate)

    def citizens(self) -> None:
        """A contact every few simulated minutes; half of them retried, as programs do."""
        key = (self.stack.layout.secrets / "trial.key").read_text().strip()
        with SENTENCES.open(encoding="utf-8") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
        with httpx.Client(base_url=self.stack.layout.url("intake"), timeout=20) as client:
            while not self.over.is_set():
                headers = {"authorization": f"Bearer {key}", "idempotency-key": f"demo-{self.sent:06d}"}
                body = self._contact(self.chance.choice(texts))
                for _ in range(self.chance.choice((1, 2))):
                    client.post("/api/v1/requests", json=body, headers=headers)
                self.sent += 1
                self.sleep(self.chance.expovariate(1 / 6))

    def _contact(self, text: str) -> dict[str, object]:
        number = self.chance.randrange(10_000_000)
        reached = {
            "name": self.chance.choice(PEOPLE),
            "address": "Thành phố Thanh Hóa",
            "phone": f"091{number:07d}",
        }
        known = reached if self.chance.random() < 0.8 else {"email": "nguoi.dan@dan.example"}
        return {"text": text, "channel": self.chance.choice(CHANNELS), **known}

    def operator(self, person: Staff) -> None:
        """Works off the queue, oldest first: answers what is easy, sends slips, asks the arbiter."""
        while not self.over.is_set():
            queue = person.listed("triage")
            for row in queue[:3]:
                with contextlib.suppress(JourneyFailed, httpx.HTTPError):  # a colleague was quicker
                    self._decide(person, person.case(row["case_id"]))
                self.sleep(2)
            self.sleep(3)

    def _decide(self, person: Staff, view: dict[str, Any]) -> None:
        case_id, state = view["case_id"], view["state"]
        suggested = [one for one in state["suggestions"] if one["lead"]]
        dice = self.chance.random()
        if dice < 0.25 or not suggested:
            answer = (
                "Nội dung này đã có trong bộ câu hỏi và trả lời, xin xem hướng dẫn của cơ quan chuyên môn."
            )
            person.do(case_id, "answer-at-desk", answer=answer)
        elif dice < 0.35:
            person.do(case_id, "refer", question="Chưa rõ cơ quan nào có thẩm quyền")
        else:
            missing = {"name": "Người dân mẫu", "phone": "0912345678", "address": "Thành phố Thanh Hóa"}
            known = {key: state["person"].get(key) or value for key, value in missing.items()}
            person.do(case_id, "amend", **known, field=suggested[0]["field"])
            person.do(case_id, "direct", lead=suggested[0]["lead"][0], field=suggested[0]["field"])

    def officer(self, person: Staff) -> None:
        """Answers most slips, promises for some, and leaves some lying."""
        seen: set[str] = set()
        while not self.over.is_set():
            for row in person.listed("open"):
                if row["case_id"] not in seen:
                    seen.add(row["case_id"])
                    with contextlib.suppress(JourneyFailed, httpx.HTTPError):
                        self._work(person, row["case_id"])
            self.sleep(15)

    def _work(self, person: Staff, case_id: str) -> None:
        person.do(case_id, "receive")
        dice = self.chance.random()
        if dice < 0.2:
            return
        if dice < 0.4:
            promised = datetime.fromisoformat(due_of(person, case_id)) + timedelta(hours=20)
            progress = "Đang phối hợp với địa phương kiểm tra"
            person.do(case_id, "promise-progress", progress=progress, promised_at=promised.isoformat())
            return
        self.sleep(20)
        person.do(
            case_id, "answer", answer="Cơ quan đã kiểm tra và hướng dẫn thực hiện theo quy định hiện hành."
        )
        if dice < 0.85:
            question = "Phản ánh về công tác phòng, chống dịch được giải quyết thế nào?"
            person.do(case_id, "publish", question=question, answer="Đã kiểm tra và hướng dẫn theo quy định.")

    def reports(self) -> Iterator[str]:
        """One line each few seconds: the simulated time and what has happened so far."""
        clock = self.stack.clock.build()
        while not self.over.is_set():
            counted = {name: self._counted(*what) for name, what in _WATCHED.items()}
            moment = clock.now().astimezone(HERE)
            words = " · ".join(f"{name} {value:.0f}" for name, value in counted.items())
            yield f"{moment:%a %d/%m %H:%M}  tiếp nhận {self.sent} · {words}"
            self.over.wait(3)

    def _counted(self, service: str, metric: str) -> float:
        with contextlib.suppress(httpx.HTTPError):
            text = httpx.get(f"{self.stack.layout.operations_url(service)}/metrics", timeout=5).text
            return sum(
                sample.value
                for family in text_string_to_metric_families(text)
                for sample in family.samples
                if sample.name == metric
            )
        return 0.0


_WATCHED = {
    "cảnh báo": ("sla", "hotline_sla_warned_total"),
    "quá hạn": ("sla", "hotline_sla_missed_total"),
    "đồng hồ chạy": ("sla", "hotline_sla_clocks_open"),
    "thư và tin nhắn": ("notifier", "hotline_notifier_letters_total"),
}


def play(day: Day, running: dict[str, Any], minutes: float) -> None:
    """Let everybody work for so many real minutes."""
    with contextlib.ExitStack() as signed_in:
        work: list[tuple[Callable[..., None], tuple[Staff, ...]]] = [(day.citizens, ())]
        operator = signed_in.enter_context(staff(running, "operator"))
        work.append((day.operator, (operator,)))
        for role, agency in OFFICERS:
            work.append((day.officer, (signed_in.enter_context(staff(running, role, agency)),)))
        threads = [threading.Thread(target=task, args=people, daemon=True) for task, people in work]
        for thread in threads:
            thread.start()
        ends = time.monotonic() + minutes * 60
        try:
            for line in day.reports():
                print(f"  {line}", flush=True)
                if time.monotonic() > ends:
                    return
        finally:
            day.over.set()
            for thread in threads:
                thread.join(5)


def main() -> int:
    """0 after the day, or when interrupted; 1 when it could not start."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--rate", type=float, default=300.0, help="simulated seconds in a real one")
    parser.add_argument("--minutes", type=float, default=6.0, help="real minutes to play")
    asked = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    folder = ROOT / ".run" / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    clock = ClockSetting(mode="simulated", origin=MORNING, real=time.time() + 10, rate=asked.rate)
    stack = Stack(Layout(folder), clock=clock)
    try:
        stack.start()
        announce(stack)
        show_mail(stack)
        print(f"\nMột ngày mẫu · a sample day: one real second is {asked.rate:.0f} simulated ones")
        play(Day(stack, asked.rate), stack.running(), asked.minutes)
    except KeyboardInterrupt:
        return 0
    except (HotlineError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        print("\nĐang dừng · stopping", flush=True)
        stack.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
