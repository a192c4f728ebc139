"""Templates turned into answers: one Jinja2 environment with escaping on, a language and a zone per page."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse

from libs.contracts.codes import spoken
from libs.contracts.requests import Problem
from libs.web import formats
from libs.web.files import Static
from libs.web.forms import Form, told
from libs.web.guard import Visit
from libs.web.language import COMMON, COOKIE, Catalogue, chosen, say
from libs.web.site import Site

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class _Moment:
    lang: str
    site: Site
    now: datetime


_SHOWN: ContextVar[_Moment] = ContextVar("shown")


class Pages:
    """Renders the templates of one service inside the common layout."""

    def __init__(
        self,
        templates: Path,
        *,
        static: Static,
        site: Callable[[], Site],
        now: Callable[[], datetime],
        english: Catalogue | None = None,
        languages: bool = True,
    ) -> None:
        self.static = static
        self.site = site
        self.now = now
        self._languages = languages
        self._catalogue: Catalogue = {**COMMON, **(english or {})}
        self.env = Environment(
            loader=ChoiceLoader([FileSystemLoader(templates), FileSystemLoader(TEMPLATES)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.env.globals.update(static=static.url, _=self._say, blank=Form())
        self.env.filters.update(_filters())

    def language(self, request: Request) -> str:
        """The language of this request; a service for officials has Vietnamese only."""
        if not self._languages:
            return "vi"
        return chosen(request.query_params.get("lang"), request.cookies.get(COOKIE))

    def render(
        self,
        request: Request,
        template: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """The page as an answer; `form` is the empty form unless one is given."""
        lang = self.language(request)
        shown = _SHOWN.set(_Moment(lang, self.site(), self.now()))
        visit: Visit = request.state.visit
        try:
            html = self.env.get_template(template).render(
                {
                    "lang": lang,
                    "languages": self._languages,
                    "site": self.site(),
                    "path": request.url.path,
                    "other_lang": _other_language(request, lang),
                    "csrf": visit.token,
                    "now": self.now(),
                    "form": Form(),
                    **values,
                }
            )
        finally:
            _SHOWN.reset(shown)
        return HTMLResponse(html, status, dict(headers or {}))

    def say(self, sentence: str, lang: str, **values: object) -> str:
        return say(sentence, lang, self._catalogue, **values)

    def _say(self, sentence: str, **values: object) -> str:
        return say(sentence, _SHOWN.get().lang, self._catalogue, **values)


def _other_language(request: Request, lang: str) -> str:
    """The address of the same page in the other language, for pages that can be asked for again."""
    if request.method != "GET":
        return "?lang=vi" if lang == "en" else "?lang=en"
    url = request.url.include_query_params(lang="vi" if lang == "en" else "en")
    return own_address(url)


def own_address(url: URL) -> str:
    """Path and query, never a second host: `//elsewhere` would be one for a browser."""
    path = "/" + url.path.lstrip("/")
    return f"{path}?{url.query}" if url.query else path


def _filters() -> dict[str, Callable[..., Any]]:
    def shown(write: Callable[..., str]) -> Callable[[datetime], str]:
        return lambda at: write(at, _SHOWN.get().site.zone, _SHOWN.get().lang)

    return {
        "day": shown(formats.day),
        "moment": shown(formats.moment),
        "long_moment": shown(formats.long_moment),
        "hour": lambda at: formats.hour(at, _SHOWN.get().site.zone),
        "until": lambda at: formats.left((at - _SHOWN.get().now).total_seconds(), _SHOWN.get().lang),
        "span": lambda seconds: formats.span(seconds, _SHOWN.get().lang),
        "left": lambda seconds: formats.left(seconds, _SHOWN.get().lang),
        "number": lambda value: formats.number(value, _SHOWN.get().lang),
        "work": lambda seconds, late: formats.work(seconds, late=late),
        "named": _named,
        "told": _told,
        "spoken": spoken,
        "paragraphs": _paragraphs,
        "short": short,
        "capital": lambda text: text[:1].upper() + text[1:],
        "iso": lambda at: at.isoformat(timespec="seconds"),
    }


def _named(entry: Any) -> str:
    """The name of a pack's entry in the language of the page."""
    name: str = entry.name_vi
    return (getattr(entry, "name_en", "") or name) if _SHOWN.get().lang == "en" else name


def _told(problem: Problem) -> str:
    return told(problem, _SHOWN.get().lang)


def _paragraphs(text: str) -> Markup:
    """Plain text as paragraphs; single line breaks stay."""
    blocks = (block.strip() for block in text.split("\n\n"))
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n")))
        for block in blocks
        if block
    )


def short(text: str, length: int = 80) -> str:
    """The text without what stands in brackets, cut at a word when still too long."""
    bare = " ".join(text.partition("(")[0].split())
    return bare if len(bare) <= length else bare[:length].rsplit(" ", 1)[0] + " …"
