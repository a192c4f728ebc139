"""What every method of the interface is made with, what it is asked, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from libs.packs.model import Pack
from libs.runtime.clock import Clock
from libs.runtime.directory import Directory
from libs.web.labels import Labels
from libs.web.limits import Limits
from services.portal.intake import Intake
from services.portal.open311.inputs import Inputs
from services.portal.open311.partners import Partner
from services.portal.open311.problems import Wrong
from services.portal.open311.rendering import Value
from services.portal.register import Register
from services.portal.store import Store


@dataclass(frozen=True)
class Interface:
    """The parts behind the interface. `address`: its own, with a last slash."""

    store: Store
    register: Register
    intake: Intake
    directory: Directory
    clock: Clock
    partners: tuple[Partner, ...]
    limits: Limits
    address: str
    jurisdiction: str = ""

    @property
    def pack(self) -> Pack:
        return self.directory.pack

    @property
    def labels(self) -> Labels:
        return Labels(self.pack, "vi")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.pack.zone)

    def wire(self, at: datetime | None) -> str | None:
        """W3C form, to the second, with the province's offset."""
        return at.astimezone(self.zone).isoformat(timespec="seconds") if at else None


@dataclass(frozen=True)
class Ask:
    """One call. `name`: what stands in the address; `partner`: whose key came with it."""

    inputs: Inputs
    name: str = ""
    partner: Partner | None = None
    idempotency_key: str = ""

    def sender(self) -> Partner:
        """The partner; Wrong without a key."""
        if self.partner is None:
            raise Wrong(403, "api_key: bắt buộc phải có / required")
        return self.partner


@dataclass(frozen=True)
class Content:
    """What is answered; `name` is the root element of its XML."""

    name: str
    value: Value
