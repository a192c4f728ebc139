"""Telephone numbers as typed by people, in E.164."""

import re


def normal_phone(typed: str) -> str:
    """`0912 345 678`, `84912345678` and `+84 912 345 678` → `+84912345678`; empty when it cannot be one."""
    digits = re.sub(r"[\s.\-()]", "", typed)
    if re.fullmatch(r"0[1-9]\d{8,9}", digits):
        return f"+84{digits[1:]}"
    if re.fullmatch(r"84[1-9]\d{8,9}", digits):
        return f"+{digits}"
    return digits if re.fullmatch(r"\+[1-9]\d{7,14}", digits) else ""
