"""GET discovery, services and services/{code}: where the interface is, and what one may ask for."""

from libs.packs.model import Field, Pack
from services.portal.open311.asking import Ask, Content, Interface
from services.portal.open311.problems import unknown
from services.portal.open311.rendering import FORMATS, Value

CHANGED = "2026-11-22T00:00:00+07:00"
"""When the interface itself changed last."""

SECRET = "secret"  # noqa: S105  the code of an attribute
ATTRIBUTES = (
    ("place", "string", "Nơi xảy ra: xã, phường, địa điểm", ()),
    (SECRET, "singlevaluelist", "Giữ kín họ tên người gửi", (("no", "Không"), ("yes", "Có"))),
)
"""(code, datatype, description, values): the same for every service, none required."""


def offered(pack: Pack) -> list[Field]:
    """The fields with a service: those that the routing table gives to somebody else than the arbiter."""
    served = {route.field for route in pack.routes if not route.arbiter}
    return [field for field in pack.fields if field.code in served]


async def discovery(api: Interface, _ask: Ask) -> Content:
    pack = api.pack
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": api.address,
        "changeset": CHANGED,
        "type": "test" if pack.sample else "production",
        "formats": [FORMATS["xml"], FORMATS["json"]],
    }
    contact = f"{pack.name_vi}, {pack.hotline}"
    return Content(
        "discovery",
        {
            "changeset": CHANGED,
            "contact": contact,
            "key_service": f"Khóa truy cập do quản trị cấp / keys are issued by the administrator: {contact}",
            "endpoints": [endpoint],
        },
    )


async def services(api: Interface, _ask: Ask) -> Content:
    listed: list[Value] = [
        {
            "service_code": field.code,
            "service_name": api.labels.field(field.code),
            "description": field.name_vi,
            "metadata": True,
            "type": "realtime",
            "keywords": field.name_en,
            "group": "",
        }
        for field in offered(api.pack)
    ]
    return Content("services", listed)


async def definition(api: Interface, ask: Ask) -> Content:
    if ask.name not in {field.code for field in offered(api.pack)}:
        raise unknown("service_code")
    attributes: list[Value] = [
        {
            "variable": True,
            "code": code,
            "datatype": datatype,
            "required": False,
            "datatype_description": "",
            "order": order,
            "description": description,
            "values": [{"key": key, "name": name} for key, name in values],
        }
        for order, (code, datatype, description, values) in enumerate(ATTRIBUTES, 1)
    ]
    return Content("service_definition", {"service_code": ask.name, "attributes": attributes})
