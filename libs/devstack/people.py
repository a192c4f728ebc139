"""The demo log-ins of a province: one person for each thing that is to be tried out."""

from collections.abc import Iterator
from datetime import date

from libs.packs.model import Agency, Pack

Person = tuple[str, str, str, str]
"""Log-in, role, agency, name."""

KNOWN = {"SYT": "so-y-te", "SCT": "so-cong-thuong", "UBND_406": "quang-xuong"}
"""Agencies whose officers are there wherever the pack has them, by their log-ins."""


def people_of(pack: Pack, day: date) -> list[Person]:
    """Two operators, officers of two departments, a district and a commune below it, and those above."""
    people = [
        ("tong-dai-1", "operator", "", "Điện thoại viên mẫu số 1"),
        ("tong-dai-2", "operator", "", "Điện thoại viên mẫu số 2"),
    ]
    for agency in _officers(pack, day):
        login = KNOWN.get(agency.code, agency.code.lower().replace("_", "-"))
        people.append((login, "officer", agency.code, f"Cán bộ đầu mối mẫu {agency.name_vi}"))
    people.append(("dieu-phoi", "arbiter", pack.arbiter, "Cán bộ điều phối mẫu"))
    police = _first(pack, day, "police")
    people += [("cong-an", "police", one.code, f"Cán bộ xác minh mẫu {one.name_vi}") for one in police]
    return [*people, ("quan-tri", "administrator", "", "Quản trị mẫu")]


def _officers(pack: Pack, day: date) -> Iterator[Agency]:
    there = {agency.code: agency for agency in pack.agencies if agency.in_force(day)}
    yield from (there[code] for code in KNOWN if code in there)
    district = there.get("UBND_406") or next(iter(_first(pack, day, "district")), None)
    if district and district.code not in KNOWN:
        yield district
    communes = [one for one in there.values() if one.kind == "commune"]
    below = [one for one in communes if district and one.supervisor == district.code]
    yield from (below or communes)[:1]


def _first(pack: Pack, day: date, kind: str) -> list[Agency]:
    return [one for one in pack.agencies if one.kind == kind and one.in_force(day)][:1]
