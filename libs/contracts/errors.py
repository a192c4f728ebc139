"""The two kinds of trouble: a decision that said no (final), and everything else (retried, then parked)."""


class HotlineError(Exception):
    """Something went wrong; without a message of its own, an error says what its class stands for."""

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").strip()


class Refused(HotlineError):
    """The rules said no. Final: the same request would be refused again.

    Carries a message for the person, Vietnamese first, and the name of the input it is about, if any.
    """

    def __init__(self, vi: str, en: str, *, field: str = "", stale: bool = False) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en
        self.field = field
        self.stale = stale
