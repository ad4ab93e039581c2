"""Spans of time as a scheme writes them: `600 s`, `5 min`, `35 d`."""

import re
from datetime import timedelta
from typing import Final

PATTERN: Final = r"^(0|[1-9][0-9]{0,6}) (ms|s|min|h|d)$"
_UNITS: Final = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_SPAN: Final = re.compile(PATTERN, re.ASCII)


def span_of(text: str) -> timedelta:
    """The span that the text names. Raises ValueError for any other text."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return _UNITS[match[2]] * int(match[1])


def written(span: timedelta) -> str:
    """The span in the largest unit that states it exactly."""
    unit, size = next((u, s) for u, s in reversed(_UNITS.items()) if span % s == timedelta(0))
    return f"{span // size} {unit}"
