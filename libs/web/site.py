"""What every page says about the hotline it belongs to, taken from the province pack."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from libs.packs.model import Pack


@dataclass(frozen=True)
class Site:
    """The hotline as its pages name it; `sample` marks a demonstration."""

    name_vi: str
    name_en: str
    hotline: str
    zone: ZoneInfo
    sample: bool = False

    def name(self, lang: str) -> str:
        return self.name_en if lang == "en" else self.name_vi


def site_of(pack: Pack) -> Site:
    return Site(pack.name_vi, pack.name_en, pack.hotline, ZoneInfo(pack.zone), pack.sample)
