"""The declared fields of a source row: what each may hold, and the record of them as the ledger keeps it. Strict.

A value that does not fit is refused with a reason that never quotes it (it may be an account number).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, assert_never

from paysync.core.conversions import FIRST_MILLISECONDS, LAST_MILLISECONDS
from paysync.core.money import CENT, exact
from paysync.core.records import Record, Scalar
from paysync.core.scheme import FieldSpec, FieldType

LONGEST_TEXT: Final = 1000
_MOST_DIGITS: Final = 30
_DIGEST_LENGTH: Final = 16
_EXPONENT: Final = re.compile(r"\dE[+-]?\d", re.ASCII | re.IGNORECASE)
_FLOAT: Final = "is a binary float, which has lost its exact value"


def at(name: str, row: Mapping[str, object]) -> object:
    """The value of a field by its name as it is, or by its dotted path through groups; None where there is none."""
    if name in row:
        return row[name]
    here: object = row
    for key in name.split("."):
        if not isinstance(here, Mapping):
            return None
        here = here.get(key)
    return here


def misfit(spec: FieldSpec, value: object, *, required: bool = False) -> str:
    """Why the value is not one of this field, going on from the field's name, or nothing."""
    if value is None or value == "":
        return "is missing" if required or spec.required else ""
    match spec.type:
        case FieldType.STRING:
            return _not_text(value)
        case FieldType.AMOUNT:
            return _not_amount(value)
        case FieldType.EPOCH_MS:
            return _not_milliseconds(value)
        case FieldType.INTEGER:
            return _not_whole(value)
        case FieldType.ANY:
            return _not_any(value)
        case unreachable:
            assert_never(unreachable)


def record_of(specs: Iterable[FieldSpec], row: Mapping[str, object]) -> Record:
    """The declared fields as they came; groups and lists as JSON text; nothing that a ledger could not keep."""
    return {spec.name: scalar(at(spec.name, row)) for spec in specs}


def scalar(value: object) -> Scalar:
    """The value as a single one that can be kept."""
    match value:
        case None | bool():
            return value
        case str():
            return _sound(value)[:LONGEST_TEXT]
        case int() | Decimal() if len(str(value)) <= _MOST_DIGITS and Decimal(value).is_finite():
            return value
        case int() | Decimal() | float():
            return str(value)[:LONGEST_TEXT]
        case _:
            return json_text(value)[:LONGEST_TEXT]


def json_text(value: object) -> str:
    """Compact JSON text of anything a source may send; characters that no storage takes become marks."""
    return _sound(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_spelled))


def digest_of(specs: Iterable[FieldSpec], record: Record) -> str:
    """A stable fingerprint of the record's content: no order, no missing fields, `1.5` and `"1.50"` the same amount."""
    content = sorted((s.name, _canonical(s, record[s.name])) for s in specs if record.get(s.name) is not None)
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:_DIGEST_LENGTH]


# ----------------------------------------------------------------------------------------------------------------------


def _canonical(spec: FieldSpec, value: Scalar) -> str:
    number = exact(value) if spec.type in {FieldType.AMOUNT, FieldType.EPOCH_MS, FieldType.INTEGER} else None
    if number is not None:
        return f"number {number.normalize():f}"
    return f"{type(value).__name__} {value}"


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _spelled(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else repr(value)


def _not_text(value: object) -> str:
    if not isinstance(value, str):
        return f"must be text, but is {_kind(value)}"
    if _sound(value) != value:
        return "has characters that are no valid text"
    return "" if len(value) <= LONGEST_TEXT else f"is longer than {LONGEST_TEXT} characters"


def _not_amount(value: object) -> str:
    number = exact(value)
    if number is not None:
        return "" if number == number.quantize(CENT) else "has more than two decimals"
    if isinstance(value, str) and "," in value:
        return "has a thousands separator"
    if isinstance(value, (str, Decimal)) and _EXPONENT.search(str(value)):
        return "is written with an exponent"
    if isinstance(value, float):
        return _FLOAT
    return "is not a plain decimal number" if isinstance(value, str) else f"must be a number, but is {_kind(value)}"


def _not_milliseconds(value: object) -> str:
    number = exact(value)
    if number is None or number != number.to_integral_value():
        return "is not a time in whole milliseconds since 1970 (a date text is not guessed)"
    if FIRST_MILLISECONDS <= number <= LAST_MILLISECONDS:
        return ""
    seconds = FIRST_MILLISECONDS <= number * 1000 <= LAST_MILLISECONDS
    return "is in seconds, not milliseconds" if seconds else "is not a time in milliseconds since 1970"


def _not_whole(value: object) -> str:
    number = exact(value)
    return "" if number is not None and number == number.to_integral_value() else "is not a whole number"


def _not_any(value: object) -> str:
    if isinstance(value, float):
        return _FLOAT
    fits = _sound(value) == value if isinstance(value, str) else True
    length = len(value) if isinstance(value, str) else len(json_text(value))
    if not fits:
        return "has characters that are no valid text"
    return "" if length <= LONGEST_TEXT else f"is longer than {LONGEST_TEXT} characters"


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | Decimal() | float():
            return "a number"
        case Mapping():
            return "a group"
        case list() | tuple():
            return "a list"
        case _:
            return "something else"
