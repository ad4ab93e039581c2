"""JSON whose numbers stay what was written: Decimal from text, and back to the same text, never a binary float."""

import json
from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from typing import TypeAlias

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]


class JsonError(ValueError):
    """A text that is not JSON, or not of the kind that is asked for."""


def parsed(text: bytes | str) -> Json:
    """The value of a JSON text."""
    try:
        value: Json = json.loads(text, parse_float=Decimal, parse_constant=_refused)
    except ValueError as error:
        message = f"not JSON: {error}"
        raise JsonError(message) from None
    return value


def parsed_object(text: bytes | str) -> JsonObject:
    """The value of a JSON text that must be an object; an empty text is an empty object."""
    value = parsed(text) if text else {}
    if not isinstance(value, dict):
        message = "a JSON object is expected"
        raise JsonError(message)
    return value


def written(value: object) -> str:
    """The JSON text of a value; a Decimal as the digits it was made from."""
    match value:
        case str():
            return quoted(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():  # a float is a share or a pause of a fault, never money
            return str(value)
        case Mapping():
            return "{" + ",".join(f"{quoted(str(key))}:{written(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(written, value)) + "]"
        case _:
            message = f"{type(value).__name__} has no JSON form here"
            raise TypeError(message)


# ------------------------------------------------------------------------------------------------------------------


def _refused(constant: str) -> Json:
    message = f"{constant} is not JSON"
    raise ValueError(message)
