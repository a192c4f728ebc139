"""Pictures as telephones and scoundrels make them."""

import base64
import io
import struct
import zlib

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA"
    "AAAAACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAACUAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAA"
    "AA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNw"
    "AAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFz"
    "wIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAA"
    "Av////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAAC1tZGF0AAAAISgBrxmA70mlv//i"
    "hh/5rWv+v7IX//LxJ34ken/W5ENtbw=="
)
"""The picture below, as a telephone of another make keeps it."""


def picture(width: int = 64, height: int = 48, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def telephone_photo(width: int = 4000, height: int = 3000, secret: str = "19.8067 105.7852") -> bytes:
    """A noisy photo lying on its side, with the place where it was taken and a comment inside."""
    noise = Image.effect_noise((width // 8, height // 8), 60).resize((width, height)).convert("RGB")
    noise.paste("red", (0, 0, width, height // 4))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    exif[0x010E] = secret
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (19.0, 48.0, 24.0)
    out = io.BytesIO()
    noise.save(out, "JPEG", exif=exif, comment=secret.encode(), quality=90)
    return out.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of some kilobytes that wants `side` × `side` pixels."""

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))

    head = struct.pack("!IIBBBBB", side, side, 1, 0, 0, 0, 0)
    row = b"\0" + b"\0" * ((side + 7) // 8)
    body = zlib.compressobj(9)
    packed = b"".join(body.compress(row) for _ in range(side)) + body.flush()
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", packed) + part(b"IEND", b"")
