"""What gateways and mail servers report of letters after they took them; written by intake, read by notifier.

On `delivery.<way>.<reference>.<fact>`, each once. A report is a claim from outside: it names a letter of ours
or the gateway's own id of it, and the notifier believes only what it knows to have sent.
"""

from typing import ClassVar

from pydantic import Field

from libs.contracts.facts import Happened, Token


class DeliveryFact(Happened):
    """About one letter: by its id of ours (`letter`), else by the one the gateway gave it (`gateway_id`)."""

    prefix: ClassVar[str] = "Delivery"

    way: Token = Field(description="email, sms, zalo, zns, facebook")
    reference: Token = Field(description="128 bits in hex, of whatever names the letter")
    letter: str = ""
    gateway_id: str = ""
    status: str = Field("", description="the code of the report: 5.1.1, DELIVRD, -118")


class DeliveryArrived(DeliveryFact):
    """It is on the citizen's device, or in their mailbox."""


class DeliveryDelayed(DeliveryFact):
    """Still being tried by the one who took it; nothing to do."""


class DeliveryFailed(DeliveryFact):
    """It will not arrive."""


class DeliveryDenied(DeliveryFact):
    """The recipient called it junk: no more on this way."""


DELIVERY_FACTS: dict[str, type[DeliveryFact]] = {cls.stem(): cls for cls in DeliveryFact.__subclasses__()}
