"""Citizens who write on Zalo or Facebook, for tests of the letters that go back to them."""

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from libs.contracts.casevalues import Origin, Person
from libs.contracts.events import CaseAdded, CaseOpened
from libs.contracts.subjects import CaseRef
from libs.devstack.nats_server import NatsServer
from libs.runtime.tokens import Held, Pair, Vault, read_key
from services.notifier.domain.talks import Reach
from tests.support.builders import MONDAY_MORNING, make, opened
from tests.support.bus import connected
from tests.support.zalo_standin import ZaloStandIn

OA, ZALO_USER = "1423847450000000001", "8309393960000000001"
PAGE, PSID = "1022000000000001", "5551000000000001"
ON_ZALO = Origin(account=OA, person=ZALO_USER, thread="msg-1")
ON_FACEBOOK = Origin(account=PAGE, person=PSID, thread="m_1")
IN_PUBLIC = Origin(account=PAGE, person="U1", thread="1022_77", public=True)
REACH = Reach(accounts={"zalo": OA, "facebook": PAGE})
UNKNOWN = Person(name="Người dùng Zalo")
KEY = "khoa-de-thu-nghiem-dai-hon-ba-muoi-hai-ky-tu"


def by_zalo(ref: CaseRef, **more: Any) -> CaseOpened:
    """A citizen's first words on Zalo; nothing else is known of them unless said."""
    return opened(ref, **{"channel": "zalo", "origin": ON_ZALO, "person": UNKNOWN, **more})


def by_facebook(ref: CaseRef, **more: Any) -> CaseOpened:
    return opened(ref, **{"channel": "facebook", "origin": ON_FACEBOOK, "person": UNKNOWN, **more})


def more_words(ref: CaseRef, hours: float = 0.0, **more: Any) -> CaseAdded:
    """What the citizen says so many hours later, on Zalo."""
    at: datetime = MONDAY_MORNING + timedelta(hours=hours)
    said = {"channel": "zalo", "origin": ON_ZALO, "text": "Thêm ảnh", "at": at, "received_at": at}
    return make(CaseAdded, ref, **{**said, **more})


def key_file(folder: Path) -> Path:
    file = folder / "token-key"
    file.write_text(KEY)
    return file


def secret_file(folder: Path, name: str, secret: str) -> Path:
    file = folder / name
    file.write_text(f"{secret}\n")
    return file


async def hold(server: NatsServer, folder: Path, provider: str, pair: Pair) -> None:
    """These tokens are in force."""
    async with connected(server, "notifier") as js:
        vault = Vault(js, read_key(key_file(folder)))
        _, revision = await vault.get(provider)
        await vault.put(Held(provider=provider, pair=pair), revision)


def pair_of(zalo: ZaloStandIn, *, age: float = 0.0, lasts: float = 90_000.0) -> Pair:
    """The tokens that this Zalo gave out so many seconds ago."""
    got = time.time() - age
    return Pair(access=zalo.access_token, refresh=zalo.refresh_token, got=got, ends=got + lasts)


def zalo_settings(zalo: ZaloStandIn, folder: Path) -> dict[str, Any]:
    """Settings of a notifier that answers on this Zalo."""
    return {
        "zalo_account": zalo.oa_id,
        "zalo_app_id": zalo.app_id,
        "zalo_app_secret_file": secret_file(folder, "app-secret", zalo.app_secret),
        "zalo_url": zalo.api_url,
        "zalo_oauth_url": zalo.oauth_url,
        "zns_url": zalo.zns_url,
        "token_key_file": key_file(folder),
    }
