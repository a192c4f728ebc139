"""How many parts a text message takes: GSM's alphabet of 7 bits, or UCS-2 if one letter is outside it."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")


def is_gsm(text: str) -> bool:
    """Whether every letter is in GSM's alphabet; of the Vietnamese ones only à è é ì ò ù É are."""
    return all(letter in _BASIC or letter in _EXTENDED for letter in text)


def parts(text: str) -> int:
    """Parts of a message: 160 or 153 septets each, or 70 or 67 units of UCS-2.

    An extended letter takes two septets, a letter beyond the basic plane two units; neither is cut in two.
    """
    if is_gsm(text):
        return _parts([2 if letter in _EXTENDED else 1 for letter in text], 160, 153)
    return _parts([2 if ord(letter) > 0xFFFF else 1 for letter in text], 70, 67)


def _parts(sizes: list[int], single: int, chained: int) -> int:
    if sum(sizes) <= single:
        return 1
    count, room = 1, chained
    for size in sizes:
        if size > room:
            count, room = count + 1, chained
        room -= size
    return count
