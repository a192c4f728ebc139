"""`python -m libs.devstack [FOLDER] [--pack NAME]`: the main job on a laptop, until Ctrl-C."""

import argparse
import asyncio
import signal
import sys
import threading
import time
from pathlib import Path

import uvicorn

from libs.contracts.errors import HotlineError
from libs.devstack.layout import Layout
from libs.devstack.stack import ROOT, Stack
from libs.packs.errors import PackErrors

RESTART_PAUSE = 1.0
USUAL = "thanh-hoa-2021"


def show_mail(stack: Stack) -> threading.Thread:
    """The mail sink's page, served beside the supervisor."""
    config = uvicorn.Config(
        stack.mail.pages(), host="127.0.0.1", port=stack.layout.ports["mail"], log_config=None, lifespan="off"
    )
    thread = threading.Thread(target=lambda: asyncio.run(uvicorn.Server(config).serve()), daemon=True)
    thread.start()
    return thread


def announce(stack: Stack) -> None:
    """Addresses and log-ins."""
    layout = stack.layout
    stack.running()
    print("\nTổng đài 1022 đang chạy · the hotline is running")
    print(f"  Cổng người dân · portal      {layout.url('portal')}")
    print(f"  Bàn làm việc · desk          {layout.url('desk')}")
    print(f"  API tiếp nhận · intake API   {layout.url('intake')}/docs")
    print(f"  Hộp thư thử · mail sink      {layout.url('mail')}")
    print(f"  Chỉ số · metrics             {layout.operations_url('sla')}/metrics (one per service)")
    print("\n  Tài khoản mẫu · demo log-ins (random passwords, only in this folder)")
    for one in stack.accounts():
        print(f"    {one['login']:<16} {one['password']:<18} {one['role']} {one['agency']}")
    print(f"\n  Nhật ký · logs: {layout.folder / 'logs'}    Dừng · stop: Ctrl-C", flush=True)


def watch(stack: Stack) -> None:
    """Start a fallen service again, saying so, until interrupted."""
    while True:
        time.sleep(0.5)
        for service in stack.fallen():
            print(f"  {service} ended; its last words:\n{stack.last_words(service, 3)}\n  starting it again")
            time.sleep(RESTART_PAUSE)
            stack.launch(service)


def interrupt(*_: object) -> None:
    """Any request to stop ends whatever the main thread is doing."""
    raise KeyboardInterrupt


def main(folder: Path, pack: Path) -> int:
    """Run until told to stop; 0 then, 1 when it could not start. Leaves no process and no lock."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    layout = Layout(folder)
    stack = Stack(layout, pack)
    print("Đang khởi động · starting")
    for line in layout.moved:
        print(f"  {line}")
    try:
        stack.start()
        announce(stack)
        show_mail(stack)
        watch(stack)
    except KeyboardInterrupt:
        return 0
    except PackErrors as errors:
        print(*errors.problems, sep="\n", file=sys.stderr)
    except (HotlineError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        print("\nĐang dừng · stopping", flush=True)
        stack.stop()
    return 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where everything of this hotline lies")
    parser.add_argument("--pack", default=USUAL, help="name of a folder in packs/, or a path")
    arguments = parser.parse_args()
    usual = ROOT / ".run" / ("hotline" if arguments.pack == USUAL else Path(arguments.pack).name)
    sys.exit(main(arguments.folder or usual, ROOT / "packs" / arguments.pack))
