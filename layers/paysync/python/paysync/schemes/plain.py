"""A checked scheme as plain data, and that data as JSON text that keeps every number exact."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

Plain: TypeAlias = Mapping[str, Any]
"""A scheme's data with every default filled in: text, whole numbers, Decimals, true and false, lists and mappings."""

_NUMBER: Final = "$number"
_FINGERPRINT_LENGTH: Final = 8


def to_json(data: object) -> str:
    """JSON text; a Decimal becomes a mapping, because JSON's numbers are read as floats elsewhere."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_tagged)


def from_json(text: str) -> Any:
    """What `to_json` wrote."""
    return json.loads(text, object_hook=_untagged)


def fingerprint(plain: Plain) -> str:
    """A short name of the content: comments, blanks and the scheme's own tests do not count, the order of keys does."""
    return hashlib.sha256(to_json(plain).encode()).hexdigest()[:_FINGERPRINT_LENGTH]


def _tagged(value: object) -> Mapping[str, str]:
    if isinstance(value, Decimal):
        return {_NUMBER: str(value)}
    raise TypeError(type(value).__name__)


def _untagged(found: dict[str, Any]) -> Any:
    return Decimal(found[_NUMBER]) if found.keys() == {_NUMBER} else found
