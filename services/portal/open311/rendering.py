"""One value as XML or as JSON, with the same content: what XML cannot say, neither of them says."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from starlette.responses import Response

FORMATS = {"xml": "text/xml", "json": "application/json"}

_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
"""What one item of a list is called."""

_UNSAYABLE = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Letters that XML 1.0 has no way to write, and the carriage return, which it does not keep."""

Value = None | str | int | float | bool | Sequence["Value"] | Mapping[str, "Value"]


def rendered(name: str, value: Value, form: str, status: int = 200) -> Response:
    """The answer; `name` is the root of the XML, JSON has none. `form`: xml or json."""
    sayable = _sayable(value)
    body = xml(name, sayable) if form == "xml" else json.dumps(sayable, ensure_ascii=False).encode()
    return Response(body, status, {"Content-Type": f"{FORMATS[form]}; charset=utf-8"})


def xml(name: str, value: Any) -> bytes:
    """The document with this root."""
    root = ET.Element(name)
    _fill(root, value)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _fill(element: ET.Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, one in value.items():
            _fill(ET.SubElement(element, name), one)
    elif isinstance(value, list):
        for one in value:
            _fill(ET.SubElement(element, _ITEMS[element.tag]), one)
    elif value is not None:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)


def _sayable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSAYABLE.sub("", value)
    if isinstance(value, Mapping):
        return {name: _sayable(one) for name, one in value.items()}
    return [_sayable(one) for one in value] if isinstance(value, list | tuple) else value
