"""Signing in at the province's own provider: OpenID Connect, authorization code with PKCE.

The provider only says who somebody is; accounts, roles and agencies are ours. What a browser keeps while
it is away is signed and short-lived; a code is worth nothing without it.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from libs.contracts.errors import HotlineError
from libs.runtime.logs import log
from libs.web.signing import Signer
from services.desk.domain.errors import NotSignedIn
from services.desk.settings import Settings, key_in

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Never none, never a shared secret."""

SKEW = 60
"""Seconds by which the provider's clock may differ from ours."""

WAIT = 600
"""Seconds to sign in over there."""

FRESH = 3600.0
"""Seconds after which the provider's document is read again; its keys earlier, for a key we do not know."""

_RETRY = 10.0
"""Seconds between two looks for a key that was not there: a forged token causes no storm."""

_TIMES = httpx.Timeout(10, connect=3)


class ProviderAway(HotlineError):
    """The provider of sign-ins cannot be reached, or does not answer as it should."""


@dataclass(frozen=True)
class Vouched:
    """What the provider says: which account (`login`), and who that is over there (`subject`)."""

    login: str
    subject: str


@dataclass
class Provider:
    """The provider's own description, and its keys."""

    document: Mapping[str, Any]
    read_at: float
    keys: KeySet = field(default_factory=lambda: KeySet([]))
    keys_at: float = 0.0


class Oidc:
    """One provider, described by settings; `on` is False without one."""

    def __init__(self, settings: Settings, signer: Signer) -> None:
        self._settings = settings
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._signer = signer
        self._client = httpx.AsyncClient(timeout=_TIMES, trust_env=False)
        self._provider: Provider | None = None

    @property
    def on(self) -> bool:
        return bool(self._issuer)

    @property
    def back(self) -> str:
        """Our address to come back to, as it is registered over there."""
        return f"{self._settings.public_url.rstrip('/')}/oidc/back"

    async def begin(self, wanted: str) -> tuple[str, str]:
        """Where to send the browser, and what it keeps meanwhile. Raises ProviderAway."""
        provider = await self._described()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": self.back,
            "scope": self._settings.oidc_scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        kept = json.dumps({"state": state, "nonce": nonce, "verifier": verifier, "wanted": wanted})
        address = str(provider.document["authorization_endpoint"])
        joined = "&" if "?" in address else "?"
        return f"{address}{joined}{urlencode(asked)}", self._signer.sign("oidc", kept, WAIT)

    async def finish(self, query: Mapping[str, str], kept: str) -> tuple[Vouched, str]:
        """Who came back, and the page they wanted. Raises NotSignedIn, ProviderAway."""
        try:
            known = json.loads(self._signer.read("oidc", kept) or "null")
        except ValueError:
            known = None
        state = query.get("state", "")
        if not known or not hmac.compare_digest(known["state"].encode(), state.encode()):
            raise _no("the answer does not belong to a sign-in begun in this browser")
        if query.get("iss", self._issuer).rstrip("/") != self._issuer:
            raise _no("the answer comes from another provider")
        if not query.get("code") or "error" in query:
            raise _no(f"the provider refused: {query.get('error', 'no code')[:60]}")
        token = await self._redeem(query["code"], known["verifier"])
        return self._vouched(await self._claims(token, known["nonce"])), str(known["wanted"])

    async def leave(self) -> str:
        """Where one signs out over there too; empty when the provider has no such page or is away."""
        try:
            end = str((await self._described()).document.get("end_session_endpoint", ""))
        except ProviderAway:
            return ""
        after = f"{self._settings.public_url.rstrip('/')}/login"
        asked = {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": after}
        return f"{end}?{urlencode(asked)}" if end and _fit(end) else ""

    async def close(self) -> None:
        await self._client.aclose()

    async def _described(self) -> Provider:
        now = time.monotonic()
        if self._provider is None or now - self._provider.read_at > FRESH:
            document = await self._get(f"{self._issuer}/.well-known/openid-configuration")
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if str(document.get("issuer", "")).rstrip("/") != self._issuer:
                raise ProviderAway("it says it is another issuer")
            if not all(_fit(str(document.get(name, ""))) for name in needed):
                raise ProviderAway("its endpoints are missing or not https")
            self._provider = Provider(document, now)
        return self._provider

    async def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = await self._client.get(address, headers={"accept": "application/json"})
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderAway(type(error).__name__) from error
        if not isinstance(found, dict):
            raise ProviderAway("its answer is no object")
        return found

    async def _redeem(self, code: str, verifier: str) -> str:
        provider = await self._described()
        secret = key_in(self._settings.oidc_secret_file)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "client_id": self._settings.oidc_client_id,
            "code_verifier": verifier,
        } | ({"client_secret": secret} if secret else {})
        try:
            answer = await self._client.post(str(provider.document["token_endpoint"]), data=form)
            token = answer.json().get("id_token") if answer.is_success else None
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            raise ProviderAway(type(error).__name__) from error
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ProviderAway(f"it answered {answer.status_code}")
        if not isinstance(token, str):
            raise _no("the provider did not take the code")
        return token

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        client = self._settings.oidc_client_id
        registry = jwt.JWTClaimsRegistry(
            leeway=SKEW,
            iss={"essential": True, "values": [self._issuer, f"{self._issuer}/"]},
            aud={"essential": True, "value": client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = (await self._decoded(token)).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise _no(f"its token does not hold: {type(error).__name__}") from None
        others = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", client) != client or (len(others) > 1 and "azp" not in claims):
            raise _no("its token was made for somebody else")
        return claims

    async def _decoded(self, token: str) -> jwt.Token:
        """By the keys we have; a key we do not know may be a new one, so they are read again once."""
        provider = await self._described()
        try:
            return jwt.decode(token, provider.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            now = time.monotonic()
            if provider.keys_at and now - provider.keys_at < _RETRY:
                raise
        document = await self._get(str(provider.document["jwks_uri"]))
        provider.keys, provider.keys_at = KeySet.import_key_set(document), now  # type: ignore[arg-type]
        return jwt.decode(token, provider.keys, algorithms=ALGORITHMS)

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched:
        name = self._settings.oidc_claim
        login = claims.get(name)
        if not isinstance(login, str) or not login.strip():
            raise _no(f"it says nothing of {name}")
        if name == "email" and claims.get("email_verified") is not True:
            raise _no("it never verified the e-mail address")
        return Vouched(login, f"{self._issuer} {claims['sub']}")


def _fit(address: str) -> bool:
    """https; plain http only on this very machine."""
    parts = urlsplit(address)
    here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and here))


def _no(why: str) -> NotSignedIn:
    log("oidc_refused", reason=why)
    return NotSignedIn("Đăng nhập một lần không thành công; hãy thử lại", why)
