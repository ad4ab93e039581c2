"""Reading rows: none vanishes. What does not fit is kept with its reason, what is filtered is counted."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paysync.core.codes import Code
from paysync.core.reading import NO_KEY, key_text, payments, same_content, skipped
from paysync.core.records import Payment
from paysync.core.scheme import Condition, FieldSpec, FieldType, Scheme
from unit.core.schemes_for_reading import FIELDS, NOW, raw, scheme

CHILD = (*FIELDS, FieldSpec("lines_no", "", FieldType.STRING), FieldSpec("lines_sum", "", FieldType.AMOUNT))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def only(of: Scheme, row: dict[str, object]) -> Payment:
    (payment,) = payments(of, row, now=NOW)
    return payment


def reason(payment: Payment) -> tuple[str, str]:
    assert payment.facts is None
    assert payment.fault is not None
    details = dict(payment.fault.details)
    return details["field"], details.get("why", "")


def flattened(**source: Any) -> Scheme:
    return scheme(**({"fields": CHILD, "flatten": "lines", "flatten_key": "no", "amount": "lines_sum"} | source))


def test_a_good_row_is_one_payment() -> None:
    """Its key is the row's own, its record has the declared fields, and it has facts."""
    payment = only(scheme(), raw())
    assert (payment.key.scheme, payment.key.code) == ("sim", "P-1")
    assert payment.record == {**raw(), "count": None, "note": None}
    assert payment.facts
    assert (payment.fault, payment.raw) == (None, "")


def test_undeclared_fields_are_kept_beside_the_record() -> None:
    """What the source sends beyond the declared fields is kept once, whole, for whoever looks later."""
    payment = only(scheme(), raw(extra="x"))
    assert "extra" not in payment.record
    assert '"extra":"x"' in payment.raw


@pytest.mark.parametrize(
    ("key", "code", "why"),
    [
        (None, Code.PAYMENT_NO_KEY, ""),
        ("", Code.PAYMENT_NO_KEY, ""),
        (" ", Code.PAYMENT_NO_KEY, ""),
        (True, Code.PAYMENT_BAD_FIELD, "must be text, but is something else"),
        (["x"], Code.PAYMENT_BAD_FIELD, "must be text, but is something else"),
        ("P\n1", Code.PAYMENT_BAD_FIELD, "has control characters or is no valid text"),
        ("\ud800", Code.PAYMENT_BAD_FIELD, "has control characters or is no valid text"),
        (" P-1", Code.PAYMENT_BAD_FIELD, "begins or ends with a blank, or begins with ~"),
        ("~P-1", Code.PAYMENT_BAD_FIELD, "begins or ends with a blank, or begins with ~"),
        ("P" * 257, Code.PAYMENT_BAD_FIELD, "is longer than 256 bytes"),
        ("付" * 86, Code.PAYMENT_BAD_FIELD, "is longer than 256 bytes"),
    ],
)
def test_a_row_without_a_usable_key_is_kept_under_its_content(key: Any, code: Code, why: str) -> None:
    """It is named by a fingerprint, so that seeing it again is no second row, and it says what is wrong."""
    payment, again = only(scheme(), raw(id=key)), only(scheme(), raw(id=key))
    assert payment.key.code.startswith(NO_KEY)
    assert payment.key == again.key
    assert payment.fault is not None
    assert payment.fault.code is code
    assert dict(payment.fault.details).get("why", "") == why
    assert payment.facts is None
    assert key_text(scheme(), raw(id=key)) is None


def test_a_number_may_be_a_key() -> None:
    """Some lists number their rows."""
    fields = (FieldSpec("id", "", FieldType.INTEGER, required=True), *FIELDS[1:])
    assert only(scheme(fields=fields), raw(id=17)).key.code == "17"
    assert key_text(scheme(fields=fields), raw(id=17)) == "17"


@pytest.mark.parametrize(
    ("changed", "field", "why"),
    [
        ({"sum": None}, "sum", "is missing"),
        ({"sum": "1.005"}, "sum", "has more than two decimals"),
        ({"document": 5}, "document", "must be text, but is a number"),
        ({"paid": 1675180799}, "paid", "is in seconds, not milliseconds"),
        ({"count": "x"}, "count", "is not a whole number"),
    ],
)
def test_a_row_that_does_not_fit_is_kept_with_its_reason(changed: dict[str, Any], field: str, why: str) -> None:
    """It has no facts, so it is born REJECTED; the others go on."""
    payment = only(scheme(), raw(**changed))
    assert reason(payment) == (field, why)
    assert payment.key.code == "P-1"


def test_what_a_role_needs_is_required_even_if_its_field_is_not() -> None:
    """Document, sum, time and currency are never taken from nothing."""
    optional = tuple(replace(spec, required=False) for spec in FIELDS)
    assert reason(only(scheme(fields=optional), raw(document=""))) == ("document", "is missing")
    assert reason(only(scheme(currency_field="note"), raw())) == ("note", "is missing")


def test_a_filtered_row_is_counted() -> None:
    """A row that no alternative lets pass is no payment, but it is not gone without a trace."""
    paid = scheme((Condition("document", "like", "FK"),))
    assert payments(paid, raw(document="BX-1"), now=NOW) == ()
    assert skipped(paid, raw(document="BX-1")) == 1
    assert skipped(paid, raw()) == 0


def test_a_row_that_conditions_cannot_judge_is_rejected_not_filtered() -> None:
    """A misfit in a judged field, or text where a number is compared, never drops a payment."""
    big = scheme((Condition("sum", "gt", "100"),))
    assert reason(only(big, raw(sum="1,000"))) == ("sum", "has a thousands separator")
    exactly = scheme((Condition("sum", "eq", "1000"),))
    assert reason(only(exactly, raw(sum="1,000"))) == ("sum", "has a thousands separator")
    noted = scheme((Condition("note", "gt", "100"),))
    assert reason(only(noted, raw(note="x"))) == (
        "note",
        "is not a plain number, so the scheme's condition cannot judge it",
    )
    both = only(noted, raw(note="x", sum="x"))
    assert reason(both)[0] == "sum"


def test_a_row_with_child_rows_is_one_payment_each() -> None:
    """Named by the child's own key and not by its position, with the child's fields prefixed."""
    row = raw(lines=[{"no": "b", "sum": "2.00"}, {"no": "a", "sum": "1.00"}])
    found = payments(flattened(), row, now=NOW)
    assert [one.key.code for one in found] == ["P-1-b", "P-1-a"]
    assert [one.record["lines_sum"] for one in found] == ["2.00", "1.00"]
    assert all(one.facts for one in found)


@pytest.mark.parametrize("lines", [None, [], "text", {"no": "a"}, 5])
def test_a_row_whose_child_rows_are_missing_is_kept(lines: Any) -> None:
    """No children is no reason to lose the payment: it is rejected with what is wrong."""
    payment = only(flattened(), raw(lines=lines, lines_sum="1.00"))
    assert reason(payment) == ("lines", "is not a list with rows in it")


def test_child_rows_without_a_name_of_their_own_are_kept_under_their_content() -> None:
    """A child without a key, one that is no group, two with the same key: each is rejected, none overwrites another."""
    row = raw(lines=[{"sum": "1.00"}, "text", {"no": "a", "sum": "2.00"}, {"no": "a", "sum": "3.00"}])
    found = payments(flattened(), row, now=NOW)
    assert len({one.key for one in found}) == 4
    assert [reason(one)[1] for one in found] == [
        "is missing",
        "is missing",
        "is the same in several child rows",
        "is the same in several child rows",
    ]


def test_seen_again_unchanged_is_the_same_content() -> None:
    """Another spelling of the amount is no change, another amount is one."""
    known = only(scheme(), raw())
    assert same_content(scheme(), known, only(scheme(), raw(sum="12.5")))
    assert not same_content(scheme(), known, only(scheme(), raw(sum="12.51")))


def test_a_field_that_is_declared_later_is_no_change() -> None:
    """A new version of a scheme must not raise every payment that it has booked."""
    older = scheme(fields=FIELDS[:4])
    known = only(older, raw(count=3))
    assert same_content(scheme(), known, only(scheme(), raw(count=3)))
    assert not same_content(scheme(), known, only(scheme(), raw(count=3, document="FK-2")))


def test_a_field_that_is_declared_no_more_is_no_change() -> None:
    """What both versions of the scheme know is compared."""
    known = only(scheme(), raw(count=3))
    newer = scheme(fields=FIELDS[:4])
    assert same_content(newer, known, only(newer, raw(count=3)))
    assert not same_content(newer, known, only(newer, raw(count=3, document="FK-2")))


@given(st.dictionaries(st.sampled_from(["id", "document", "sum", "paid", "count", "note", "lines", "x"]), ANYTHING))
def test_no_row_vanishes_and_none_breaks_the_run(row: dict[str, Any]) -> None:
    """Whatever a source sends becomes payments or is counted as skipped; a payment has facts or a fault, never both."""
    for of in (scheme(), scheme((Condition("note", "gt", "1"), Condition("document", "like", "F"))), flattened()):
        found = payments(of, row, now=NOW)
        assert len(found) + skipped(of, row) >= 1
        assert all((one.facts is None) != (one.fault is None) for one in found)
        assert all(one.key.code for one in found)


def test_amounts_stay_exact() -> None:
    """A sum goes from the row to the facts without a rounding on the way."""
    payment = only(scheme(), raw(sum=Decimal("999999999999.99")))
    assert payment.facts
    assert payment.facts.amount.value == Decimal("999999999999.99")
