"""What the core itself must know of a payment: its source document, sum and time. Nothing is guessed or rounded."""

import unicodedata
from datetime import datetime, timedelta
from typing import Final

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.keys import SourceKey, speakable
from paysync.core.money import Amount, exact, payable
from paysync.core.records import Facts, Record
from paysync.core.scheme import Scheme
from paysync.core.times import SHANGHAI, Instant, from_epoch_ms

EARLIEST: Final = datetime(2015, 1, 1, tzinfo=SHANGHAI)
LATEST: Final = timedelta(days=1)
"""How far ahead of now a payment may lie: clocks differ, a day is an error."""
_LONGEST_NUMBER: Final = 256
_CURRENCY_LETTERS: Final = 3


def facts_of(scheme: Scheme, record: Record, now: Instant) -> Facts | Diagnosis:
    """The facts of a record whose fields fit their types, or the first reason why it is no payment."""
    source = scheme.source
    number, amount, paid = str(record[source.number]), record[source.amount], record[source.paid_time]
    currency = record[source.currency_field] if source.currency_field else source.currency
    fault = (
        _number_fault(source.number, number)
        or _amount_fault(source.amount, amount)
        or _time_fault(source.paid_time, paid, now)
        or _currency_fault(scheme, currency)
    )
    value, milliseconds = payable(amount), exact(paid)
    if fault or value is None or milliseconds is None:
        return fault or bad_field(source.amount, "is missing")
    key = SourceKey(scheme.target.source_form, number)
    return Facts(key, Amount(value, str(currency)), from_epoch_ms(int(milliseconds)))


def bad_field(field: str, why: str) -> Diagnosis:
    """The diagnosis of a field that does not fit; `why` goes on from its name and never quotes its value."""
    return Diagnosis.of(Code.PAYMENT_BAD_FIELD, field=field, why=why)


# ----------------------------------------------------------------------------------------------------------------------


def _number_fault(field: str, number: str) -> Diagnosis | None:
    if not number.strip():
        return bad_field(field, "is blank")
    if not speakable(number):
        shown = "".join(c if not unicodedata.category(c).startswith("C") else "?" for c in number)
        return Diagnosis.of(Code.SOURCE_UNSPEAKABLE, number=shown)
    return None if len(number) <= _LONGEST_NUMBER else bad_field(field, f"is longer than {_LONGEST_NUMBER} characters")


def _amount_fault(field: str, amount: object) -> Diagnosis | None:
    if payable(amount) is not None:
        return None
    number = exact(amount)
    if number is None:
        return bad_field(field, "is not a plain decimal number")
    return bad_field(field, "is zero" if number == 0 else "is negative" if number < 0 else "has more than two decimals")


def _time_fault(field: str, paid: object, now: Instant) -> Diagnosis | None:
    milliseconds = exact(paid)
    if milliseconds is None:
        return bad_field(field, "is not a time in milliseconds since 1970")
    when = from_epoch_ms(int(milliseconds))
    if when < EARLIEST:
        return bad_field(field, "lies before 2015")
    return bad_field(field, "lies more than a day in the future") if when > now + LATEST else None


def _currency_fault(scheme: Scheme, currency: object) -> Diagnosis | None:
    field, known = scheme.source.currency_field, scheme.target.currencies
    if not (
        isinstance(currency, str) and len(currency) == _CURRENCY_LETTERS and currency.isascii() and currency.isupper()
    ):
        return bad_field(field or "currency", "is not a currency of three capital letters")
    unknown = bool(known) and currency not in known
    return bad_field(field or "currency", "is a currency that the scheme does not list") if unknown else None
