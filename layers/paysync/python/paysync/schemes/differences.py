"""What two schemes say differently, value by value."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paysync.schemes.plain import Plain

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two schemes differ; `–` where one of them says nothing."""

    place: str
    left: str
    right: str


def differences(left: Plain, right: Plain) -> tuple[Difference, ...]:
    """The places where they differ, in the left one's order."""
    one, other = dict(_values(left, "")), dict(_values(right, ""))
    return tuple(
        Difference(place, one.get(place, NOTHING), other.get(place, NOTHING))
        for place in {**one, **other}
        if one.get(place) != other.get(place)
    )


def _values(data: object, place: str) -> Iterator[tuple[str, str]]:
    """Every single value by its place; a step by its name, so that one more does not shift the others."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _values(value, f"{place}.{key}" if place else str(key))
    elif isinstance(data, (list, tuple)):
        for index, value in enumerate(data):
            name = value.get("step", index) if isinstance(value, Mapping) else index
            yield from _values(value, f"{place}.{name}")
    else:
        yield place, _told(data)


def _told(data: object) -> str:
    """As a scheme's file spells it: text in quotes, since the text 600 is not the number."""
    if isinstance(data, str):
        return repr(str(data))
    return json.dumps(data) if data is None or isinstance(data, bool) else str(data)
