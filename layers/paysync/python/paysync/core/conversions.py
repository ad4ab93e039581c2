"""What the filters of templates do: one value in, one value out, or a reason in words that never quotes the value."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeAlias
from urllib.parse import quote
from zoneinfo import ZoneInfo

from paysync.core.money import CENT, exact, plain
from paysync.core.times import MILLISECOND, Instant, epoch_ms, from_epoch_ms

Value: TypeAlias = "str | int | Decimal | bool | Instant | list[Value]"
"""What stands in a slot on its way through the filters. A missing value is None, and only `default` takes it."""

FIRST_MILLISECONDS: Final = 10**12
"""September 2001. A smaller number is seconds, or no time at all (maycur-openapi.md 7.8)."""
LAST_MILLISECONDS: Final = 10**13 - 1
_MOST_PLACES: Final = 10


class FilterError(ValueError):
    """A value that a filter cannot take; the text says why, without the value."""


def as_text(value: Value) -> str:
    """The value as text: Decimals plain, without an exponent; times and lists have no text of their own."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case str() | int():
            return str(value)
        case datetime():
            raise FilterError("is a time: name its form, e.g. |date or |epoch_ms")
        case _:
            raise FilterError("is a list: join it with |implode(',')")


def piece_of_path(value: Value) -> str:
    """The value as one piece of a URL's path; an empty one or one of dots would name another place."""
    text = as_text(value)
    if not text.strip("."):
        raise FilterError("is empty or nothing but dots, which cannot be a piece of a path")
    return quote(text, safe="")


def instant(value: Value) -> Instant:
    """The time that an instant or whole epoch milliseconds name; seconds and date texts are refused, not guessed."""
    if isinstance(value, datetime):
        return value
    number = None if isinstance(value, list) else exact(value)
    if number is None or number != number.to_integral_value():
        raise FilterError("is not a time in whole milliseconds since 1970")
    if not FIRST_MILLISECONDS <= number <= LAST_MILLISECONDS:
        raise FilterError("is not in milliseconds since 1970 (13 digits)")
    return from_epoch_ms(int(number))


def decimal(value: Value) -> Decimal:
    """The number that the value states exactly, in plain notation."""
    number = None if isinstance(value, (list, datetime)) else exact(value)
    if number is None:
        raise FilterError("is not a plain decimal number")
    return number


def amount(value: Value) -> str:
    """Plain decimal text with two places; a third decimal is refused, not rounded."""
    number = decimal(value)
    if number != number.quantize(CENT):
        raise FilterError("has more than two decimals")
    return plain(number)


def rounded(value: Value, places: int) -> Decimal:
    """The number with so many places, half away from zero."""
    return decimal(value).quantize(Decimal(1).scaleb(-min(abs(places), _MOST_PLACES)), ROUND_HALF_UP)


def whole(value: Value) -> int:
    """The whole part of the number: cut, not rounded."""
    return int(decimal(value))


def truth(value: Value) -> bool:
    """True and false as both vendors write them."""
    text = as_text(value).strip().lower()
    if text not in {"true", "false", "1", "0"}:
        raise FilterError("is neither true nor false")
    return text in {"true", "1"}


def local(value: Value, form: str, zone: str) -> str:
    """The time in `zone`, written by `form`."""
    return instant(value).astimezone(ZoneInfo(zone)).strftime(form)


def seconds(value: Value) -> str:
    """Whole seconds since 1970; what is left of a second is cut."""
    return str(epoch_ms(instant(value)) // 1000)


def milliseconds(value: Value) -> str:
    """Milliseconds since 1970."""
    return str(epoch_ms(instant(value)))


def shifted(value: Value, span: timedelta) -> Instant:
    """The time `span` later, or earlier."""
    return instant(value) + span


def later_ms(value: Value, count: int) -> Instant:
    """The time so many milliseconds later."""
    return shifted(value, MILLISECOND * count)


def later_days(value: Value, count: int) -> Instant:
    """The time so many times 24 hours later."""
    return shifted(value, timedelta(days=count))


def pieces(value: Value, separator: str) -> list[Value]:
    """The text cut at `separator`, without outer blanks and empty pieces; a list stays what it is."""
    if isinstance(value, list):
        return value
    parts = as_text(value).split(separator) if separator else [as_text(value)]
    return [part.strip() for part in parts if part.strip()]


def joined(value: Value, separator: str) -> str:
    """The list's values as one text."""
    if not isinstance(value, list):
        raise FilterError("is not a list; a field of type any that holds one is read by |json first")
    return separator.join(as_text(item) for item in value)


def parsed(value: Value) -> Value:
    """What a JSON text says: a list or a single value (numbers as int or Decimal)."""
    try:
        found = json.loads(as_text(value), parse_float=Decimal, parse_constant=_no_constant)
    except ValueError:
        raise FilterError("is not JSON") from None
    return _plain_json(found)


def compact(value: Value) -> str:
    """The text without any white space, inside too."""
    return "".join(as_text(value).split())


def first_characters(value: Value, count: int) -> str:
    """At most the first `count` characters."""
    return as_text(value)[: max(count, 0)]


def present(value: "Value | None", instead: Value) -> Value:
    """The value, or `instead` where it is missing or empty."""
    return instead if value is None or value == "" else value


def _no_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are no JSON")


def _plain_json(found: object) -> Value:
    if isinstance(found, Sequence) and not isinstance(found, str):
        return [_plain_json(item) for item in found]
    if isinstance(found, (str, int, Decimal, bool)):
        return found
    raise FilterError("is JSON, but neither a value nor a list of values")
