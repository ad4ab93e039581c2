"""The closed list of filters: name, arguments, what it gives, and an example that a test runs.

Withheld on purpose: `dateDescription` (its text depends on when it is rendered: a retry would send something else), and
arithmetic, CASE and every other expression (`_function`), whose error became the value itself on the platform that
paysync replaces. Here an error rejects the row. `amount` was for display there (`￥1,000.00`), here a plain decimal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias, assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from paysync.core import conversions as to
from paysync.core.conversions import FilterError, Value
from paysync.core.scheme import Call

__all__ = ["FILTERS", "Example", "Filter", "FilterError", "Parameter", "Value", "applied", "misuse"]

Argument: TypeAlias = str | int
Kind: TypeAlias = Literal["text", "whole", "zone", "any"]
Sort: TypeAlias = Literal["any", "text", "number", "time", "list"]
"""What sort of value goes through a filter; `any` where only the row itself will show it."""
_SHANGHAI: Final = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a filter: its name, what it may be, and what it is when left out (None: it must be given)."""

    name: str
    kind: Kind
    default: Argument | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """`before` through the filter with `arguments` gives `after`."""

    before: "Value | None"
    after: Value
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. `typed`: as the last filter of a template that is one single slot it gives more than text.

    `takes` is `any` unless no other sort can be meant; a scheme that gives it another one is refused.
    """

    name: str
    says: str
    does: Callable[..., Value]
    examples: tuple[Example, ...]
    parameters: tuple[Parameter, ...] = ()
    typed: bool = False
    takes_missing: bool = False
    takes: Sort = "any"
    gives: Sort = "text"


_MS = 1675180799999  # 2023-01-31 23:59:59.999 in China, 15:59:59.999 UTC
_ZONE = (Parameter("zone", "zone", _SHANGHAI),)


def _local(name: str, form: str, says: str, example: str) -> Filter:
    return Filter(
        name,
        f"{says} of a time, in the zone given, else in China's",
        lambda value, zone: to.local(value, form, zone),
        (Example(_MS, example),),
        _ZONE,
        takes="time",
    )


_ALL: Final = (
    _local("date", "%Y-%m-%d", "The day", "2023-01-31"),
    _local("dateTime", "%Y-%m-%d %H:%M:%S", "Day and time, to the second,", "2023-01-31 23:59:59"),
    _local("time", "%H:%M:%S", "The time of day, to the second,", "23:59:59"),
    _local("shortDate", "%m-%d", "Month and day", "01-31"),
    _local("shortTime", "%H:%M", "Hour and minute", "23:59"),
    _local("shortDateTime", "%m-%d %H:%M", "Month, day, hour and minute", "01-31 23:59"),
    Filter(
        "timestamp",
        "Whole seconds since 1970; the rest is cut",
        to.seconds,
        (Example(_MS, "1675180799"),),
        takes="time",
    ),
    Filter("timestamp_ms", "Milliseconds since 1970", to.milliseconds, (Example(_MS, "1675180799999"),), takes="time"),
    Filter("epoch_s", "The same as timestamp", to.seconds, (Example(_MS, "1675180799"),), takes="time"),
    Filter(
        "epoch_ms",
        "The same as timestamp_ms",
        to.milliseconds,
        (Example("1675180799999", "1675180799999"),),
        takes="time",
    ),
    Filter(
        "plus_ms",
        "The time so many milliseconds later; name its form with a further filter",
        to.later_ms,
        (Example(_MS, to.instant(_MS + 1), (1,)), Example(_MS, to.instant(_MS - 1), (-1,))),
        (Parameter("count", "whole"),),
        takes="time",
        gives="time",
    ),
    Filter(
        "plus_days",
        "The time so many times 24 hours later; name its form with a further filter",
        to.later_days,
        (Example(_MS, to.instant(_MS - 86_400_000), (-1,)),),
        (Parameter("count", "whole"),),
        takes="time",
        gives="time",
    ),
    Filter(
        "amount",
        "Plain decimal text with two places; a third decimal is refused",
        to.amount,
        (Example(Decimal("1234.5"), "1234.50"), Example("1234.50", "1234.50"), Example(100, "100.00")),
    ),
    Filter(
        "number",
        "An exact number, sent as a JSON number",
        to.decimal,
        (Example("1234.50", Decimal("1234.50")),),
        typed=True,
        gives="number",
    ),
    Filter(
        "round",
        "Rounded to so many places (2), half away from zero; text, unless the filter number follows",
        to.rounded,
        (Example("2.345", Decimal("2.35")), Example("2.5", Decimal(3), (0,))),
        (Parameter("places", "whole", 2),),
        gives="number",
    ),
    Filter(
        "intval",
        "The whole part, cut and not rounded, sent as a JSON number",
        to.whole,
        (Example("12.9", 12), Example("100003", 100003)),
        typed=True,
        gives="number",
    ),
    Filter(
        "bool",
        "true or false, sent as JSON",
        to.truth,
        (Example("true", after=True), Example(0, after=False)),
        typed=True,
    ),
    Filter(
        "text", "The value as text", to.as_text, (Example(Decimal("1E+3"), "1000"), Example(before=True, after="true"))
    ),
    Filter(
        "url",
        "As one piece of a path: what would end it is escaped. Every template in an http endpoint ends in it by itself",
        to.piece_of_path,
        (Example("付款/1", "%E4%BB%98%E6%AC%BE%2F1"), Example("a b", "a%20b")),
    ),
    Filter("trim", "Without outer blanks", lambda v: to.as_text(v).strip(), (Example(" 6222 0001 ", "6222 0001"),)),
    Filter("compact", "Without any blanks", to.compact, (Example(" 6222 0001 ", "62220001"),)),
    Filter("upper", "In capitals", lambda value: to.as_text(value).upper(), (Example("fk-1", "FK-1"),)),
    Filter("lower", "In small letters", lambda value: to.as_text(value).lower(), (Example("FK-1", "fk-1"),)),
    Filter(
        "longText",
        "At most so many characters (15), counted from the first",
        to.first_characters,
        (Example("一二三四五", "一二三", (3,)),),
        (Parameter("count", "whole", 15),),
    ),
    Filter(
        "list",
        "A JSON list: the text cut at the separator (,), without outer blanks and empty pieces",
        to.pieces,
        (Example("A, B,", ["A", "B"]), Example("A;B", ["A", "B"], (";",))),
        (Parameter("separator", "text", ","),),
        typed=True,
        gives="list",
    ),
    Filter(
        "implode",
        "A list's values as one text, with the separator (,) between them",
        to.joined,
        (Example(["A", "B"], "A,B"), Example(["A", "B"], "A / B", (" / ",))),
        (Parameter("separator", "text", ","),),
        takes="list",
    ),
    Filter(
        "json",
        "What a JSON text says (a field of type any keeps lists as JSON text)",
        to.parsed,
        (Example('["A","B"]', ["A", "B"]), Example("1.50", Decimal("1.50"))),
        typed=True,
        gives="any",
    ),
    Filter(
        "default",
        "The argument where the value is missing or empty; must be the first filter to catch a missing one",
        to.present,
        (Example(None, "-", ("-",)), Example("", 0, (0,)), Example("A", "A", ("-",))),
        (Parameter("instead", "any"),),
        takes_missing=True,
        gives="any",
    ),
)

FILTERS: Final[Mapping[str, Filter]] = {entry.name: entry for entry in _ALL}


def applied(call: Call, value: "Value | None") -> Value:
    """The value after one filter. Raises FilterError with the reason, never with the value."""
    entry = FILTERS[call.name]
    if value is None and not entry.takes_missing:
        raise FilterError("is missing")
    defaults = (parameter.default for parameter in entry.parameters[len(call.arguments) :])
    return entry.does(value, *call.arguments, *defaults)


def misuse(call: Call) -> str:
    """What is wrong with a filter's arguments, or nothing. The filter's name is in the list."""
    parameters = FILTERS[call.name].parameters
    if len(call.arguments) > len(parameters):
        return f"|{call.name} takes {len(parameters) or 'no'} argument{'' if len(parameters) == 1 else 's'}"
    for parameter, argument in zip(parameters, call.arguments, strict=False):
        wrong = _misfit(parameter, argument)
        if wrong:
            return f"|{call.name}: {parameter.name} {wrong}"
    missing = [parameter.name for parameter in parameters[len(call.arguments) :] if parameter.default is None]
    return f"|{call.name} needs an argument: {missing[0]}" if missing else ""


def _misfit(parameter: Parameter, argument: Argument) -> str:
    match parameter.kind:
        case "whole":
            return "" if isinstance(argument, int) else "must be a whole number without quotes"
        case "text":
            return "" if isinstance(argument, str) else "must be text in quotes"
        case "zone":
            return (
                ""
                if isinstance(argument, str) and _is_zone(argument)
                else "must name a time zone, e.g. 'Asia/Shanghai'"
            )
        case "any":
            return ""
        case unreachable:
            assert_never(unreachable)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
