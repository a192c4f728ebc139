"""A folder's pack never silently undoes what an administrator changed on a page."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from libs.cli.main import parser
from libs.contracts.packchanges import PackChange
from libs.devstack.nats_server import NatsServer
from libs.packs.entries import Day
from libs.packs.folder import load
from libs.packs.model import Pack
from libs.packs.revise import revise
from libs.runtime.directory import put_pack
from libs.runtime.errors import PackChanged
from libs.runtime.packfolders import ChangedOnPages, put_folder
from tests.support.bus import connected
from tests.support.packs import small_pack

HOLIDAY = Day(day=date(2021, 9, 3), kind="compensatory_off", name="Nghỉ bù", status="ok", document="1/TB")


def on_a_page(pack: Pack) -> Pack:
    """The pack with one more holiday."""
    return revise(pack, days=(*pack.days, HOLIDAY))


async def test_a_restart_with_the_same_folder_leaves_the_administrators_change_in_force(
    server: NatsServer, tmp_path: Path
) -> None:
    pack = load(small_pack(tmp_path / "pack"))
    async with connected(server, "provisioner") as js:
        first = await put_folder(js, pack)
        page = on_a_page(pack)
        changed = await put_pack(js, page, by="Vũ Văn Trị", document="1/TB", instead_of=pack.version)
        assert (first.revises, changed.revises) == ("", pack.version)
        assert await put_folder(js, pack) == changed
        again = await put_folder(js, pack, over=True)
        assert (again.version, again.number) == (pack.version, 3)


async def test_a_new_folder_that_lacks_the_change_is_refused_and_one_that_has_it_is_applied(
    server: NatsServer, tmp_path: Path
) -> None:
    folder = small_pack(tmp_path / "pack")
    pack = load(folder)
    async with connected(server, "provisioner") as js:
        await put_folder(js, pack)
        page = on_a_page(pack)
        await put_pack(js, page, by="Vũ Văn Trị", document="1/TB", instead_of=pack.version)
        newer = pack.model_copy(update={"version": "nho-newer", "hotline": "1023"})
        with pytest.raises(ChangedOnPages) as refusal:
            await put_folder(js, newer)
        assert refusal.value.tables == ("days",) and refusal.value.changes[0].by == "Vũ Văn Trị"
        carried = newer.model_copy(update={"days": page.days})
        assert (await put_folder(js, carried)).version == "nho-newer"
        assert (await put_folder(js, pack)).version == pack.version


async def test_a_page_made_from_an_older_pack_changes_nothing(server: NatsServer, tmp_path: Path) -> None:
    pack = load(small_pack(tmp_path / "pack"))
    async with connected(server, "provisioner") as js:
        await put_folder(js, pack)
        await put_pack(js, on_a_page(pack), by="A", instead_of=pack.version)
        with pytest.raises(PackChanged):
            await put_pack(js, pack.model_copy(update={"version": "nho-x"}), by="B", instead_of=pack.version)


async def hotline(server: NatsServer, *words: str) -> int:
    """A command as the operator types it."""
    seed = ["--nats", server.url, "--seed-file", str(server.seed("provisioner"))]
    arguments = parser().parse_args([*words, *seed])
    return int(await asyncio.to_thread(arguments.run, arguments))


async def test_the_command_explains_refuses_keeps_or_goes_over(
    server: NatsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(small_pack(tmp_path / "pack"))
    assert await hotline(server, "pack", "apply", folder) == 0
    pack = load(tmp_path / "pack")
    async with connected(server, "provisioner") as js:
        page: PackChange = await put_pack(js, on_a_page(pack), by="Vũ Văn Trị", instead_of=pack.version)
    assert await hotline(server, "pack", "apply", folder) == 0
    assert f"{page.version} stays: changed on a page by Vũ Văn Trị" in capsys.readouterr().out
    faq = tmp_path / "pack" / "faq.csv"
    faq.write_text(faq.read_text(encoding="utf-8").replace("Đáp.", "Đáp rõ hơn."), encoding="utf-8")
    assert await hotline(server, "pack", "apply", folder) == 1
    assert "(days)" in capsys.readouterr().err
    assert await hotline(server, "pack", "apply", "--keep", folder) == 0
    assert await hotline(server, "pack", "apply", "--over", folder) == 0
    assert load(tmp_path / "pack").version in capsys.readouterr().out
