"""Money: exact from text to text, and nothing but a plain positive sum with two decimals is payable."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.core.money import Amount, exact, payable, plain

CENTS = st.integers(min_value=1, max_value=10**15)


@given(CENTS)
def test_every_sum_in_cents_survives_text_and_back(cents: int) -> None:
    """A sum written as text and read again is the same sum, to the cent."""
    value = Decimal(cents) / 100
    assert payable(plain(value)) == value


@pytest.mark.parametrize(
    ("raw", "value"), [("1234.5", "1234.50"), (1000, "1000.00"), (Decimal("0.01"), "0.01"), (" 8.00 ", "8.00")]
)
def test_plain_sums_are_payable(raw: object, value: str) -> None:
    """Numbers and plain decimal text state a sum, with outer blanks or without."""
    assert payable(raw) == Decimal(value)
    assert str(payable(raw)) == value


@pytest.mark.parametrize(
    "raw",
    [
        *("1,234.50", "1e3", "", "abc", "١٢", "1.005", "-1", "0", "0.00", "+1", ".5", "5.", "1234567890123456"),
        *("1\n2", "1 000"),
        *(0, -1, True, None, 1.5, Decimal("1E+3"), Decimal("NaN"), Decimal("Infinity"), [1], {"value": 1}),
    ],
)
def test_anything_else_is_refused_and_not_guessed(raw: Any) -> None:
    """Exponents, separators, a third decimal, zero, negatives, floats, other digits and groups are no payable sum."""
    assert payable(raw) is None


def test_exact_takes_what_payable_does_not() -> None:
    """Zero, negatives and further decimals are exact numbers, though nothing that can be paid."""
    assert [exact(raw) for raw in ("0", "-1.005", 7)] == [Decimal(0), Decimal("-1.005"), Decimal(7)]


def test_plain_keeps_further_decimals() -> None:
    """A number with more than two decimals is written in full, never cut."""
    assert [plain(Decimal(text)) for text in ("1E+3", "2.345", "7", "1E-7")] == [
        *("1000.00", "2.345", "7.00", "0.0000001")
    ]


def test_an_amount_is_finite_and_says_its_currency() -> None:
    """No amount is infinite or no number at all, and its text names the currency."""
    assert str(Amount(Decimal("1234.5"), "CNY")) == "1234.50 CNY"
    with pytest.raises(ValueError, match="finite"):
        Amount(Decimal("Infinity"), "CNY")
