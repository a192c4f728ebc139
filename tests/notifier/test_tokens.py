"""The providers' tokens: renewed once, never lost by an answer that makes no sense, dead ones told."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from libs.cli.main import parser
from libs.contracts.errors import HotlineError
from libs.devstack.nats_server import NatsServer
from libs.runtime.publishing import Occupied
from libs.runtime.tokens import Held, KeyUnreadable, Pair, Sealed, Vault, read_key
from services.notifier.gateways.gateway import GatewayDown
from services.notifier.gateways.zalo_oauth import ZaloOauth
from services.notifier.tokens import RenewalLost, Tokens
from tests.support.bus import connected
from tests.support.chats import KEY, hold, key_file, pair_of
from tests.support.waiting import eventually
from tests.support.zalo_standin import ZaloStandIn, zalo_standin

HALF_OVER = 50_000.0


@pytest.fixture
async def zalo() -> AsyncIterator[ZaloStandIn]:
    async with zalo_standin(silence=1.5) as running:
        yield running


@asynccontextmanager
async def replica(
    server: NatsServer, folder: Path, zalo: ZaloStandIn, *, lease: float = 60.0, again: float = 0.0
) -> AsyncIterator[tuple[Tokens, Vault]]:
    """One notifier's part of the work."""
    oauth = ZaloOauth(zalo.oauth_url, zalo.app_id, zalo.app_secret, timeout=1.0)
    async with connected(server, "notifier") as js:
        vault = Vault(js, read_key(key_file(folder)))
        yield Tokens(vault, {"zalo": oauth.renew}, lease=lease, again=again), vault


async def held(vault: Vault) -> Held:
    found, _ = await vault.get("zalo")
    assert found is not None
    return found


def gauge(name: str) -> float | None:
    return REGISTRY.get_sample_value(f"hotline_notifier_token_{name}", {"provider": "zalo"})


async def test_a_token_is_renewed_at_half_its_life_and_the_old_pair_is_kept(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn
) -> None:
    await hold(march, tmp_path, "zalo", pair_of(zalo, age=44_000))
    async with replica(march, tmp_path, zalo) as (tokens, vault):
        await tokens.look("zalo")
        assert zalo.refreshes == [] and await tokens.access("zalo") == "access-0"
        await hold(march, tmp_path, "zalo", pair_of(zalo, age=46_000))
        await tokens.look("zalo")
        now = await held(vault)
        assert await tokens.access("zalo") == now.pair.access == zalo.access_token != "access-0"
        assert now.previous is not None and now.previous.refresh == "refresh-0"
        assert now.pair.ends > time.time() + 80_000
        assert gauge("refused") == 0 and gauge("ends_timestamp_seconds") == now.pair.ends


async def test_two_replicas_never_spend_one_refresh_token_twice(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn
) -> None:
    await hold(march, tmp_path, "zalo", pair_of(zalo, age=HALF_OVER))
    async with (
        replica(march, tmp_path, zalo) as (first, vault),
        replica(march, tmp_path, zalo) as (second, _),
    ):
        await asyncio.gather(*(one.look("zalo") for one in (first, second) * 4))
        assert [one.granted for one in zalo.refreshes] == [True]
        assert (await held(vault)).pair.refresh == zalo.refresh_token
        assert await first.access("zalo") == await second.access("zalo") == zalo.access_token


@pytest.mark.parametrize("failure", ["hidden", "html", 500])
async def test_an_answer_without_tokens_changes_no_good_pair(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn, failure: int | str
) -> None:
    await hold(march, tmp_path, "zalo", pair_of(zalo, age=HALF_OVER))
    zalo.fail_next(failure, at="refresh")
    async with replica(march, tmp_path, zalo) as (tokens, vault):
        await tokens.look("zalo")
        now = await held(vault)
        assert (now.pair.access, now.pair.refresh, now.lease) == ("access-0", "refresh-0", "")
        assert await tokens.access("zalo") == "access-0", "it works until its end"
        await tokens.look("zalo")
        assert (await held(vault)).pair.refresh == zalo.refresh_token != "refresh-0"


async def test_a_dead_refresh_token_is_told_and_the_access_token_serves_until_its_end(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn
) -> None:
    await hold(march, tmp_path, "zalo", pair_of(zalo, age=HALF_OVER))
    zalo.revoke()
    async with replica(march, tmp_path, zalo, again=300) as (tokens, vault):
        for _ in range(3):
            await tokens.look("zalo")
        assert len(zalo.refreshes) == 1, "a provider that says no is not asked at every look"
        assert (await held(vault)).refused.startswith("oauth ") and gauge("refused") == 1
        assert await tokens.access("zalo") == "access-0"
        await hold(march, tmp_path, "zalo", pair_of(zalo, age=90_001))
        with pytest.raises(GatewayDown, match="token ended"):
            await tokens.access("zalo")


async def test_a_crash_between_zalos_answer_and_our_note_is_told_after_the_lease_with_half_a_life_left(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn
) -> None:
    await hold(march, tmp_path, "zalo", pair_of(zalo, age=HALF_OVER))
    async with connected(march, "notifier") as js:
        vault = Vault(js, read_key(key_file(tmp_path)))
        answered = asyncio.Event()

        async def renew_and_die(refresh: str) -> Pair:
            await ZaloOauth(zalo.oauth_url, zalo.app_id, zalo.app_secret).renew(refresh)
            answered.set()
            await asyncio.Event().wait()
            raise AssertionError

        dying = asyncio.create_task(Tokens(vault, {"zalo": renew_and_die}, lease=3.0).look("zalo"))
        await answered.wait()
        dying.cancel()
        async with replica(march, tmp_path, zalo) as (tokens, _):
            await tokens.look("zalo")
            assert len(zalo.refreshes) == 1, "the lease still holds"
            await asyncio.sleep(3.1)
            await tokens.look("zalo")
            assert [one.granted for one in zalo.refreshes] == [True, False]
            assert (await held(vault)).refused and gauge("refused") == 1
            assert await tokens.access("zalo") == "access-0", "some hours remain for a new consent"


async def test_a_new_pair_outlasts_an_outage_of_the_server_before_it_was_noted(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn
) -> None:
    await hold(march, tmp_path, "zalo", pair_of(zalo, age=HALF_OVER))
    async with connected(march, "notifier") as js:
        vault = Vault(js, read_key(key_file(tmp_path)))

        async def renew(refresh: str) -> Pair:
            pair = await ZaloOauth(zalo.oauth_url, zalo.app_id, zalo.app_secret).renew(refresh)
            march.kill()
            return pair

        renewing = asyncio.create_task(Tokens(vault, {"zalo": renew}).look("zalo"))
        await eventually(lambda: bool(zalo.refreshes))
        await asyncio.sleep(0.5)
        march.start()
        await asyncio.wait_for(renewing, 20)
        assert (await held(vault)).pair.refresh == zalo.refresh_token


async def test_a_person_who_sets_new_tokens_meanwhile_has_the_last_word(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn
) -> None:
    await hold(march, tmp_path, "zalo", pair_of(zalo, age=HALF_OVER))
    consent = Pair(access="access-of-a-person", refresh="refresh-of-a-person", got=time.time())
    async with connected(march, "notifier") as js:

        async def renew(_: str) -> Pair:
            await hold(march, tmp_path, "zalo", consent)
            return pair_of(zalo)

        vault = Vault(js, read_key(key_file(tmp_path)))
        await Tokens(vault, {"zalo": renew}).look("zalo")
        assert (await held(vault)).pair == consent


async def test_no_answer_at_all_gives_the_lease_back(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn
) -> None:
    oauth = ZaloOauth("http://127.0.0.1:9", zalo.app_id, zalo.app_secret)
    with pytest.raises(RenewalLost):
        await oauth.renew("refresh-0")
    zalo.fail_next("silent", at="refresh")
    await hold(march, tmp_path, "zalo", pair_of(zalo, age=HALF_OVER))
    async with replica(march, tmp_path, zalo) as (tokens, vault):
        await tokens.look("zalo")
        assert ((await held(vault)).lease, (await held(vault)).pair.refresh) == ("", "refresh-0")


async def test_what_lies_in_the_bucket_is_sealed_and_another_key_opens_nothing(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn
) -> None:
    await hold(march, tmp_path, "zalo", pair_of(zalo))
    async with connected(march, "provisioner") as js:
        stored = await js.get_last_msg("KV_TOKENS", "$KV.TOKENS.zalo")
        assert b"access-0" not in (stored.data or b"") and b"refresh-0" not in (stored.data or b"")
        with pytest.raises(Sealed):
            await Vault(js, b"x" * 32).get("zalo")
    async with connected(march, "notifier") as js:
        vault = Vault(js, read_key(key_file(tmp_path)))
        found = await held(vault)
        assert "access-0" not in repr(found), "neither in a log"
        with pytest.raises(Occupied):
            await vault.put(found, 0)
        with pytest.raises(GatewayDown, match="hotline token set facebook"):
            await Tokens(vault, {}).access("facebook")


def test_a_key_file_that_is_missing_or_too_short_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyUnreadable, match="missing"):
        read_key(tmp_path / "missing")
    (tmp_path / "short").write_text("ngắn")
    with pytest.raises(KeyUnreadable, match="at least 32"):
        read_key(tmp_path / "short")


def run(server: NatsServer, folder: Path, *words: str) -> int:
    """The command, as it is typed."""
    common = ["--nats", server.url, "--seed-file", str(server.seed("notifier"))]
    arguments = parser().parse_args(["token", *words, *common, "--key-file", str(key_file(folder))])
    return int(arguments.run(arguments))


async def test_the_first_tokens_are_set_by_hand_and_listed_without_being_shown(
    march: NatsServer, tmp_path: Path, zalo: ZaloStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "consent.json"
    file.write_text('{"access_token": "access-0", "refresh_token": "refresh-0", "expires_in": "90000"}')
    assert await asyncio.to_thread(run, march, tmp_path, "set", "zalo", "--from-file", str(file)) == 0
    assert await asyncio.to_thread(run, march, tmp_path, "list") == 0
    said = capsys.readouterr().out
    assert "zalo: set; access token ends " in said and "facebook: none" in said
    assert "access-0" not in said and "refresh-0" not in said
    async with replica(march, tmp_path, zalo) as (tokens, _):
        assert await tokens.access("zalo") == "access-0"


@pytest.mark.parametrize("content", ["", "[]", '{"access_token": ""}', '{"refresh_token": "refresh-0"}'])
async def test_a_file_without_tokens_is_refused_and_its_content_not_repeated(
    march: NatsServer, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "consent.json"
    file.write_text(content)
    with pytest.raises(HotlineError, match=r"consent\.json: needs access_token") as refused:
        await asyncio.to_thread(run, march, tmp_path, "set", "zalo", "--from-file", str(file))
    assert "refresh-0" not in str(refused.value) and KEY not in str(refused.value)
