"""The look-up code: nine digits that can be spoken, the last of which finds every single slip of the tongue.

The check digit follows H. M. Damm's totally anti-symmetric quasigroup of order 10: it detects all single
wrong digits and all swaps of neighbours.
"""

_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

DIGITS = 8


def _check(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _QUASIGROUP[interim][int(digit)]
    return interim


def with_check_digit(number: int) -> str:
    """The nine-digit code of a number below 100,000,000."""
    digits = f"{number:0{DIGITS}d}"
    return f"{digits}{_check(digits)}"


def parse_code(typed: str) -> str | None:
    """The code somebody typed or dictated, spaces, dots and dashes allowed; None when it cannot be one."""
    digits = "".join(letter for letter in typed if letter not in " .-\u00a0")
    valid = len(digits) == DIGITS + 1 and digits.isascii() and digits.isdigit() and _check(digits) == 0
    return digits if valid else None


def spoken(code: str) -> str:
    """`123456789` → `123 456 789`: in threes, as it is read aloud."""
    return " ".join(code[start : start + 3] for start in range(0, len(code), 3))
