"""What a change of the Page's feed says: comments below its posts, and what visitors post on it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.intake.channels.shape import Enclosed, Event, Passed, Said, SetAside
from services.intake.channels.wire import instant, items, label, part, word

_COMMENT = "comment"
_POSTS = frozenset({"post", "status", "photo", "video"})
_EDITED = frozenset({"edit", "edited"})
"""Facebook says the one or the other."""


def changed(item: dict[str, Any], page: str, at: datetime | None) -> Iterable[Event]:
    """The event in one element of `changes`. Raises SetAside."""
    value, what = part(item, "value"), word(item, "field")
    if what != "feed":
        return [Passed(f"unknown-{label(what)}")]
    kind, verb = word(value, "item"), word(value, "verb")
    if not (kind and verb):
        raise SetAside("value.item or value.verb is missing")
    if kind not in _POSTS | {_COMMENT}:
        return [Passed(label(kind))]
    if word(value, "from", "id") == page:
        return [Passed("echo")]
    if verb != "add" and verb not in _EDITED:
        return [Passed(f"{'comment' if kind == _COMMENT else 'post'}-{label(verb)}")]
    return [_said(value, kind, page, at)]


def _said(value: dict[str, Any], kind: str, page: str, at: datetime | None) -> Said:
    """In public: a comment is answered privately, a visitor's post on another way. When Facebook does not say
    who wrote it, the comment is its own speaker, so that two of them are never taken for one person.
    """
    name = "comment_id" if kind == _COMMENT else "post_id"
    own = word(value, name)
    if not own:
        raise SetAside(f"value.{name} is missing")
    text, enclosed = word(value, "message"), tuple(_enclosed(value, kind))
    if not (text.strip() or enclosed):
        raise SetAside("a comment or post without text or picture")
    edited = word(value, "verb") in _EDITED
    parent = word(value, "parent_id") if kind == _COMMENT else ""
    return Said(
        key=f"{own}:edit:{hashlib.sha256(text.encode()).hexdigest()[:16]}" if edited else own,
        person=word(value, "from", "id") or f"comment:{own}",
        text=f"Sửa lại: {text}" if edited else text,
        at=(at if edited else instant(word(value, "created_time"))) or at,
        account=page,
        thread=own if kind == _COMMENT else "",  # only a comment can be answered in private
        public=True,
        name=word(value, "from", "name"),
        enclosed=() if edited else enclosed,
        answers=_answers(own if edited else "", parent, word(value, "post_id")),
    )


def _answers(own: str, parent: str, post: str) -> tuple[str, ...]:
    """The comment that is edited, and the one above it: a comment below a post answers nothing."""
    return tuple(key for key in (own, parent if parent != post else "") if key)


def _enclosed(value: dict[str, Any], kind: str) -> Iterable[Enclosed]:
    photos = [word({"url": photo}, "url") for photo in items(value, "photos")]
    urls = [word(value, "photo"), *photos, word(value, "link") if kind == "photo" else ""]
    for url in dict.fromkeys(filter(None, urls)):
        yield Enclosed(url=url, type="image")
    if video := word(value, "video"):
        yield Enclosed(url=video, type="video")
