"""Codes as they may stand in a label: of the pack in force, or `other`, so that no fact can invent series."""

from libs.packs.model import NotInPack, Pack

DESK = "desk"
"""Stands where no agency has the case: the hotline's own desk."""

OTHER = "other"
CITIZEN = "citizen"
"""Stands where a letter went to the citizen."""


class Labels:
    """The codes of one pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.agencies = {agency.code: agency.name_vi for agency in pack.agencies}
        self.fields = {field.code: field.name_vi for field in pack.fields}
        self.channels = {channel.code: channel.name_vi for channel in pack.channels}
        self.districts = {unit.code: unit.name_vi for unit in pack.units if unit.level == "district"}
        self.legal = [kind.code for kind in pack.clocks if kind.basis == "law"]
        self.policy = {kind.code: kind.name_vi for kind in pack.clocks if kind.basis == "policy"}
        self.reasons = {reason.code for reason in pack.reasons if reason.kind == "reject"}

    def agency(self, code: str) -> str:
        """No agency is the desk."""
        return _known(code, self.agencies) if code else DESK

    def field(self, code: str) -> str:
        return _known(code, self.fields)

    def channel(self, code: str) -> str:
        return _known(code, self.channels)

    def kind(self, code: str) -> str:
        return code if code in self.policy or code in self.legal else OTHER

    def reason(self, code: str) -> str:
        return OTHER if code not in self.reasons else code

    def district(self, place: str) -> str:
        """The district a place lies in; `other` for none or an unknown place."""
        if not place:
            return OTHER
        try:
            units = self.pack.enclosing(place)
        except NotInPack:
            return OTHER
        return next((unit.code for unit in units if unit.level == "district"), OTHER)

    def holder(self, status: str, agency: str) -> str:
        """Who has the case in hand: its slip's lead, the arbiter, or the desk."""
        return self.agency(self.pack.arbiter if status == "arbiter" else agency)


def _known(code: str, names: dict[str, str]) -> str:
    return code if code in names else OTHER
