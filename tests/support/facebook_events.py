"""Facebook's webhook bodies, escaped and signed as Facebook does it."""

import hashlib
import hmac
import json
from typing import Any

from starlette.responses import JSONResponse, Response

from tests.support.persistence import Posted

PAGE, OTHER_PAGE, CITIZEN = "104200000000001", "104200000000002", "24700000000000001"
POST, COMMENT = f"{PAGE}_122000000000001", "122000000000001_881000000000001"
SECRET, VERIFY = "app-secret-for-tests", "verify-token-for-tests"
NOW = 1772416800500
"""Milliseconds: Monday, 2 March 2026, nine in the morning in Vietnam."""


def messaging(*, person: str = CITIZEN, page: str = PAGE, at: int = NOW, **what: Any) -> dict[str, Any]:
    return {"sender": {"id": person}, "recipient": {"id": page}, "timestamp": at, **what}


def said(text: str = "", mid: str = "m_abc", **more: Any) -> dict[str, Any]:
    """A message to the Page; `more`: attachments, reply_to, sticker_id, person, page, at."""
    envelope = {key: more.pop(key) for key in ("person", "page", "at") if key in more}
    return messaging(**envelope, message={"mid": mid, **({"text": text} if text else {}), **more})


def echo(text: str, mid: str, person: str = CITIZEN, at: int = NOW, **more: Any) -> dict[str, Any]:
    """What Facebook posts of the Page's own messages, whoever wrote them."""
    message = {"mid": mid, "text": text, "is_echo": True, "app_id": 1, **more}
    return messaging(person=PAGE, page=person, at=at, message=message)


def delivered(*mids: str, person: str = CITIZEN, at: int = NOW) -> dict[str, Any]:
    return messaging(person=person, at=at, delivery={"mids": list(mids), "watermark": at})


SOMEBODY = {"id": CITIZEN, "name": "Trần Thị Mẫu"}


def comment(
    text: str = "",
    comment_id: str | None = COMMENT,
    *,
    verb: str = "add",
    by: dict[str, str] | None = SOMEBODY,
    **more: Any,
) -> dict[str, Any]:
    """A change of the feed; `more` overrides what stands in `value`, None takes it out."""
    value = {
        "item": "comment", "verb": verb, "comment_id": comment_id, "post_id": POST, "parent_id": POST,
        "from": by, "message": text, "created_time": NOW // 1000,
    }  # fmt: skip
    kept = {name: content for name, content in {**value, **more}.items() if content is not None}
    return {"field": "feed", "value": kept}


def entry(*items: dict[str, Any], page: str = PAGE, at: int = NOW, box: str = "") -> dict[str, Any]:
    """What happened on one Page: messages and changes, each in its own list; `box` "standby" for messages."""
    made: dict[str, Any] = {"id": page, "time": at}
    for item in items:
        made.setdefault("changes" if "field" in item else box or "messaging", []).append(item)
    return made


def page(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"object": "page", "entry": list(entries)}


def raw(content: Any) -> bytes:
    """The escaped form, which is the one that is signed."""
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()


def signature(body: bytes, secret: str = SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def signed(content: dict[str, Any], *, secret: str = SECRET) -> Posted:
    body = raw(content)
    return Posted(body, {"X-Hub-Signature-256": signature(body, secret)})


def failed(code: int, message: str, *, subcode: int = 0, status: int = 400) -> Response:
    """How the Graph API says no."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "stand-in"}
    return JSONResponse({"error": {**error, **({"error_subcode": subcode} if subcode else {})}}, status)
