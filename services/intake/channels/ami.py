"""The lines of Asterisk's manager interface: `Name: value`, a blank line ends a message, names may repeat."""

from dataclasses import dataclass

END = b"\r\n\r\n"


@dataclass(frozen=True)
class Message:
    """An event or a response: its bytes, and what they say. Names are in lower case."""

    raw: bytes
    pairs: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """The first value of a name; empty when it is not there, or when Asterisk says that it is unknown."""
        name = name.lower()
        value = next((value for known, value in self.pairs if known == name), "")
        return "" if value == "<unknown>" else value

    @property
    def event(self) -> str:
        return self.get("Event")


def read(raw: bytes) -> Message:
    """Never fails: a line without a colon is passed over."""
    pairs = []
    for line in raw.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            pairs.append((name.strip().lower(), value.strip()[:2_000]))
    return Message(raw, tuple(pairs))


def written(action: str, **fields: str) -> bytes:
    """An action, ready to be sent. Raises ValueError when a value would begin another line."""
    lines = [f"Action: {action}", *(f"{name}: {value}" for name, value in fields.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError(action)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
