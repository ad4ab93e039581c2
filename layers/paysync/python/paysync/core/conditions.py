"""Row conditions: an OR of ANDs over the declared fields. Who fails is counted; whom none can judge is rejected.

A literal ``timestamp:1704067200`` is a time in seconds, for fields of epoch milliseconds. A missing value equals
nothing, is neither greater nor less than anything, and contains nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from paysync.core.money import exact
from paysync.core.records import Record, Scalar
from paysync.core.scheme import Condition, FieldType

EMPTY: Final = frozenset({"isnull", "notnull"})
ORDERED: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "gt": lambda a, b: a > b,
    "egt": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "elt": lambda a, b: a <= b,
}
LOGICS: Final = ("eq", "neq", *ORDERED, "between", "like", "notlike", *sorted(EMPTY))
_NUMERIC: Final = frozenset({FieldType.AMOUNT, FieldType.EPOCH_MS, FieldType.INTEGER})
_TIMESTAMP: Final = "timestamp:"
_MS: Final = 1000


class UndecidableError(ValueError):
    """A value that a condition cannot judge: the row is rejected with this reason, never filtered by accident."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def fits(where: Sequence[Sequence[Condition]], record: Record, types: Mapping[str, FieldType]) -> bool:
    """Whether one of the alternatives holds in all its lines; no alternative at all lets every row pass."""
    return not where or any(all(holds(line, record, types[line.field]) for line in lines) for lines in where)


def holds(condition: Condition, record: Record, kind: FieldType) -> bool:
    """Whether one line holds. Raises UndecidableError where the value is not of a kind that it can judge."""
    value = record.get(condition.field)
    missing = value is None or value == ""
    match condition.logic:
        case "isnull" | "notnull":
            return missing == (condition.logic == "isnull")
        case "eq" | "neq":
            return (not missing and _equal(value, condition.value, kind)) == (condition.logic == "eq")
        case "like" | "notlike":
            return (not missing and str(condition.value) in str(value)) == (condition.logic == "like")
        case "between":
            low, high = _bounds(condition.value, kind)
            return not missing and low <= _number(condition.field, value) <= high
        case logic:
            return not missing and ORDERED[logic](_number(condition.field, value), _literal(condition.value, kind))


def misuse(condition: Condition, kind: FieldType) -> str:
    """What is wrong with a line's literal, or nothing. Its logic is in the list."""
    value, logic = condition.value, condition.logic
    if logic in EMPTY:
        return "" if value is None else f"{logic} takes no value"
    if value is None or value == "":
        return f"{logic} needs a value; for no value use isnull or notnull"
    try:
        if logic == "between":
            _bounds(value, kind)
        elif logic in ORDERED or (logic in {"eq", "neq"} and kind in _NUMERIC):
            _literal(value, kind)
    except ValueError as error:
        return str(error)
    return ""


# ----------------------------------------------------------------------------------------------------------------------


def _equal(value: Scalar, literal: Scalar, kind: FieldType) -> bool:
    if kind in _NUMERIC:
        return exact(value) == _literal(literal, kind)
    numbers = isinstance(value, (int, Decimal)) and isinstance(literal, (int, Decimal))
    return value == literal if numbers else _spelled(value) == _spelled(literal)


def _spelled(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(field: str, value: Scalar) -> Decimal:
    number = exact(value)
    if number is None:
        raise UndecidableError(field, "is not a plain number, so the scheme's condition cannot judge it")
    return number


def _bounds(literal: Scalar, kind: FieldType) -> tuple[Decimal, Decimal]:
    low, comma, high = str(literal).partition(",")
    if not comma:
        raise ValueError('between needs two values in one text, e.g. "100,500"')
    first, last = _literal(low.strip(), kind), _literal(high.strip(), kind)
    if first > last:
        raise ValueError("between needs the smaller value first")
    return first, last


def _literal(literal: Scalar, kind: FieldType) -> Decimal:
    text = str(literal)
    is_time = text.startswith(_TIMESTAMP)
    number = exact(text.removeprefix(_TIMESTAMP))
    if number is None or isinstance(literal, bool):
        raise ValueError("the value must be a plain number, or timestamp: with whole seconds")
    if is_time and kind is not FieldType.EPOCH_MS:
        raise ValueError("timestamp: is for fields of type epoch_ms")
    return number * _MS if is_time else number
