"""A provider of sign-ins on loopback: real RS256 keys, PKCE checked, codes good once; it may lie."""

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.serving import serving

CLIENT = "ban-truc"
SECRET = "bi-mat-cua-ban-truc-o-noi-dang-nhap"


@dataclass
class StandIn:
    """`claims` replace what it would say; `sign_with` replaces the key it signs with but does not publish."""

    issuer: str = ""
    login: str = "syt"
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    sign_with: RSAKey | None = None
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256"})
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    looked_for_keys: int = 0
    down: bool = False

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.document),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/keys", self.published),
            ]
        )

    async def document(self, _: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        pages = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        return JSONResponse({"issuer": self.issuer, "end_session_endpoint": f"{self.issuer}/end", **pages})

    async def authorize(self, request: Request) -> Response:
        """Somebody signs in over here at once."""
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 303)

    async def token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form["code"], None)
        hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or form.get("client_secret") != SECRET:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": f"sub-{self.login}", "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "preferred_username": self.login, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.sign_with or self.key
        kid = {"kid": key.kid} if key.kid else {}
        signed = jwt.encode({**self.header, **kid}, claims, key, algorithms=[self.header["alg"]])
        return JSONResponse({"id_token": signed, "access_token": "x", "token_type": "Bearer"})

    async def published(self, _: Request) -> Response:
        self.looked_for_keys += 1
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@asynccontextmanager
async def provider() -> AsyncIterator[StandIn]:
    standin = StandIn()
    async with serving(standin.app()) as address:
        standin.issuer = address
        yield standin


async def over_there(where: str) -> str:
    """What the browser is sent back with, after signing in at this address: path and query of ours."""
    async with httpx.AsyncClient() as web:
        answer = await web.get(where)
    parts = urlsplit(answer.headers["location"])
    return f"{parts.path}?{parts.query}"
