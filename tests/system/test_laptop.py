"""`make run` as somebody on a laptop meets it: a taken port, a second start, Ctrl-C, a killed supervisor."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from libs.cli.visitors import until
from libs.devstack.layout import Layout
from libs.devstack.stack import ROOT

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]


@contextmanager
def make_run(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The main job in a process of its own, as `make run` starts it."""
    with (folder.parent / "said.txt").open("w") as sink:
        running = subprocess.Popen(
            [sys.executable, "-u", "-m", "libs.devstack", str(folder)],
            cwd=ROOT,
            stdout=sink,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        yield running
    finally:
        if running.poll() is None:
            running.kill()
        running.wait(20)


def said(folder: Path) -> str:
    return (folder.parent / "said.txt").read_text()


def started(folder: Path) -> None:
    until("the hotline is up", lambda: "Ctrl-C" in said(folder), within=60)


def children(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


def all_gone(processes: list[psutil.Process]) -> bool:
    return not [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_ctrl_c_leaves_no_process_and_no_lock(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with make_run(folder) as running:
        started(folder)
        ours = children(running)
        assert len(ours) == 8, "nats-server and seven services"
        os.kill(running.pid, signal.SIGINT)
        assert running.wait(40) == 0
        assert all_gone(ours)
    with make_run(folder):
        started(folder)


def test_a_second_start_on_the_same_folder_says_that_one_runs_already(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with make_run(folder):
        started(folder)
        second = subprocess.run(
            [sys.executable, "-m", "libs.devstack", str(folder)],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=40,
        )  # fmt: skip
        assert second.returncode == 1
        assert "already runs" in second.stderr
        assert "Traceback" not in second.stderr


def test_not_even_a_killed_supervisor_leaves_processes(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with make_run(folder) as running:
        started(folder)
        ours = children(running)
        os.kill(running.pid, signal.SIGKILL)
        running.wait(10)
        until("all of them are gone", lambda: all_gone(ours), within=30)


def test_a_taken_port_is_named_and_another_one_used() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        layout = Layout(Path("unused"), usual={"portal": taken})
        assert layout.ports["portal"] != taken
        assert any(str(taken) in line for line in layout.moved)


def test_a_port_that_is_free_is_used_as_it_is() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    time.sleep(0.01)
    assert Layout(Path("unused"), usual={"portal": free}).ports["portal"] == free
