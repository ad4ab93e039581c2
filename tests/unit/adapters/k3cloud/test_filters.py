"""A value enters a FilterString as exactly one literal that is equal to it, as the simulator's own parser reads it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.adapters.k3cloud import filters
from paysync.core.errors import DefectError
from paysync.core.keys import speakable
from simulators.k3cloud.filters import Both, Compare, Either, In, Literal, Name, parse

pieces = st.sampled_from(
    ["'", "''", " or ", "1=1", "--", "/*", "\\", "%", "_", "[", "N'", ")", "(", ",", "＇", "付款", "A"]
)
nasty = st.lists(pieces | st.text(max_size=3), max_size=8).map("".join).filter(speakable)
numbers = st.integers(0, 10**18) | st.decimals(0, 10**12, allow_nan=False, allow_infinity=False, places=2)


@given(nasty)
def test_a_text_is_one_literal(text: str) -> None:
    """Equal to the input to the last character, and nothing beside it."""
    assert parse(filters.equals("FBillNo", text)) == Compare("=", Name("FBillNo"), Literal(text))
    assert parse(f"FBillNo={filters.quoted(text)}") == Compare("=", Name("FBillNo"), Literal(text))


@given(st.lists(nasty, min_size=1, max_size=6))
def test_many_texts_are_as_many_literals(texts: list[str]) -> None:
    """Each once, in order."""
    choices = tuple(Literal(text) for text in dict.fromkeys(texts))
    assert parse(filters.text_in("FBillNo", texts)) == In(Name("FBillNo"), choices)


@given(st.lists(nasty | st.integers(1, 10**18).map(str), min_size=1, max_size=6))
def test_ids_are_numbers_where_they_are_numbers(ids: list[str]) -> None:
    """Bare if they are whole numbers as K3Cloud has them, else quoted: in no case more than a value."""
    found = parse(filters.id_in("FID", ids))
    assert isinstance(found, In)
    spelt = [str(one.value) for one in found.choices]
    assert spelt == list(dict.fromkeys(ids))
    assert [isinstance(one.value, Decimal) for one in found.choices] == [
        one.isascii() and one.isdecimal() and not one.startswith("0") for one in spelt
    ]


@given(numbers)
def test_a_number_is_written_bare(number: int | Decimal) -> None:
    """In plain notation."""
    assert parse(filters.compared("FAMOUNT", ">=", number)) == Compare(">=", Name("FAMOUNT"), Literal(Decimal(number)))


def test_a_number_with_an_exponent_is_written_out() -> None:
    """A reader of filters may not know exponents."""
    assert filters.equals("FAMOUNT", Decimal("1E+3")) == "FAMOUNT=1000"
    assert filters.equals("FAMOUNT", Decimal("1E-7")) == "FAMOUNT=0.0000001"


def test_blanks_are_part_of_a_text() -> None:
    """Also at its ends, also alone: what is asked for is what was given."""
    assert [filters.quoted(text) for text in (" a b ", " ", "")] == ["' a b '", "' '", "''"]


@given(nasty, nasty, st.integers(0, 10**9))
def test_conditions_are_joined_as_they_were_given(one: str, two: str, number: int) -> None:
    """No value can change what `and` and `or` join."""
    first, second = filters.equals("FA", one), filters.text_in("FB", [two])
    third = filters.equals("FC.FNumber", number)
    joined = filters.either(filters.both(first, second), third)
    left = Both(Compare("=", Name("FA"), Literal(one)), In(Name("FB"), (Literal(two),)))
    assert parse(joined) == Either(left, Compare("=", Name("FC.FNumber"), Literal(Decimal(number))))
    assert filters.both(first) == first


def test_days_are_a_half_open_span() -> None:
    """A time on the last day counts, midnight after it does not."""
    assert (
        filters.dated("FDATE", date(2025, 1, 30), date(2025, 2, 1)) == "(FDATE>='2025-01-30') and (FDATE<'2025-02-01')"
    )


@given(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn"]))
def test_control_characters_never_enter(character: str) -> None:
    """They are a defect here: whoever calls has asked first whether the text can be spoken."""
    with pytest.raises(DefectError):
        filters.quoted(f"a{character}b")


@given(st.text(max_size=12))
def test_only_field_keys_are_field_keys(name: str) -> None:
    """Letters, digits, underscores and at most one dot; whatever is taken is a single name to a reader of filters."""
    if filters.is_field(name):
        assert parse(filters.equals(name, 1)) == Compare("=", Name(name), Literal(Decimal(1)))
    else:
        with pytest.raises(DefectError):
            filters.field(name)


@pytest.mark.parametrize("name", ["", "1F", "F A", "F'", "FA.FB.FC", "FA.", ".FA", "FA=1 or FB", "FÄ", "FA\n"])
def test_a_field_key_is_nothing_else(name: str) -> None:
    """Each of these would let more than a name in."""
    assert not filters.is_field(name)
    with pytest.raises(DefectError):
        filters.text_in(name, ["x"])


@pytest.mark.parametrize(
    "build",
    [
        lambda: filters.text_in("FA", []),
        lambda: filters.id_in("FA", []),
        filters.both,
        filters.either,
        lambda: filters.both("FA=1"),  # type: ignore[arg-type]  # what is refused here
        lambda: filters.either(filters.equals("FA", 1), "1=1"),  # type: ignore[arg-type]  # the same
        lambda: filters.equals("FA", Decimal("NaN")),
        lambda: filters.equals("FA", True),  # noqa: FBT003 - what is refused here
    ],
)
def test_an_empty_or_foreign_filter_is_a_defect(build: Callable[[], Any]) -> None:
    """A filter without a value would let every row through, and text from elsewhere has not been quoted."""
    with pytest.raises(DefectError):
        build()
