"""What the facts about a case are made of: the person, the slip, a suggestion."""

from pydantic import Field

from libs.contracts.facts import Value


class Person(Value):
    """The citizen or organisation as they introduced themselves (Điều 7.2); all of it optional."""

    name: str = ""
    phone: str = Field("", description="E.164, empty when unknown")
    phone_raw: str = Field("", description="as it was said or typed")
    address: str = ""
    email: str = ""


class Suggestion(Value):
    """One field a person may choose, with the agency that the routing table names for it."""

    field: str
    lead: tuple[str, ...] = ()
    offered: tuple[str, ...] = Field((), description="agencies that may join as coordinators")
    score: float = 0.0
    rule: str = ""


class Slip(Value):
    """Phiếu chuyển: hands the case to a lead agency (Điều 10.1); numbered within the case from 1."""

    number: int = Field(ge=1)
    lead: str
    co_leads: tuple[str, ...] = ()
    coordinating: tuple[str, ...] = ()
    field: str
    place: str | None = Field(None, description="unit code of the pack in force")
    rule: str = Field(description="id of the route that decided, or 'operator'")
    inputs: dict[str, str] = Field(default_factory=dict, description="what the decision was based on")
    note: str = ""
