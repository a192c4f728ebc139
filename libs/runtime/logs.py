"""Structured log lines: an action in the past tense and ids, never the content of a case."""

import json
import logging
import sys
import traceback
from typing import Any


class JsonLines(logging.Formatter):
    """One JSON object a line; what was passed as `extra={"ids": {...}}` stands beside the action."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname,
            "service": self.service,
            "action": record.getMessage(),
            **getattr(record, "ids", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            # the frame and never the message: that of a refused value quotes what a citizen said
            line["where"] = traceback.format_tb(record.exc_info[2])[-1:]
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(service: str, level: str = "INFO") -> None:
    """Send every logger of the process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("uvicorn.access", "httpx", "httpcore", "aiosqlite"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log(action: str, *, level: int = logging.INFO, error: BaseException | None = None, **ids: object) -> None:
    """Write one line: `log("slip_sent", case_id=…, event_id=…)`. Ids only, never contents."""
    logging.getLogger("hotline").log(level, action, extra={"ids": ids}, exc_info=error)
