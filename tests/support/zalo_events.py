"""Zalo's events as its webhook posts them, signed over their bytes, and how its API answers."""

import hashlib
import json
from typing import Any

from starlette.responses import JSONResponse, Response

from tests.support.persistence import Posted

APP, OA, CITIZEN = "2553000000000000001", "1423847450000000001", "8309393960000000001"
SECRET = "oa-secret-for-tests"
NOW = 1772416800123
"""Milliseconds: Monday, 2 March 2026, nine in the morning in Vietnam."""


def event(name: str, *, at: int = NOW, app: str = APP, **more: Any) -> dict[str, Any]:
    return {"app_id": app, "event_name": name, "timestamp": str(at), **more}


def said(
    text: str = "", msg_id: str = "b8de7d84fa1b0000000c", *, name: str = "user_send_text", **more: Any
) -> dict[str, Any]:
    """What a citizen sends; `more`: attachments, quote_msg_id, person, at, app, oa."""
    envelope = {key: more.pop(key) for key in ("at", "app") if key in more}
    sender, recipient = {"id": more.pop("person", CITIZEN)}, {"id": more.pop("oa", OA)}
    message = {"msg_id": msg_id, **({"text": text} if text else {}), **more}
    return event(name, **envelope, sender=sender, recipient=recipient, message=message)


def attached(kind: str, **payload: Any) -> dict[str, Any]:
    return {"type": kind, "payload": payload}


def echo(text: str, msg_id: str, person: str = CITIZEN, at: int = NOW) -> dict[str, Any]:
    """What Zalo posts of the account's own messages, whoever wrote them."""
    message = {"msg_id": msg_id, "text": text}
    return event("oa_send_text", at=at, sender={"id": OA}, recipient={"id": person}, message=message)


def receipt(msg_id: str, person: str = CITIZEN, at: int = NOW, **more: Any) -> dict[str, Any]:
    """It is on the device; with `tracking_id` and `delivery_time`: a ZNS message is."""
    message = {"msg_id": msg_id, **more}
    sender, recipient = {"id": OA}, {"id": person}
    return event("user_received_message", at=at, sender=sender, recipient=recipient, message=message)


def raw(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def mac(body: bytes, stamp: str, *, app: str = APP, secret: str = SECRET) -> str:
    return hashlib.sha256(app.encode() + body + stamp.encode() + secret.encode()).hexdigest()


def signed(content: dict[str, Any], *, secret: str = SECRET) -> Posted:
    """The event on the wire, signed as Zalo signs: by the application and the stamp that stand in it."""
    body = raw(content)
    digest = mac(body, str(content.get("timestamp", "")), app=str(content.get("app_id", "")), secret=secret)
    return Posted(body, {"X-ZEvent-Signature": f"mac={digest}"})


def failed(code: int, message: str) -> Response:
    """How Zalo says no: in HTTP 200."""
    return JSONResponse({"error": code, "message": message})


def done(data: dict[str, Any]) -> Response:
    return JSONResponse({"error": 0, "message": "Success", "data": data})


def dead() -> Response:
    """How Zalo's OAuth says no: in HTTP 200 as well, and under other names."""
    what = {"error_name": "Invalid refresh token", "error_reason": "used", "error_description": "used"}
    return JSONResponse({**what, "error": -14014})
