"""What is wrong with a call, as Open311 says it: a status and one sentence for each thing."""

from libs.contracts.errors import HotlineError


class Wrong(HotlineError):
    """The call cannot be answered; each sentence says why, in Vietnamese and English."""

    def __init__(self, status: int, *sentences: str) -> None:
        super().__init__("; ".join(sentences))
        self.status = status
        self.sentences = sentences


def bad(name: str, vi: str, en: str) -> Wrong:
    """400 for one input."""
    return Wrong(400, f"{name}: {vi} / {en}")


def unknown(name: str) -> Wrong:
    """404: what this input names is not there."""
    return Wrong(404, f"{name}: không có / not found")
