"""Requests as they come over the wire: which operation, which form, which data, in any of the four envelopes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from simulators.k3cloud import jsontext
from simulators.k3cloud.answers import FrameworkError

_FORM_SERVICE = re.compile(
    r"/Kingdee\.BOS\.WebApi\.ServicesStub\.DynamicFormService\.(\w+)\.common\.kdsvc$", re.IGNORECASE
)
_DATA_CENTRES = re.compile(r"AccountService\.GetDataCenterList\.common\.kdsvc$", re.IGNORECASE)
QUERIES = frozenset({"ExecuteBillQuery", "BillQuery"})
WITHOUT_FORM = QUERIES | {"QueryBusinessInfo", "WorkflowAudit"}
OPERATIONS = WITHOUT_FORM | {
    *("Push", "Save", "BatchSave", "Draft", "Submit", "Audit", "UnAudit", "Delete", "View", "ExcuteOperation"),
}
_BY_LOWER = {name.lower(): name for name in OPERATIONS}


@dataclass(frozen=True, slots=True)
class Call:
    """One request, unwrapped."""

    operation: str
    form: str
    data: dict[str, Any]
    user: str = ""
    op_number: str = ""


def operation_of(path: str) -> str | None:
    """The operation that a URL path asks for, in its canonical spelling; None if there is no such service."""
    if _DATA_CENTRES.search(path):
        return "GetDataCenterList"
    match = _FORM_SERVICE.search(path)
    return _BY_LOWER.get(match[1].lower()) if match else None


def unwrap(operation: str, body: bytes, content_type: str, user: str) -> Call:
    """Read the body: object, data as a JSON string, {"parameters": […]} or form-urlencoded."""
    envelope = _envelope(body, content_type)
    if "parameters" in envelope:
        envelope = _from_parameters(operation, envelope["parameters"])
    lowered = {key.lower(): value for key, value in envelope.items()}
    data = _data(lowered.get("data", {}))
    form = data.get("FormId", "") if operation in WITHOUT_FORM else lowered.get("formid", "")
    return Call(operation, str(form or ""), data, user, str(lowered.get("opnumber", "")))


def truth(value: object, *, default: bool = False) -> bool:
    """A boolean that came as JSON or as text."""
    if value is None or value == "":
        return default
    return value if isinstance(value, bool) else str(value).strip().lower() == "true"


def _envelope(body: bytes, content_type: str) -> dict[str, Any]:
    if "x-www-form-urlencoded" in content_type.lower():
        return {key: values[0] for key, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    return _object(body.decode("utf-8", "replace"))


def _from_parameters(operation: str, parameters: object) -> dict[str, Any]:
    """Positional: [data] for queries, [formid, data] for the rest, [formid, opNumber, data] for ExcuteOperation."""
    values = json.loads(parameters) if isinstance(parameters, str) else parameters
    if not isinstance(values, list) or not values:
        message = "参数错误：parameters"
        raise FrameworkError(message)
    names: tuple[str, ...] = ("data",) if operation in WITHOUT_FORM else ("formid", "data")
    if operation == "ExcuteOperation":
        names = ("formid", "opNumber", "data")
    return dict(zip(names, values, strict=False))


def _data(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        return _object(value) if value.strip() else {}
    if isinstance(value, dict):
        return value
    message = f"无法将类型{type(value).__name__}转换为JObject"
    raise FrameworkError(message)


def _object(text: str) -> dict[str, Any]:
    try:
        document = jsontext.loads(text)
    except ValueError as error:
        message = f"Newtonsoft.Json.JsonReaderException: {error}"
        raise FrameworkError(message) from error
    if not isinstance(document, dict):
        message = "Newtonsoft.Json.JsonReaderException: JObject expected"
        raise FrameworkError(message)
    return document
