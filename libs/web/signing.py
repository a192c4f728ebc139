"""Values that a browser keeps for us and cannot change: an HMAC with a purpose and an end."""

import base64
import hashlib
import hmac
import secrets
import time


class Signer:
    """Signs short texts with one secret; each purpose has a key of its own."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def digest(self, purpose: str, text: str) -> str:
        """HMAC-SHA256 in hex."""
        return hmac.new(self._secret, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def sign(self, purpose: str, text: str, seconds: int) -> str:
        """A cookie-safe value that `read` accepts for that many seconds of real time."""
        body = f"{int(time.time()) + seconds}.{_to_ascii(text)}"
        return f"{body}.{self.digest(purpose, body)}"

    def read(self, purpose: str, value: str) -> str | None:
        """The text that was signed, or None when it was changed, meant for something else or has ended."""
        body, _, given = value.rpartition(".")
        if not hmac.compare_digest(self.digest(purpose, body).encode(), given.encode()):
            return None
        ends, _, text = body.partition(".")
        return _from_ascii(text) if int(ends) >= time.time() else None

    def token(self, bound_to: str) -> str:
        """A CSRF token for that session; salted, so that compressing the page gives nothing away."""
        salt = secrets.token_hex(8)
        return f"{salt}{self.digest('csrf', salt + bound_to)[:32]}"

    def token_fits(self, token: str, bound_to: str) -> bool:
        salt, given = token[:16], token[16:]
        return hmac.compare_digest(self.digest("csrf", salt + bound_to)[:32].encode(), given.encode())


def _to_ascii(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _from_ascii(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
