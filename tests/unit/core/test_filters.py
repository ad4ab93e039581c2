"""The closed list of filters: each does what its example says, and refuses what it cannot take without quoting it."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paysync.core.filters import FILTERS, Example, Filter, FilterError, Sort, applied, misuse
from paysync.core.scheme import Call

SECRET = "6222-not-to-be-quoted"
EXAMPLES = [(entry, example) for entry in FILTERS.values() for example in entry.examples]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.datetimes(min_value=datetime(2001, 9, 10), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    st.lists,
    max_leaves=4,
)


@pytest.mark.parametrize(("entry", "example"), EXAMPLES, ids=[f"{f.name}-{n}" for n, (f, _) in enumerate(EXAMPLES)])
def test_each_example_is_true(entry: Filter, example: Example) -> None:
    """What the reference shows for a filter is what the filter gives, in value and in kind."""
    found = applied(Call(entry.name, example.arguments), example.before)
    assert found == example.after
    assert type(found) is type(example.after)


@pytest.mark.parametrize("entry", FILTERS.values(), ids=list(FILTERS))
def test_each_filter_is_described_with_an_example(entry: Filter) -> None:
    """The reference has words and an example for every filter, and knows what goes in and comes out."""
    assert entry.says
    assert entry.examples
    assert {entry.takes, entry.gives} <= set(get_args(Sort))


@pytest.mark.parametrize("entry", FILTERS.values(), ids=list(FILTERS))
@given(value=VALUES)
@settings(max_examples=30)
def test_no_value_makes_a_filter_raise_anything_but_its_own_error(entry: Filter, value: Any) -> None:
    """A row may hold anything: a filter gives a value or says why not, and never breaks a run."""
    arguments = tuple(
        1 if parameter.kind == "whole" else "1" for parameter in entry.parameters if parameter.default is None
    )
    with suppress(FilterError):
        assert applied(Call(entry.name, arguments), value) is not None


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("date", SECRET, "is not a time in whole milliseconds since 1970"),
        ("date", "1675180799.5", "is not a time in whole milliseconds since 1970"),
        ("date", [1], "is not a time in whole milliseconds since 1970"),
        ("date", 1675180799, "is not in milliseconds since 1970 (13 digits)"),
        ("number", SECRET, "is not a plain decimal number"),
        ("number", datetime(2023, 1, 31, tzinfo=UTC), "is not a plain decimal number"),
        ("amount", "1.005", "has more than two decimals"),
        ("bool", SECRET, "is neither true nor false"),
        ("text", datetime(2023, 1, 31, tzinfo=UTC), "is a time: name its form, e.g. |date or |epoch_ms"),
        ("trim", ["A"], "is a list: join it with |implode(',')"),
        ("implode", SECRET, "is not a list; a field of type any that holds one is read by |json first"),
        ("json", SECRET, "is not JSON"),
        ("json", "NaN", "is not JSON"),
        ("json", '{"a": 1}', "is JSON, but neither a value nor a list of values"),
        ("json", "[null]", "is JSON, but neither a value nor a list of values"),
        ("trim", None, "is missing"),
    ],
)
def test_a_filter_says_why_it_cannot_and_never_quotes_the_value(name: str, value: Any, why: str) -> None:
    """The reason goes into messages and logs, where an account number has no place."""
    with pytest.raises(FilterError) as refused:
        applied(Call(name), value)
    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("name", "arguments", "value", "after"),
    [
        ("date", ("UTC",), 1675180799999, "2023-01-31"),
        ("date", ("UTC",), 1675180800000, "2023-01-31"),
        ("date", (), 1675180800000, "2023-02-01"),
        ("round", (), "-2.345", Decimal("-2.35")),
        ("intval", (), "-12.9", -12),
        ("list", ("",), "A,B", ["A,B"]),
        ("list", (), ["A"], ["A"]),
        ("longText", (-1,), "一二三", ""),
        ("json", (), '["A", [1, true]]', ["A", [1, True]]),
        ("default", ("-",), 0, 0),
        ("plus_ms", (1,), datetime(2023, 1, 31, tzinfo=UTC), datetime(2023, 1, 31, 0, 0, 0, 1000, tzinfo=UTC)),
    ],
)
def test_the_borders_of_filters(name: str, arguments: tuple[Any, ...], value: Any, after: Any) -> None:
    """Midnight belongs to the zone's own day, rounding goes away from zero, cutting does not round, 0 is a value."""
    assert applied(Call(name, arguments), value) == after


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (Call("date"), ""),
        (Call("date", ("Asia/Shanghai",)), ""),
        (Call("date", ("China/Here",)), "|date: zone must name a time zone, e.g. 'Asia/Shanghai'"),
        (Call("date", ("../etc",)), "|date: zone must name a time zone, e.g. 'Asia/Shanghai'"),
        (Call("date", (8,)), "|date: zone must name a time zone, e.g. 'Asia/Shanghai'"),
        (Call("round", ("2",)), "|round: places must be a whole number without quotes"),
        (Call("implode", (1,)), "|implode: separator must be text in quotes"),
        (Call("default", (0,)), ""),
        (Call("default", ("0",)), ""),
        (Call("round", (2,)), ""),
        (Call("round"), ""),
        (Call("implode", (", ",)), ""),
        (Call("date", ("Europe/Berlin",)), ""),
        (Call("default"), "|default needs an argument: instead"),
        (Call("plus_days"), "|plus_days needs an argument: count"),
        (Call("trim", ("x",)), "|trim takes no arguments"),
        (Call("round", (1, 2)), "|round takes 1 argument"),
    ],
)
def test_misused_arguments_are_told(call: Call, what: str) -> None:
    """A filter's arguments are judged when the scheme is read, not when a payment comes."""
    assert misuse(call) == what


CONTRACT = """
date(zone='Asia/Shanghai') time>text
dateTime(zone='Asia/Shanghai') time>text
time(zone='Asia/Shanghai') time>text
shortDate(zone='Asia/Shanghai') time>text
shortTime(zone='Asia/Shanghai') time>text
shortDateTime(zone='Asia/Shanghai') time>text
timestamp() time>text
timestamp_ms() time>text
epoch_s() time>text
epoch_ms() time>text
plus_ms(count) time>time
plus_days(count) time>time
amount() any>text
number() any>number typed
round(places=2) any>number
intval() any>number typed
bool() any>text typed
text() any>text
url() any>text
trim() any>text
compact() any>text
upper() any>text
lower() any>text
longText(count=15) any>text
list(separator=',') any>list typed
implode(separator=',') list>text
json() any>any typed
default(instead) any>any
"""
"""Every filter with its arguments, what goes in and comes out, and whether it may give more than text."""


def test_what_schemes_were_written_with_stays() -> None:
    """A scheme of years ago still means the same: no filter, argument or default goes away or changes unmeant."""

    def spelt(entry: Filter) -> str:
        arguments = (p.name if p.default is None else f"{p.name}={p.default!r}" for p in entry.parameters)
        typed = " typed" if entry.typed else ""
        return f"{entry.name}({', '.join(arguments)}) {entry.takes}>{entry.gives}{typed}"

    assert [spelt(entry) for entry in FILTERS.values()] == CONTRACT.split("\n")[1:-1]
