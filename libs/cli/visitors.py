"""A citizen at the portal and a person at the desk, by HTTP alone: for journey, demo and tests."""

import time
from collections.abc import Callable
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx

from libs.contracts.errors import HotlineError

T = TypeVar("T")
PATIENCE = 15.0
"""Seconds to wait for something that another service is about to do."""


class JourneyFailed(HotlineError):
    """A step of the journey did not succeed."""


def until(step: str, look: Callable[[], T | None], within: float = PATIENCE) -> T:
    """What `look` finds, as soon as it finds anything. Raises JourneyFailed naming the step."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise JourneyFailed(f"{step}: nothing within {within:.0f} s")


class _Hidden(HTMLParser):
    """The hidden inputs of the first form that posts to `action`, and the words of the page."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.inside = self.done = False
        self.inputs: dict[str, str] = {}
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.done:
            self.inside = given.get("action") == self.action
        elif tag == "input" and self.inside and given.get("type") == "hidden":
            self.inputs[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.inside:
            self.inside, self.done = False, True

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class Visitor:
    """A browser without scripts: cookies, forms, redirects."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=20, follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def words(self, path: str, **query: str) -> str:
        """The text of a page, white space folded."""
        return page_words(self.http.get(path, params=query).text)

    def send_form(self, path: str, **inputs: str) -> httpx.Response:
        """Open the page, fill in its form and send it as a browser would."""
        return self.send_shown(self.http.get(path), path, **inputs)

    def send_shown(self, shown: httpx.Response, path: str, **inputs: str) -> httpx.Response:
        """Fill in the form of a page that is already open."""
        origin = str(self.http.base_url).rstrip("/")
        return self.http.post(path, data=hidden(shown.text, path) | inputs, headers={"origin": origin})


def hidden(html: str, path: str) -> dict[str, str]:
    """The hidden inputs of the form on this page that posts to `path`."""
    page = _Hidden(path)
    page.feed(html)
    return page.inputs


def page_words(html: str) -> str:
    """The text of a page, white space folded."""
    page = _Hidden("")
    page.feed(html)
    return " ".join(" ".join(page.words).split())


class Citizen(Visitor):
    """Somebody with a cheap phone: the portal's pages, nothing else."""

    def submit(self, text: str, **inputs: str) -> str:
        """Send the form page by page; the nine digits of the look-up code. Raises JourneyFailed with the
        page's words.

        Asked whether it is a matter that somebody reported already, they say that it is another one.
        """
        answer = self.send_shown(
            self.http.get("/submit"), "/submit/what", text=text, field=inputs.pop("field", "")
        )
        answer = self.send_shown(answer, "/submit/where", place=inputs.pop("place", ""), to="who")
        answer = self.send_shown(answer, "/submit/who", **inputs)
        answer = self.send_shown(answer, "/submit")
        if "asked" in hidden(answer.text, "/submit"):
            answer = self.send_shown(answer, "/submit", same="")
        digits = "".join(letter for letter in page_words(answer.text).split("Mã")[-1] if letter.isdigit())
        if answer.status_code != httpx.codes.OK or len(digits) < 9:
            raise JourneyFailed(f"submit: {answer.status_code} {page_words(answer.text)[:300]}")
        return digits[:9]

    def track(self, code: str, digits: str) -> str:
        """The words of the case page; empty when nothing is found."""
        answer = self.send_form("/track", code=code, digits=digits)
        return page_words(answer.text) if answer.status_code == httpx.codes.OK else ""


class Staff(Visitor):
    """Operator, officer or arbiter at the desk's JSON interface."""

    def __init__(self, base_url: str, login: str, password: str) -> None:
        super().__init__(base_url)
        answer = self.http.post("/api/v1/sessions", json={"login": login, "password": password})
        if answer.status_code != httpx.codes.CREATED:
            raise JourneyFailed(f"sign in as {login}: {answer.text[:200]}")
        self.http.headers["authorization"] = f"Bearer {answer.json()['token']}"

    def find(self, code: str) -> dict[str, Any] | None:
        """The row of the case with this code, once the desk has it and we may see it."""
        rows = self._get("/api/v1/search", q=code)
        found = rows["rows"] if isinstance(rows, dict) else rows
        return found[0] if found else None

    def listed(self, name: str) -> list[dict[str, Any]]:
        """The first page of a list: triage, arbiter, open, publish, closed or joined."""
        rows: list[dict[str, Any]] = self._get("/api/v1/cases", list=name)["rows"]
        return rows

    def case(self, case_id: str) -> dict[str, Any]:
        """The whole case page as data."""
        view: dict[str, Any] = self._get(f"/api/v1/cases/{case_id}")
        return view

    def do(self, case_id: str, command: str, **inputs: Any) -> dict[str, Any]:
        """Give a command. Raises JourneyFailed with what the desk answered."""
        return self._post(f"/api/v1/cases/{case_id}/{command}", inputs)

    def call(self, **inputs: Any) -> dict[str, Any]:
        """Type a telephone call; {case_id, code, shown}."""
        return self._post("/api/v1/calls", inputs)

    def _get(self, path: str, **query: str) -> Any:
        answer = self.http.get(path, params=query)
        if answer.status_code != httpx.codes.OK:
            raise JourneyFailed(f"{path}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def _post(self, path: str, inputs: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(path, json={"command_id": str(uuid4()), **inputs})
        if answer.status_code != httpx.codes.CREATED:
            raise JourneyFailed(f"{path}: {answer.status_code} {answer.text[:300]}")
        done: dict[str, Any] = answer.json()
        return done
