"""Row conditions: an OR of ANDs; a row that cannot be judged is never filtered by accident."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.core.conditions import LOGICS, UndecidableError, fits, holds, misuse
from paysync.core.records import Record
from paysync.core.scheme import Condition, FieldType

ROW: Record = {
    "text": "FK-1",
    "sum": Decimal("12.50"),
    "paid": 1675180799999,
    "none": None,
    "empty": "",
    "flag": True,
    "n": 7,
}
TYPES = {
    "text": FieldType.STRING,
    "sum": FieldType.AMOUNT,
    "paid": FieldType.EPOCH_MS,
    "none": FieldType.STRING,
    "empty": FieldType.STRING,
    "flag": FieldType.ANY,
    "n": FieldType.ANY,
}


def holds_in_row(field: str, logic: str, value: Any = None) -> bool:
    return holds(Condition(field, logic, value), ROW, TYPES[field])


@pytest.mark.parametrize(
    ("field", "logic", "value", "answer"),
    [
        ("text", "eq", "FK-1", True),
        ("text", "eq", "fk-1", False),
        ("text", "neq", "FK-2", True),
        ("sum", "eq", "12.5", True),
        ("sum", "neq", "12.50", False),
        ("sum", "gt", "12.49", True),
        ("sum", "gt", "12.50", False),
        ("sum", "egt", "12.50", True),
        ("sum", "lt", "12.50", False),
        ("sum", "elt", "12.50", True),
        ("sum", "between", "12.50,13", True),
        ("sum", "between", " 1 , 12.50 ", True),
        ("sum", "between", "13,14", False),
        ("paid", "gt", "timestamp:1675180799", True),
        ("paid", "lt", "timestamp:1675180799", False),
        ("text", "like", "K-", True),
        ("text", "like", "%", False),
        ("text", "notlike", "K-", False),
        ("text", "notnull", None, True),
        ("empty", "isnull", None, True),
        ("none", "isnull", None, True),
        ("none", "notnull", None, False),
        ("none", "eq", "x", False),
        ("none", "neq", "x", True),
        ("none", "gt", "1", False),
        ("none", "between", "1,2", False),
        ("none", "like", "x", False),
        ("none", "notlike", "x", True),
        ("flag", "eq", "true", True),
        ("flag", "eq", True, True),
        ("n", "eq", 7, True),
        ("n", "eq", "7", True),
        ("n", "eq", Decimal("7.0"), True),
    ],
)
def test_what_a_line_says(field: str, logic: str, value: Any, answer: bool) -> None:  # noqa: FBT001 - the expectation
    """Numbers compare by value, text by spelling, and a missing value is neither equal, greater, less nor contained."""
    assert holds_in_row(field, logic, value) is answer


@given(st.sampled_from(LOGICS), st.text(max_size=5) | st.none() | st.integers())
def test_every_logic_of_the_list_is_known(logic: str, value: Any) -> None:
    """A line whose literal was found good at validation is judged, or the row is told to be undecidable."""
    condition = Condition("text", logic, value)
    if misuse(condition, FieldType.STRING):
        return
    with suppress(UndecidableError):
        assert holds(condition, ROW, FieldType.STRING) in {True, False}


def test_a_value_that_cannot_be_ordered_is_undecidable() -> None:
    """Text that is no number is neither let pass nor dropped: whoever reads the row gets the reason."""
    with pytest.raises(UndecidableError, match="is not a plain number") as told:
        holds_in_row("text", "gt", "1")
    assert told.value.field == "text"


def test_one_alternative_that_holds_is_enough() -> None:
    """The outer list is an OR, the inner one an AND; without any list every row passes."""
    good, bad = Condition("text", "eq", "FK-1"), Condition("sum", "gt", "100")
    assert fits([[bad], [good]], ROW, TYPES)
    assert not fits([[good, bad]], ROW, TYPES)
    assert not fits([[bad], [good, bad]], ROW, TYPES)
    assert fits([], ROW, TYPES)


@pytest.mark.parametrize(
    ("condition", "kind", "what"),
    [
        (Condition("f", "isnull", "x"), FieldType.STRING, "isnull takes no value"),
        (Condition("f", "isnull"), FieldType.STRING, ""),
        (Condition("f", "eq"), FieldType.STRING, "eq needs a value; for no value use isnull or notnull"),
        (Condition("f", "eq", ""), FieldType.STRING, "eq needs a value; for no value use isnull or notnull"),
        (Condition("f", "eq", "x"), FieldType.STRING, ""),
        (Condition("f", "like", "x"), FieldType.AMOUNT, ""),
        (Condition("f", "between", "1"), FieldType.AMOUNT, 'between needs two values in one text, e.g. "100,500"'),
        (Condition("f", "between", "2,1"), FieldType.AMOUNT, "between needs the smaller value first"),
        (Condition("f", "between", "1,2"), FieldType.AMOUNT, ""),
        (
            Condition("f", "gt", "x"),
            FieldType.AMOUNT,
            "the value must be a plain number, or timestamp: with whole seconds",
        ),
        (
            Condition("f", "eq", value=True),
            FieldType.AMOUNT,
            "the value must be a plain number, or timestamp: with whole seconds",
        ),
        (Condition("f", "gt", "timestamp:1"), FieldType.AMOUNT, "timestamp: is for fields of type epoch_ms"),
        (Condition("f", "gt", "timestamp:1"), FieldType.EPOCH_MS, ""),
    ],
)
def test_a_literal_is_judged_before_any_row(condition: Condition, kind: FieldType, what: str) -> None:
    """A condition that could never be judged is a mistake in the file."""
    assert misuse(condition, kind) == what
