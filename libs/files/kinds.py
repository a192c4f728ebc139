"""What a file is, by its bytes alone, and which kinds are taken."""

import filetype

IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/gif"})
"""Made anew before they are kept; everything else is kept as it came."""

DOCUMENTS = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
    }
)
"""Never shown inside a page: to be saved and opened by whoever trusts them."""

SOUNDS = frozenset(
    {
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/x-wav",
        "audio/amr",
        "audio/aac",
        "audio/x-flac",
        "video/mp4",
        "video/3gpp",
        "video/quicktime",
        "video/webm",
        "video/x-m4v",
    }
)
TAKEN = IMAGES | DOCUMENTS | SOUNDS


def kind_of(content: bytes) -> str:
    """The media type; "" for a kind that is not taken, whatever the sender calls it."""
    found = filetype.guess_mime(content) or ("audio/mpeg" if _telephone_mp3(content) else "")
    return found if found in TAKEN else ""


def _telephone_mp3(content: bytes) -> bool:
    """A frame of MPEG 2.5, layer III: what 8 kHz of a telephone become; the library does not know it."""
    return len(content) > 4 and content[:2] in {b"\xff\xe2", b"\xff\xe3"} and content[2] >> 4 not in {0, 15}
