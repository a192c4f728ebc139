"""Troubles of the machinery, as opposed to a decision that said no (`libs.contracts.errors.Refused`)."""

from libs.contracts.errors import HotlineError


class OutcomeUnknown(HotlineError):
    """The server did not confirm in time; the fact may or may not be stored. Ask again with the same id."""


class Unavailable(HotlineError):
    """What this work needs cannot be had at the moment; the same work again, later, may go well."""


class NotProvisioned(HotlineError):
    """The server lacks the streams, buckets or pack of the hotline: run `hotline provision`."""


class PackChanged(HotlineError):
    """Another pack was put in force in the meantime: look at it, then decide again."""
