"""FilterString: the one quoting function, and the small builder through which alone values enter a filter (5.2).

K3Cloud has no bind parameters. An over-broad filter is worse than an error, because it adopts the wrong bill; hence
field names follow a fixed pattern, text is quoted here and nowhere else, and every answer is compared again.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from paysync.core.errors import DefectError
from paysync.core.keys import speakable

_FIELD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?")
_ID: Final = re.compile(r"[1-9][0-9]{0,18}")


class Condition(str):
    """A piece of a filter that was made here. Any other text is refused where a condition is wanted."""

    __slots__ = ()


def quoted(text: str) -> str:
    """`text` as exactly one literal. Raises DefectError for control characters: callers ask `speakable` first."""
    if not speakable(f"x{text}"):  # blank text is a value, too
        raise DefectError.of("a control character cannot enter a filter")
    return "'" + text.replace("'", "''") + "'"


def field(name: str) -> str:
    """`name` if it can be a field's key, with at most one dotted attribute."""
    if not _FIELD.fullmatch(name):
        raise DefectError.of(f"{name!r} is no field key")
    return name


def is_field(name: str) -> bool:
    """Whether `name` can be a field's key."""
    return bool(_FIELD.fullmatch(name))


def text_in(name: str, values: Iterable[str]) -> Condition:
    """The field is one of these texts."""
    return _in(name, [quoted(value) for value in values])


def id_in(name: str, values: Iterable[str]) -> Condition:
    """The field is one of these internal ids: bare where they are whole numbers, quoted where they are not."""
    return _in(name, [value if _ID.fullmatch(value) else quoted(value) for value in values])


def equals(name: str, value: str | int | Decimal) -> Condition:
    """The field is this text, or this number."""
    return compared(name, "=", value)


def compared(name: str, operator: Literal["=", "<>", "<", "<=", ">", ">="], value: str | int | Decimal) -> Condition:
    """The field against one text or number."""
    return Condition(f"{field(name)}{operator}{_literal(value)}")


def dated(name: str, first: date, before: date) -> Condition:
    """The field is a time from the start of `first` to the end of the day before `before`."""
    return both(compared(name, ">=", first.isoformat()), compared(name, "<", before.isoformat()))


def both(*conditions: Condition) -> Condition:
    """All of them."""
    return _joined(" and ", conditions)


def either(*conditions: Condition) -> Condition:
    """At least one of them."""
    return _joined(" or ", conditions)


def _in(name: str, literals: list[str]) -> Condition:
    if not literals:
        raise DefectError.of(f"a filter on {name} without a value would let every row through")
    return Condition(f"{field(name)} in ({','.join(dict.fromkeys(literals))})")


def _literal(value: str | int | Decimal) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool) or (isinstance(value, Decimal) and not value.is_finite()):
        raise DefectError.of(f"{value!r} is no number")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _joined(word: str, conditions: tuple[Condition, ...]) -> Condition:
    if not conditions or not all(isinstance(one, Condition) for one in conditions):
        raise DefectError.of("a filter is built from conditions of this module")
    return conditions[0] if len(conditions) == 1 else Condition(word.join(f"({one})" for one in conditions))
