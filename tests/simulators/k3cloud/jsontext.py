"""JSON in which money stays decimal: numbers are read as Decimal and written from their decimal text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def loads(text: str | bytes) -> Any:
    """Read a document; a number with a point becomes a Decimal, never a float."""
    return json.loads(text, parse_float=Decimal)


def dumps(value: object, *, date_separator: str = "T") -> str:
    """Write a document; Decimals as bare numbers, dates as K3Cloud writes them."""
    parts: list[str] = []
    _write(value, parts.append, date_separator)
    return "".join(parts)


def _write(value: object, put: Any, separator: str) -> None:
    if isinstance(value, str):
        put(json.dumps(value, ensure_ascii=False))
    elif isinstance(value, bool) or value is None:
        put({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, Decimal):
        put(f"{value:f}")
    elif isinstance(value, int | float):
        put(json.dumps(value))
    elif isinstance(value, date):
        put(json.dumps(date_text(value, separator)))
    elif isinstance(value, Mapping):
        _write_object(value, put, separator)
    elif isinstance(value, list | tuple):
        _write_array(value, put, separator)
    else:
        message = f"not JSON: {type(value).__name__}"
        raise TypeError(message)


def _write_object(value: Mapping[Any, Any], put: Any, separator: str) -> None:
    put("{")
    for index, (key, item) in enumerate(value.items()):
        put(("," if index else "") + json.dumps(str(key), ensure_ascii=False) + ":")
        _write(item, put, separator)
    put("}")


def _write_array(value: list[Any] | tuple[Any, ...], put: Any, separator: str) -> None:
    put("[")
    for index, item in enumerate(value):
        if index:
            put(",")
        _write(item, put, separator)
    put("]")


def date_text(value: date, separator: str = "T") -> str:
    """`2025-01-31T00:00:00`, or with milliseconds where the value has them."""
    stamp = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return stamp.isoformat(sep=separator, timespec="milliseconds" if stamp.microsecond else "seconds")
