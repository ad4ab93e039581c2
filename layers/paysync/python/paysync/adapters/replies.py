"""A whole answer of a system that speaks JSON, before anybody judges it. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from paysync.adapters import jsontext

_LONG_NUMBER: Final = re.compile(r"\d{9,}|\d{4}(?: \d{4}){2,}(?: \d{1,4})?")
_LIKE_A_TOKEN: Final = re.compile(r"[A-Za-z0-9+/=_-]{28,}")
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer, as far as a judge looks at it."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order they came (numbers as int or Decimal), the total where one is said, and where they lay."""

    rows: Sequence[Mapping[str, object]]
    total: int | None = None
    path: str = ""


def json_in(body: bytes) -> Any:
    """The JSON value, its numbers exact. Raises ValueError for what is none (cut, HTML, another encoding)."""
    return jsontext.loads(body)


def total_in(*places: object) -> int | None:
    """How many rows there are in all, by the first of the places that says so."""
    for place in places:
        said = place.get("total") if isinstance(place, dict) else None
        if isinstance(said, str) and said.isdecimal():
            return int(said)
        if isinstance(said, int) and not isinstance(said, bool) and said >= 0:
            return said
    return None


def masked(text: str) -> str:
    """The vendor's words without what may be an account number or a token."""
    hidden = _LIKE_A_TOKEN.sub("***", text)
    return _LONG_NUMBER.sub(lambda found: "*" * (len(found[0]) - _SHOWN) + found[0][-_SHOWN:], hidden)
