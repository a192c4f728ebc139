"""`hotline token set|list`: the first tokens of Zalo and Facebook, after a person gave their consent."""

import argparse
import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from libs.cli.bus import DEFAULT_URL
from libs.contracts.errors import HotlineError
from libs.runtime.bus import broker_for, connect, disconnect
from libs.runtime.publishing import Occupied
from libs.runtime.tokens import Held, Pair, Vault, read_key

PROVIDERS = ("zalo", "facebook")
USER = "notifier"


class BadTokens(HotlineError):
    """The file with the tokens cannot be used; the message says why, and never what is in it."""


class Changed(HotlineError):
    """The service renewed the tokens at this moment: run it again."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("token", help="providers' tokens; needs the notifier's own nkey")
    subjects = command.add_subparsers(metavar="set|list", required=True)
    setting = subjects.add_parser("set", help="put the tokens of a new consent in force")
    setting.add_argument("provider", choices=PROVIDERS)
    setting.add_argument(
        "--from-file", type=Path, required=True, help="JSON: access_token, refresh_token, expires_in"
    )
    setting.set_defaults(run=lambda arguments: asyncio.run(_set(arguments)))
    listing = subjects.add_parser("list", help="how the tokens stand; prints none")
    listing.set_defaults(run=lambda arguments: asyncio.run(_list(arguments)))
    for one in (setting, listing):
        one.add_argument("--nats", default=os.environ.get("HOTLINE_NOTIFIER_NATS_URL", DEFAULT_URL))
        _file(one, "--seed-file", "HOTLINE_NOTIFIER_NKEY_SEED_FILE", "the notifier's nkey seed")
        _file(one, "--key-file", "HOTLINE_NOTIFIER_TOKEN_KEY_FILE", "the key that seals the tokens")


def _file(command: argparse.ArgumentParser, name: str, variable: str, what: str) -> None:
    given = os.environ.get(variable)
    command.add_argument(
        name, type=Path, default=given, required=given is None, help=f"{what} (default: {variable})"
    )


async def _set(arguments: argparse.Namespace) -> int:
    pair = _read(arguments.from_file, time.time())
    new = Held(provider=arguments.provider, pair=pair)
    async with _vault(arguments) as vault:
        old, revision = await vault.get(new.provider)
        try:
            await vault.put(new.model_copy(update={"previous": old.pair if old else None}), revision)
        except Occupied as error:
            raise Changed from error
    print(f"{new.provider}: set; {_state(new, time.time())}")
    return 0


async def _list(arguments: argparse.Namespace) -> int:
    async with _vault(arguments) as vault:
        for provider in PROVIDERS:
            held, _ = await vault.get(provider)
            print(f"{provider}: {_state(held, time.time()) if held else 'none'}")
    return 0


@asynccontextmanager
async def _vault(arguments: argparse.Namespace) -> AsyncIterator[Vault]:
    key = read_key(Path(arguments.key_file))
    broker = broker_for(USER, arguments.nats, Path(arguments.seed_file))
    try:
        yield Vault((await connect(broker, USER)).jetstream(timeout=5), key)
    finally:
        await disconnect(broker)


def _read(file: Path, now: float) -> Pair:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        lasts = float(said.get("expires_in") or 0)
        return Pair(
            access=said["access_token"],
            refresh=said.get("refresh_token") or "",
            got=now,
            ends=now + lasts if lasts else 0.0,
        )
    except (OSError, UnicodeDecodeError) as error:
        raise BadTokens(f"{file.name}: {type(error).__name__}") from None
    except (ValueError, ValidationError, AttributeError, KeyError, TypeError):
        raise BadTokens(f"{file.name}: needs access_token, refresh_token, expires_in (seconds)") from None


def _state(held: Held, now: float) -> str:
    """In words, without a token."""
    ends = datetime.fromtimestamp(held.pair.ends, UTC).isoformat(timespec="minutes") if held.pair.ends else ""
    over = " (ended)" if held.pair.ends and held.pair.ends <= now else ""
    said = [f"access token ends {ends}{over}" if ends else "access token without an end"]
    said.append("can be renewed" if held.pair.refresh else "cannot be renewed")
    said += ["refused by the provider"] if held.doubted else []
    said += [f"renewal refused: {held.refused}"] if held.refused else []
    return ", ".join(said)
