"""Whether our own mail server found that a mail comes from whom its From says (RFC 8601, RFC 7489)."""

import re
from collections.abc import Iterator, Mapping

from libs.mail.headers import AnyMessage, values

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*([a-z0-9-]+)\s*=\s*([a-z]+)\b(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"([a-z]+\.[a-z]+)\s*=\s*(\S+)", re.IGNORECASE)

_SAY = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}
"""Method → where its result names the domain that it is about."""


def is_proven(message: AnyMessage, server: str, author: str) -> bool:
    """Whether the author's domain stands behind the mail: by DMARC, or a signature or sender of that domain.

    `server` is the authserv-id of our own mail server, which takes away what others wrote in its name; of
    several results of one method those of the topmost header count.
    """
    domain = author.rpartition("@")[2].lower()
    seen: set[str] = set()
    for header in values(message, "Authentication-Results"):
        found = list(_results(header, server))
        for method, result, said in found:
            if method in _SAY and method not in seen and result == "pass":
                named = (said.get(name, "") for name in _SAY[method])
                if any(_aligned(one.rpartition("@")[2].lower(), domain) for one in named):
                    return True
            if method == "dmarc" and method not in seen and result == "fail":
                return False
        seen |= {method for method, _, _ in found}
    return False


def _results(header: str, server: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Method, result and properties; none of a header that is not our server's, or that is not whole."""
    plain = _QUOTED.sub("-", header)
    while (shorter := _COMMENT.sub(" ", plain)) != plain:
        plain = shorter
    first, *parts = plain.split(";")
    if first.split()[:1] != [server] or set('"()') & set(plain):
        return
    for part in parts:
        if found := _RESULT.match(part):
            said = {name.lower(): value for name, value in _PROPERTY.findall(found[3])}
            yield found[1].lower(), found[2].lower(), said


def _aligned(said: str, domain: str) -> bool:
    """The same domain, or one below the other (relaxed alignment); a bare top level is nobody's."""
    if not domain or "." not in said or "." not in domain:
        return False
    return said == domain or said.endswith(f".{domain}") or domain.endswith(f".{said}")
