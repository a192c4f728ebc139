"""What programs read: feed, site map, robots, icon, and the worker that keeps a page for bad networks."""

import asyncio
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from libs.web.labels import Labels
from libs.web.pages import short
from services.portal.answers import wanted_of
from services.portal.case import PublishedAnswer
from services.portal.portal import Portal

SITEMAP = 5_000
FEED = 30
PRIVATE = ("/t/", "/case", "/sent", "/track", "/helpful", "/offline")


def machine_pages(portal: Portal) -> APIRouter:
    routes = APIRouter()

    @routes.get("/feed.atom")
    async def feed(request: Request) -> Response:
        """`?field=&place=`: the newest published answers as an Atom feed (RFC 4287)."""
        asked = {name: request.query_params.get(name, "") for name in ("field", "place")}
        wanted = wanted_of(portal.pack, asked, portal.pages.now())
        found = await asyncio.to_thread(portal.published.search, wanted, FEED)
        body = atom(portal, str(request.url.query), found.answers)
        return Response(
            body, media_type="application/atom+xml", headers={"cache-control": "public, max-age=300"}
        )

    @routes.get("/favicon.ico")
    async def favicon() -> Response:
        return RedirectResponse(portal.pages.static.url("favicon.svg"), 308)

    @routes.get("/robots.txt")
    async def robots() -> Response:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
        return PlainTextResponse("\n".join([*lines, f"Sitemap: {portal.public_url}/sitemap.xml", ""]))

    @routes.get("/sitemap.xml")
    async def sitemap() -> Response:
        newest = await asyncio.to_thread(portal.published.newest, SITEMAP)
        pages = [(path, "") for path in ("/", "/submit", "/answers", "/questions")]
        pages += [(f"/answers/{name}", f"<lastmod>{at:%Y-%m-%d}</lastmod>") for name, at in newest]
        urls = (f"<url><loc>{escape(portal.public_url + path)}</loc>{extra}</url>" for path, extra in pages)
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(urls)}</urlset>\n'
        )
        return Response(body, media_type="application/xml")

    _without_a_network(routes, portal)
    return routes


def _without_a_network(routes: APIRouter, portal: Portal) -> None:
    @routes.get("/offline")
    async def offline(request: Request) -> Response:
        headers = {"cache-control": "no-cache", "x-robots-tag": "noindex"}
        return portal.render(request, "offline.html", headers=headers)

    @routes.get("/sw.js")
    async def worker() -> Response:
        """At the root, since a worker serves only what lies beside and below it."""
        script = portal.pages.env.get_template("sw.js").render()
        return Response(script, media_type="text/javascript", headers={"cache-control": "no-cache"})


def atom(portal: Portal, query: str, answers: tuple[PublishedAnswer, ...]) -> str:
    """The feed of these answers; its address names the filters."""
    pack, labels = portal.pack, Labels(portal.pack, "vi")
    home = portal.public_url
    itself = f"{home}/feed.atom" + (f"?{query}" if query else "")
    updated = answers[0].published_at if answers else portal.pages.now()
    entries = "".join(_entry(home, labels, one) for one in answers)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">'
        f"<title>{escape(pack.name_vi)}: trả lời đã công khai</title><id>{escape(itself)}</id>"
        f'<link rel="self" href={quoteattr(itself)}/><link href={quoteattr(home + "/answers")}/>'
        f"<updated>{_instant(updated)}</updated><author><name>{escape(pack.name_vi)}</name></author>"
        f"{entries}</feed>\n"
    )


def _entry(home: str, labels: Labels, one: PublishedAnswer) -> str:
    address = f"{home}/answers/{one.id}"
    category = f"<category term={quoteattr(one.field)} label={quoteattr(labels.field(one.field))}/>"
    return "".join(
        (
            f"<entry><title>{escape(short(one.question, 140))}</title><id>{escape(address)}</id>",
            f"<link href={quoteattr(address)}/><published>{_instant(one.published_at)}</published>",
            f"<updated>{_instant(one.published_at)}</updated>",
            f"<author><name>{escape(labels.agency(one.agency))}</name></author>",
            category if one.field else "",
            f'<content type="text">{escape(one.answer)}</content></entry>',
        )
    )


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
