"""What the facts about a case are made of: the person, the origin of words, files, the slip."""

from pydantic import Field

from libs.contracts.facts import Token, Value


class Person(Value):
    """The citizen or organisation as they introduced themselves (Điều 7.2); all of it optional."""

    name: str = ""
    phone: str = Field("", description="E.164, empty when unknown")
    phone_raw: str = Field("", description="as it was said or typed")
    address: str = ""
    email: str = ""


class Origin(Value):
    """Where words came from on a channel that can be answered. Ids of providers are strings, always."""

    account: str = Field("", description="ours: the id of the official account or page, the mailbox")
    person: str = Field("", description="theirs: the provider's id of the person, the address, the client")
    thread: str = Field("", description="what a reply refers to: the message id, the comment, the ticket")
    public: bool = Field(False, description="said where everybody reads it: a comment below a post")


class Spot(Value):
    """A point on the map, WGS 84, degrees."""

    lat: float = Field(ge=-90, le=90)
    long: float = Field(ge=-180, le=180)


class Attached(Value):
    """A photo, a document, a recording: its content lies in the object store FILES under `id`.

    `lost` says why there is no content: too-large, refused-type, infected, unreachable …
    """

    id: Token = Field(description="128 bits in hex")
    type: str = Field("", description="media type as it was sniffed, never as it was announced")
    size: int = Field(0, ge=0, description="bytes as stored")
    sha256: str = Field("", description="of the stored content")
    label: str = Field("", description="what the sender called it; shown as text, never used as a name")
    lost: str = ""


class Suggestion(Value):
    """One field a person may choose, with the agency that the routing table names for it."""

    field: str
    lead: tuple[str, ...] = ()
    offered: tuple[str, ...] = Field((), description="agencies that may join as coordinators")
    score: float = 0.0
    rule: str = ""
    words: tuple[str, ...] = Field((), description="of the citizen's, that speak most for the field")


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
