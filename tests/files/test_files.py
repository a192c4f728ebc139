"""A file that comes in is told by its bytes, cleaned, kept once, or said to be lost and why."""

import io
import time
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from libs.devstack.nats_server import NatsServer
from libs.files.files import Files
from libs.files.jetstream import JetStreamStore
from libs.files.settings import FilesSettings
from libs.files.store import NoSuchFile
from tests.support.bus import connected
from tests.support.pictures import HEIC, PDF, bomb, picture, telephone_photo


@pytest.fixture
async def files(server: NatsServer) -> AsyncIterator[Files]:
    async with connected(server, "intake") as js:
        yield Files(JetStreamStore(js), FilesSettings(limit=3_000_000))


async def test_a_telephones_photo_stands_upright_is_smaller_and_tells_no_place(files: Files) -> None:
    photo = telephone_photo(secret="nha rieng cua toi")
    assert b"nha rieng" in photo
    taken = await files.put(photo, key="m1", label="IMG_0001.jpg")
    kept = await files.get(taken.id)
    assert (taken.type, taken.lost, taken.size) == ("image/jpeg", "", len(kept))
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (1500, 2000)
        red, green, blue = image.getpixel((1490, 1000))  # type: ignore[misc]
        assert red > 200 and green < 60 and blue < 60, "the red edge is on the right when turned"
        assert not image.getexif() and set(image.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
        }
    assert b"nha rieng" not in kept and b"Exif" not in kept
    with Image.open(io.BytesIO(await files.thumb(taken.id))) as small:
        assert max(small.size) == 320


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "HEIF"])
async def test_every_kind_of_picture_becomes_a_jpeg(files: Files, kind: str) -> None:
    taken = await files.put(HEIC if kind == "HEIF" else picture(kind=kind), key="m1")
    assert (taken.type, taken.lost) == ("image/jpeg", "")
    with Image.open(io.BytesIO(await files.get(taken.id))) as image:
        assert image.format == "JPEG"


async def test_what_is_seen_through_lies_on_white(files: Files) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    taken = await files.put(out.getvalue(), key="m1")
    with Image.open(io.BytesIO(await files.get(taken.id))) as image:
        assert min(image.getpixel((10, 10))) > 250  # type: ignore[arg-type]


async def test_a_document_is_kept_as_it_is_and_has_no_thumbnail(files: Files) -> None:
    taken = await files.put(PDF, key="m1", label="đơn.pdf")
    assert (taken.type, taken.size, taken.label) == ("application/pdf", len(PDF), "đơn.pdf")
    assert await files.get(taken.id) == PDF
    with pytest.raises(NoSuchFile):
        await files.thumb(taken.id)


@pytest.mark.parametrize(
    ("content", "lost"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script>", "refused-type"),
        (b"MZ\x90\x00" + b"\0" * 500, "refused-type"),
        (b"PK\x03\x04" + b"\0" * 500, "refused-type"),
        (b"GIF89a<script>alert(1)</script>", "unreadable"),
        (b"\xff\xd8\xff\xe0<?php system($_GET[0]);", "unreadable"),
        (picture(400, 400)[:900], "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 3_000_000, "too-large"),
    ],
)
async def test_bad_content_is_lost_for_a_reason_and_nothing_of_it_is_kept(
    files: Files, content: bytes, lost: str
) -> None:
    taken = await files.put(content, key="m1", label="ảnh.jpg")
    assert (taken.lost, taken.type, taken.sha256, taken.label) == (lost, "", "", "ảnh.jpg")
    with pytest.raises(NoSuchFile):
        await files.get(taken.id)


async def test_a_bomb_of_kilobytes_costs_little(files: Files) -> None:
    content = bomb()
    assert len(content) < 200_000
    started = time.monotonic()
    assert (await files.put(content, key="m1")).lost == "unreadable"
    assert time.monotonic() - started < 3


async def test_a_picture_that_takes_too_long_is_given_up(server: NatsServer) -> None:
    async with connected(server, "intake") as js:
        hasty = Files(JetStreamStore(js), FilesSettings(seconds=0.01))
        assert (await hasty.put(picture(), key="m1")).lost == "unreadable"


async def test_the_same_file_of_the_same_message_is_one_object(files: Files) -> None:
    first = await files.put(picture(), key="m1", index=0)
    assert await files.put(picture(), key="m1", index=0) == first
    others = [await files.put(picture(), key=key, index=index) for key, index in (("m1", 1), ("m2", 0))]
    assert len({first.id, *(one.id for one in others)}) == 3
    assert len(first.id) == 32


async def test_more_files_than_a_message_may_have_are_counted_and_lost(files: Files) -> None:
    assert (await files.put(PDF, key="m1", index=10)).lost == "too-many"


async def test_a_label_is_one_short_line(files: Files) -> None:
    taken = await files.put(PDF, key="m1", label="../../etc\r\n/passwd" + "x" * 500)
    assert taken.label.startswith("../../etc /passwd") and len(taken.label) == 200
