"""Declared fields: what each may hold, the record that the ledger keeps, and a fingerprint of its content."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.core.fields import LONGEST_TEXT, at, digest_of, json_text, misfit, record_of, scalar
from paysync.core.scheme import FieldSpec, FieldType

if TYPE_CHECKING:
    from paysync.core.records import Record

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def spec(kind: FieldType, *, required: bool = False) -> FieldSpec:
    return FieldSpec("f", "", kind, required=required)


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (FieldType.STRING, "FK-1", ""),
        (FieldType.STRING, None, ""),
        (FieldType.STRING, "", ""),
        (FieldType.STRING, 1, "must be text, but is a number"),
        (FieldType.STRING, True, "must be text, but is true or false"),
        (FieldType.STRING, {}, "must be text, but is a group"),
        (FieldType.STRING, [], "must be text, but is a list"),
        (FieldType.STRING, b"x", "must be text, but is something else"),
        (FieldType.STRING, "\ud800", "has characters that are no valid text"),
        (FieldType.STRING, "x" * (LONGEST_TEXT + 1), f"is longer than {LONGEST_TEXT} characters"),
        (FieldType.AMOUNT, Decimal("12.50"), ""),
        (FieldType.AMOUNT, "12.5", ""),
        (FieldType.AMOUNT, "12.505", "has more than two decimals"),
        (FieldType.AMOUNT, "1,234.50", "has a thousands separator"),
        (FieldType.AMOUNT, "1e3", "is written with an exponent"),
        (FieldType.AMOUNT, Decimal("1E+3"), "is written with an exponent"),
        (FieldType.AMOUNT, "twelve", "is not a plain decimal number"),
        (FieldType.AMOUNT, "abc", "is not a plain decimal number"),
        (FieldType.AMOUNT, 1.5, "is a binary float, which has lost its exact value"),
        (FieldType.AMOUNT, [], "must be a number, but is a list"),
        (FieldType.EPOCH_MS, 1675180799999, ""),
        (FieldType.EPOCH_MS, "1675180799999", ""),
        (FieldType.EPOCH_MS, 1675180799, "is in seconds, not milliseconds"),
        (FieldType.EPOCH_MS, 5, "is not a time in milliseconds since 1970"),
        (
            FieldType.EPOCH_MS,
            "2023-01-31",
            "is not a time in whole milliseconds since 1970 (a date text is not guessed)",
        ),
        (
            FieldType.EPOCH_MS,
            "1675180799999.5",
            "is not a time in whole milliseconds since 1970 (a date text is not guessed)",
        ),
        (FieldType.INTEGER, "3", ""),
        (FieldType.INTEGER, "3.5", "is not a whole number"),
        (FieldType.INTEGER, "x", "is not a whole number"),
        (FieldType.ANY, ["a", {"b": 1}], ""),
        (FieldType.ANY, "text", ""),
        (FieldType.ANY, 1.5, "is a binary float, which has lost its exact value"),
        (FieldType.ANY, "\ud800", "has characters that are no valid text"),
        (FieldType.ANY, ["x" * LONGEST_TEXT], f"is longer than {LONGEST_TEXT} characters"),
    ],
)
def test_what_a_field_may_hold(kind: FieldType, value: Any, why: str) -> None:
    """A value that does not fit is refused with a reason that does not quote it."""
    assert misfit(spec(kind), value) == why


@pytest.mark.parametrize("value", [None, ""])
def test_a_required_field_must_be_there(value: Any) -> None:
    """Required by the field itself or by its role: nothing is as bad as an empty text."""
    assert misfit(spec(FieldType.STRING, required=True), value) == "is missing"
    assert misfit(spec(FieldType.STRING), value, required=True) == "is missing"


@given(ANYTHING)
def test_no_value_breaks_the_reading_of_a_field(value: Any) -> None:
    """Whatever a source sends is judged and can be kept as a single value."""
    for kind in FieldType:
        assert isinstance(misfit(spec(kind), value), str)
    kept = scalar(value)
    assert kept is None or isinstance(kept, (str, int, Decimal, bool))
    assert not isinstance(kept, str) or len(kept) <= LONGEST_TEXT
    assert json_text(value).encode()


def test_a_field_is_found_by_its_name_or_its_path() -> None:
    """A name with dots in it goes before a path through groups; what is not there is None."""
    row = {"a": {"b": {"c": 1}}, "a.b": "whole"}
    assert [at(name, row) for name in ("a.b", "a.b.c", "a.x", "a.b.c.d", "z")] == ["whole", 1, None, None, None]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (False, False),
        (7, 7),
        (Decimal("1.50"), Decimal("1.50")),
        (1.5, "1.5"),
        (10**40, str(10**40)),
        (Decimal("NaN"), "NaN"),
        ({"a": Decimal("1.5")}, '{"a":"1.5"}'),
        ([b"x"], "[\"b'x'\"]"),
        ("\ud800", "?"),
        ("x" * 2000, "x" * LONGEST_TEXT),
    ],
)
def test_what_is_kept_of_a_value(value: Any, kept: Any) -> None:
    """Numbers stay exact, groups become JSON text, and nothing that a ledger could not take is left."""
    assert scalar(value) == kept
    assert type(scalar(value)) is type(kept)


def test_the_fingerprint_is_of_the_content() -> None:
    """The order of fields, a missing field and the spelling of an amount change nothing; a value does."""
    specs = [FieldSpec("a", "", FieldType.AMOUNT), FieldSpec("b", "", FieldType.STRING)]
    same: list[Record] = [{"a": "1.5", "b": "x"}, {"b": "x", "a": Decimal("1.50"), "c": 1}]
    assert digest_of(specs, same[0]) == digest_of(reversed(specs), same[1])
    assert digest_of(specs, {"a": "1.5"}) == digest_of(specs, {"a": "1.5", "b": None})
    others: list[Record] = [{"a": "1.51", "b": "x"}, {"a": "1.5", "b": "X"}, {"a": "1.5"}, {"a": "1.5", "b": 1}]
    assert len({digest_of(specs, one) for one in [same[0], *others]}) == 5


def test_a_record_has_every_declared_field_and_no_other() -> None:
    """The record is the declared fields, missing ones as None."""
    specs = [FieldSpec("a", "", FieldType.STRING), FieldSpec("g.b", "", FieldType.STRING)]
    assert record_of(specs, {"g": {"b": "x"}, "z": 1}) == {"a": None, "g.b": "x"}
