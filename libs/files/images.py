"""Makes an image anew, as a program of its own: bytes in, a clean JPEG and a small one out.

Run as a script, apart from the service: a decoder that hangs, grows or crashes on a crafted file takes
nothing with it. It knows no library of ours, so it is up in a tenth of a second.
"""

import io
import resource
import struct
import sys
import warnings

from PIL import Image, ImageFile, ImageOps

LONGEST = 2000
"""Pixels of the longer side."""

THUMB = 320
QUALITY = 82
SCALED = 250_000_000
"""Pixels of a JPEG at most: it is read at the size needed, so a camera's 200 million are no burden."""

WHOLE = 50_000_000
"""Pixels of any other: those are read whole."""

MEMORY = 1 << 30
"""Bytes of address space; a bomb that slips past the count of pixels dies of this."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
"""No other decoder of the library is ever tried, whatever the bytes look like to it."""


def clean(content: bytes) -> tuple[bytes, bytes]:
    """The picture and its thumbnail as JPEG: upright, on white, without a word of what was written beside it.

    Raises OSError, ValueError, or what else Pillow finds wrong with it.
    """
    formats = ("HEIF",) if content[4:8] == b"ftyp" else FORMATS
    with Image.open(io.BytesIO(content), formats=formats) as image:
        width, height = image.size
        if width * height > (SCALED if image.format in {"JPEG", "MPO"} else WHOLE):
            raise ValueError("too many pixels")
        image.draft("RGB", (LONGEST, LONGEST))  # a JPEG is read at an eighth, a quarter or half its size
        picture = _smooth(image) if image.mode in {"1", "P"} else image
        picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        plain = _on_white(ImageOps.exif_transpose(picture))
    small = plain.copy()
    small.thumbnail((THUMB, THUMB))
    return _jpeg(plain), _jpeg(small)


def _smooth(image: Image.Image) -> Image.Image:
    """A picture of numbered colours, as one that can be made smaller without steps."""
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    """A new image, so that profile, comment and EXIF stay behind."""
    plain = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        plain.paste(layer, mask=layer)
    else:
        plain.paste(image.convert("RGB"))
    return plain


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def main() -> int:
    """From standard input to standard output: length of the picture, picture, thumbnail; 1 if unreadable."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    Image.MAX_IMAGE_PIXELS = None  # counted above, by kind
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("ignore")
    content = sys.stdin.buffer.read()
    if content[4:8] == b"ftyp":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False)
    try:
        picture, thumb = clean(content)
    except Exception as error:
        print(type(error).__name__, file=sys.stderr)  # noqa: T201
        return 1
    sys.stdout.buffer.write(struct.pack("!I", len(picture)) + picture + thumb)
    return 0


if __name__ == "__main__":
    sys.exit(main())
