"""The facts of a payment: what is guessed nowhere, because money and an accounting period hang on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.facts import EARLIEST, LATEST, facts_of
from paysync.core.keys import SourceKey
from paysync.core.money import Amount
from paysync.core.records import Facts
from paysync.core.times import epoch_ms
from unit.core.schemes_for_reading import NOW, raw, scheme

GOOD: dict[str, Any] = {**raw(), "count": None, "note": None}


def why(record: dict[str, Any], **source: Any) -> tuple[str, str]:
    found = facts_of(scheme(**source), record, NOW)
    assert isinstance(found, Diagnosis)
    assert found.code is Code.PAYMENT_BAD_FIELD
    return dict(found.details)["field"], dict(found.details)["why"]


def test_the_facts_of_a_good_record() -> None:
    """Document, sum with its currency, and the moment of payment."""
    found = facts_of(scheme(), GOOD, NOW)
    expected = datetime(2023, 1, 31, 15, 59, 59, 999000, tzinfo=UTC)
    assert found == Facts(SourceKey("CN_PAYAPPLY", "FK-1"), Amount(Decimal("12.50"), "CNY"), expected)


@pytest.mark.parametrize(
    ("changed", "field", "reason"),
    [
        ({"document": " "}, "document", "is blank"),
        ({"document": "x" * 257}, "document", "is longer than 256 characters"),
        ({"sum": "0"}, "sum", "is zero"),
        ({"sum": "-1"}, "sum", "is negative"),
        ({"sum": "1.005"}, "sum", "has more than two decimals"),
        ({"sum": "x"}, "sum", "is not a plain decimal number"),
        ({"paid": "x"}, "paid", "is not a time in milliseconds since 1970"),
        ({"paid": epoch_ms(EARLIEST) - 1}, "paid", "lies before 2015"),
        ({"paid": epoch_ms(NOW + LATEST) + 1}, "paid", "lies more than a day in the future"),
    ],
)
def test_what_is_no_payment(changed: dict[str, Any], field: str, reason: str) -> None:
    """Nothing is rounded, guessed or cut: the first thing that does not fit rejects the row."""
    assert why({**GOOD, **changed}) == (field, reason)


def test_the_borders_of_time_are_payments() -> None:
    """The first millisecond of 2015 and a clock a day ahead still count."""
    for paid in (epoch_ms(EARLIEST), epoch_ms(NOW + timedelta(days=1))):
        assert isinstance(facts_of(scheme(), {**GOOD, "paid": paid}, NOW), Facts)


def test_a_number_that_cannot_be_asked_for_is_named_without_its_control_characters() -> None:
    """A document number with a control character could not be told from another in a query."""
    found = facts_of(scheme(), {**GOOD, "document": "FK\x00-1"}, NOW)
    assert isinstance(found, Diagnosis)
    assert found.code is Code.SOURCE_UNSPEAKABLE
    assert dict(found.details)["number"] == "FK?-1"


@pytest.mark.parametrize("currency", ["RMB ", "cny", "人民币", "", None, 156])
def test_a_currency_is_three_capital_letters(currency: Any) -> None:
    """A currency of the row that is no ISO code rejects it."""
    said = why({**GOOD, "note": currency}, currency_field="note")
    assert said == ("note", "is not a currency of three capital letters")


def test_a_currency_must_be_one_that_the_scheme_lists() -> None:
    """A payment in another currency is not booked under a number that nobody has stated."""
    assert why({**GOOD, "note": "USD"}, currency_field="note") == (
        "note",
        "is a currency that the scheme does not list",
    )
    assert why(GOOD, currency="USD") == ("currency", "is a currency that the scheme does not list")
    free = scheme(currency="USD")
    free = replace(free, target=replace(free.target, currencies={}))
    assert isinstance(facts_of(free, GOOD, NOW), Facts)
