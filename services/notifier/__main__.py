"""`python -m services.notifier [serve|rebuild|replay|retry [LETTER…]|dismiss LETTER…]`."""

from libs.runtime.database import open_engine
from libs.runtime.main import main
from services.notifier.app import build, projection
from services.notifier.outbox import Outbox
from services.notifier.settings import Settings


def retry(settings: Settings, letters: list[str]) -> int:
    """Failed letters go out again (all, or the named ones, also unconfirmed)."""
    print(f"notifier: {_outbox(settings).retry(letters)} letters to send again")  # noqa: T201
    return 0


def dismiss(settings: Settings, letters: list[str]) -> int:
    """A person has looked at these unconfirmed letters."""
    print(f"notifier: {_outbox(settings).dismiss(letters)} letters dismissed")  # noqa: T201
    return 0


def _outbox(settings: Settings) -> Outbox:
    return Outbox(open_engine(settings.database_url))


if __name__ == "__main__":
    main("notifier", Settings, build, projection, {"retry": retry, "dismiss": dismiss})
